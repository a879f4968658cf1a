import { type SignalName, signalNumber } from "../../kernel/mod.ts";
import { tracedCalls } from "../../replay/strace_call.ts";
import { printable } from "../report/style.ts";
import { type CommandBody, EXIT, type Invocation, UsageError } from "./command.ts";
import type { Io } from "./io.ts";

/** The flags of every strace. Newer ones also take flags for names of threads and pids of namespaces. */
const FLAGS: readonly string[] = Object.freeze([
  "-f",
  "-ttt",
  "-s",
  "256",
  "-e",
  `trace=${tracedCalls()}`,
  "-e",
  "signal=!chld",
]);
const NEWER_FLAGS: readonly string[] = Object.freeze(["-Y", "--pidns-translation"]);
const PASSED_ON: readonly Deno.Signal[] = Object.freeze([
  "SIGHUP",
  "SIGINT",
  "SIGQUIT",
  "SIGTERM",
  "SIGUSR1",
  "SIGUSR2",
]);

/** Whether strace can be used on this machine, and how. */
export type StraceCheck =
  | { readonly ok: true; readonly flags: readonly string[] }
  | { readonly ok: false; readonly why: string; readonly hint: string };

/**
 * Tries strace. It may be missing, old, or not allowed to trace.
 *
 * @param strace The program.
 * @returns The flags to use, or why it cannot be used.
 */
export async function checkStrace(strace: string): Promise<StraceCheck> {
  let complaint = "";
  for (const flags of [[...FLAGS, ...NEWER_FLAGS], FLAGS]) {
    let output: Deno.CommandOutput;
    try {
      const args = [...flags, "-o", "/dev/null", "true"];
      output = await new Deno.Command(strace, { args, stdin: "null" }).output();
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      const why = `${strace} is not installed`;
      return { ok: false, why, hint: "apt install strace, or the like, provides it" };
    }
    if (output.success) return { ok: true, flags };
    complaint = new TextDecoder().decode(output.stderr).trim().split("\n")[0];
  }
  const hint = /not permitted|ptrace/i.test(complaint)
    ? "in a container, CAP_SYS_PTRACE is needed; /proc/sys/kernel/yama/ptrace_scope may forbid it"
    : "strace -f true shows more";
  return { ok: false, why: `strace is refused: ${complaint}`, hint };
}

/**
 * Runs a command under strace.
 *
 * @param strace The program, and its flags.
 * @param output The file to write.
 * @param command The command.
 * @returns The exit status of the command, or 128 and the number of the signal that ended it.
 */
export async function runTraced(
  strace: readonly [string, ...string[]],
  output: string,
  command: readonly string[],
): Promise<number> {
  const [program, ...flags] = strace;
  const child = new Deno.Command(program, {
    args: [...flags, "-o", output, "--", ...command],
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn();
  const listeners = PASSED_ON.map((signal) => {
    const pass = () => void passOn(child.pid, signal);
    Deno.addSignalListener(signal, pass);
    return { signal, pass };
  });
  try {
    const { code, signal } = await child.status;
    return signal === null ? code : 128 + signalNumber(signal as SignalName);
  } finally {
    for (const { signal, pass } of listeners) Deno.removeSignalListener(signal, pass);
  }
}

/** Sends a signal to the first child of strace. strace itself blocks signals while it writes to a file. */
async function passOn(strace: number, signal: Deno.Signal): Promise<void> {
  let target = strace;
  try {
    const children = await Deno.readTextFile(`/proc/${strace}/task/${strace}/children`);
    const first = Number(children.split(" ")[0]);
    if (first > 0) target = first;
  } catch {
    // Without /proc strace itself gets the signal.
  }
  try {
    Deno.kill(target, signal);
  } catch {
    // The target has ended by itself.
  }
}

async function record({ io, trailing, text }: Invocation): Promise<number> {
  if (trailing.length === 0) {
    throw new UsageError(
      "Missing command of pnotify record",
      "usage: pnotify record -- COMMAND...",
    );
  }
  const output = text("output") ?? "pnotify.strace";
  const strace = text("strace") ?? "strace";
  const check = await checkStrace(strace);
  if (!check.ok) {
    io.err(`error: Cannot record: ${printable(check.why)}`);
    io.err(`  = ${check.hint}`);
    return EXIT.usage;
  }
  const problem = await outputProblem(output);
  if (problem !== null) {
    io.err(`error: Cannot write "${printable(output)}": ${problem}`);
    return EXIT.usage;
  }
  const status = await runTraced([strace, ...check.flags], output, trailing);
  await tellSize(io, output);
  return status;
}

/** Why the output cannot be written, or null. strace would say so later, in its own words. */
async function outputProblem(output: string): Promise<string | null> {
  try {
    await Deno.writeTextFile(output, "");
    return null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "there is no such folder";
    if (error instanceof Deno.errors.IsADirectory) return "it is a folder";
    return "it may not be written";
  }
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
    "The exit status is that of the command, or 128 and the number of the signal that ended it.",
    "Signals are passed on to the command.",
  ],
  options: [
    { name: "output", letter: "o", value: "FILE", doc: "the recording; pnotify.strace by default" },
    { name: "strace", value: "PROGRAM", doc: "the strace to use" },
  ],
  examples: [
    ["pnotify record -o build.strace -- make -j4", "record a build"],
    ["pnotify replay build.strace --tree", "see what it came to"],
  ],
  run: record,
};
