import { checkCommand } from "./check.ts";
import { type Command, EXIT } from "./command.ts";
import { completionsCommand } from "./completions.ts";
import { demoCommand } from "./demo.ts";
import { helpCommand } from "./help.ts";
import { listCommand } from "./list.ts";
import { modinfoCommand } from "./modinfo.ts";
import { newCommand } from "./new.ts";
import { recordCommand } from "./record_command.ts";
import { replayCommand } from "./replay_command.ts";
import { runCommand } from "./run.ts";
import { schemaCommand } from "./schema.ts";
import { VERSION } from "./version.ts";

const versionCommand: Command = {
  name: "version",
  summary: "Print the version",
  operands: "",
  arity: [0, 0],
  options: [],
  examples: [["pnotify --version", "the same"]],
  run: ({ io }) => {
    io.out(`pnotify ${VERSION}`);
    return Promise.resolve(EXIT.held);
  },
};

/** Every command, in the order in which help lists them. */
export const COMMANDS: readonly Command[] = Object.freeze([
  runCommand,
  checkCommand,
  replayCommand,
  recordCommand,
  listCommand,
  modinfoCommand,
  newCommand,
  demoCommand,
  schemaCommand,
  completionsCommand(() => COMMANDS),
  helpCommand(() => COMMANDS),
  versionCommand,
]);
