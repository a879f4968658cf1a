import type { LiveJob } from "../live/protocol.ts";
import { printable } from "../report/style.ts";
import { type CommandBody, EXIT, type Invocation, UsageError } from "./command.ts";
import type { Io } from "./io.ts";
import { commandJob, exitStatusOf } from "./live_job.ts";
import { outputProblem } from "./output_file.ts";
import { checkStrace, runTraced } from "./strace_recorder.ts";

/** What is recorded, and where. */
interface RecordSettings {
  readonly command: readonly string[];
  readonly output: string;
  /** The strace to use; null for the tracer of this program. */
  readonly strace: string | null;
}

function readSettings({ trailing, text }: Invocation): RecordSettings {
  if (trailing.length === 0) {
    throw new UsageError(
      "Missing command of pnotify record",
      "usage: pnotify record -- COMMAND...",
    );
  }
  const strace = text("strace");
  return {
    command: trailing,
    output: text("output") ?? (strace === undefined ? "pnotify.events" : "pnotify.strace"),
    strace: strace === undefined ? null : strace || "strace",
  };
}

async function record(invocation: Invocation): Promise<number> {
  const { io } = invocation;
  const settings = readSettings(invocation);
  const { output, strace } = settings;
  const problem = await outputProblem(output);
  if (problem !== null) {
    io.err(`error: Cannot write "${printable(output)}": ${problem}`);
    return EXIT.usage;
  }
  return strace === null
    ? await recordLive(io, settings)
    : await recordStrace(io, strace, settings);
}

/** Records with the tracer of this program. */
async function recordLive(io: Io, { command, output }: RecordSettings): Promise<number> {
  const job: LiveJob = commandJob(command, { record: output });
  const { supervise } = await import("../live/supervise.ts");
  const end = await supervise(job, (message) => {
    if (message.kind === "notice") io.err(`pnotify: ${printable(message.text)}`);
  });
  if (end.kind === "refused") {
    await Deno.remove(output).catch(() => {});
    io.err(`error: ${printable(end.message)}`);
    if (end.exitStatus === EXIT_UNTRACED) io.err(`  = ${await hintOfStrace()}`);
    return end.exitStatus;
  }
  if (end.unrecorded !== null) io.err(`pnotify: the recording is not whole: ${end.unrecorded}`);
  await tellSize(io, output);
  return exitStatusOf(end.status);
}

/** The exit status for a command that cannot be traced. */
const EXIT_UNTRACED = 125;

/** What strace would do where this program cannot trace. */
async function hintOfStrace(): Promise<string> {
  const check = await checkStrace("strace");
  return check.ok
    ? "strace works here: pnotify record --strace uses it"
    : `pnotify record --strace would not work either: ${printable(check.why)}`;
}

async function recordStrace(
  io: Io,
  strace: string,
  { command, output }: RecordSettings,
): Promise<number> {
  const check = await checkStrace(strace);
  if (!check.ok) {
    io.err(`error: Cannot record: ${printable(check.why)}`);
    io.err(`  = ${check.hint}`);
    return EXIT.usage;
  }
  const status = await runTraced([strace, ...check.flags], output, command);
  await tellSize(io, output);
  return status;
}

async function tellSize(io: Io, output: string): Promise<void> {
  try {
    const { size } = await Deno.stat(output);
    io.err(`pnotify: recorded ${size} bytes in ${printable(output)}`);
  } catch {
    io.err(`pnotify: nothing was recorded in ${printable(output)}`);
  }
}

/** `pnotify record`: records a command, for `pnotify replay`. */
export const recordCommand: CommandBody = {
  arity: [0, 0],
  takesTrailing: true,
  about: [
    "Needs no root and no other program. With --strace the command runs under strace.",
    "The exit status is that of the command. Of a signal that ended it, it is 128 and",
    "its number; 125 when it cannot be traced, 126 when it cannot be run, 127 when it",
    "is not there. Signals are passed on to the command.",
  ],
  options: [
    {
      name: "output",
      letter: "o",
      value: "FILE",
      doc: "the recording; pnotify.events by default, with --strace pnotify.strace",
    },
    {
      name: "strace",
      value: "PROGRAM",
      isValueOptional: true,
      doc: "record with strace, or with another program that is like it",
    },
  ],
  examples: [
    ["pnotify record -o build.events -- make -j4", "record a build"],
    ["pnotify replay build.events --tree", "see what it came to"],
  ],
  run: record,
};
