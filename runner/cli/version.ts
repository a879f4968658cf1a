import config from "../../deno.json" with { type: "json" };
import { type CommandBody, EXIT } from "./command.ts";

/** The version of the program. */
export const VERSION: string = config.version;

/** Prints the version. */
export const versionCommand: CommandBody = {
  arity: [0, 0],
  options: [],
  examples: [["pnotify --version", "the same"]],
  run: ({ io }) => {
    io.out(`pnotify ${VERSION}`);
    return Promise.resolve(EXIT.held);
  },
};
