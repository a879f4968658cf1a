import { type SignalName, signalNumber } from "../../kernel/mod.ts";
import { tracedCalls } from "../../replay/strace_call.ts";

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
