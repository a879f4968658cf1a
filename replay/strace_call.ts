import { Signal, type SignalName } from "../kernel/signal.ts";
import { statusOfCode, statusOfSignal } from "../kernel/wait_status.ts";
import { cloneFlagsOf, VFORK_FLAGS } from "./clone_flags.ts";
import { numberAt, quotedAt, quotedListAt } from "./text.ts";

/** What strace writes between two arguments. */
export const COMMA = ", ";
const FLAGS = "flags=";
const RETURNS = " = ";
const EXITED = "+++ exited with ";
const KILLED = "+++ killed by ";
/** So much text holds the names of all clone flags. */
const FLAGS_LENGTH = 600;

/** What a system call does, as far as a replay follows it. */
export type CallKind =
  | "clone"
  | "exec"
  | "exit"
  | "prctl"
  | "session"
  | "group"
  | "namespace"
  | "credentials";

/** The system calls that a replay follows. It passes over all others. */
export const CALLS: ReadonlyMap<string, CallKind> = new Map<string, CallKind>([
  ["clone", "clone"],
  ["clone2", "clone"],
  ["clone3", "clone"],
  ["fork", "clone"],
  ["vfork", "clone"],
  ["execve", "exec"],
  ["execveat", "exec"],
  ["exit", "exit"],
  ["exit_group", "exit"],
  ["prctl", "prctl"],
  ["setsid", "session"],
  ["setpgid", "group"],
  ["unshare", "namespace"],
  ["setns", "namespace"],
  ["setuid", "credentials"],
  ["setreuid", "credentials"],
  ["setresuid", "credentials"],
  ["setgid", "credentials"],
  ["setregid", "credentials"],
  ["setresgid", "credentials"],
]);

/** The kinds whose calls are in the class `process` of strace. */
const PROCESS_KINDS: ReadonlySet<CallKind> = new Set<CallKind>(["clone", "exec", "exit"]);

/**
 * What follows `trace=` in a command line of strace that records {@linkcode CALLS}. The class stands for calls by name,
 * since strace refuses the name of a call that its machine does not have, such as `fork` or `clone2`.
 */
export function tracedCalls(): string {
  const names = [...CALLS].filter(([, kind]) => !PROCESS_KINDS.has(kind)).map(([name]) => name);
  return ["process", ...names].join(",");
}

/** Whether a call makes a task. */
export function isClone(name: string): boolean {
  return CALLS.get(name) === "clone";
}

/** The clone flags of a call, without the exit signal that clone has among them. */
export function cloneFlags(name: string, args: string): number | null {
  if (name === "fork") return 0;
  if (name === "vfork") return VFORK_FLAGS;
  const place = args.indexOf(FLAGS);
  if (place < 0) return null;
  const start = place + FLAGS.length;
  return cloneFlagsOf(/^[A-Za-z0-9_|]*/.exec(args.slice(start, start + FLAGS_LENGTH))![0]);
}

/** What a call returned. */
export interface Returned {
  /** The number. Null for `?`: the call never returns. */
  readonly value: number | null;
  /** The pid as the recorder sees it, where that differs. */
  readonly translated: number | null;
  /** Whether the call will be made again: `? ERESTARTNOINTR`. */
  readonly restarts: boolean;
}

/** Reads what stands behind the last ` = ` of a line. Null when the line has none. */
export function returnedBy(line: string): Returned | null {
  const place = line.lastIndexOf(RETURNS);
  if (place < 0) return null;
  const start = place + RETURNS.length;
  if (line[start] === "?") {
    return { value: null, translated: null, restarts: line.startsWith("? ERESTART", start) };
  }
  const negative = line[start] === "-";
  const value = numberAt(line, negative ? start + 1 : start);
  if (Number.isNaN(value)) return null;
  const comment = negative ? -1 : line.indexOf(" in strace's PID NS */", start);
  const translated = comment < 0 ? null : numberAt(line, line.lastIndexOf(" ", comment - 1) + 1);
  return { value: negative ? -value : value, translated, restarts: false };
}

/** The arguments of an exec. */
export interface ExecArguments {
  /** The path, or null. */
  readonly path: string | null;
  /** The command line, or null. */
  readonly argv: string[] | null;
}

/** Reads the arguments of execve and execveat. */
export function execArguments(name: string, args: string): ExecArguments {
  let start = 0;
  let directory: string | null = null;
  if (name === "execveat") {
    const comma = args.indexOf(COMMA);
    if (comma < 0) return { path: null, argv: null };
    // With -y strace prints the file of the descriptor. An empty path means that file.
    directory = /<(.*)>$/.exec(args.slice(0, comma))?.[1] ?? null;
    start = comma + COMMA.length;
  }
  const quoted = quotedAt(args, start);
  if (quoted === null) return { path: directory, argv: null };
  const argv = args.startsWith(COMMA, quoted.end)
    ? quotedListAt(args, quoted.end + COMMA.length)
    : null;
  return { path: quoted.value === "" ? directory : quoted.value, argv };
}

/** The number of a signal that strace names: `SIGKILL`, `SIGRT_3`; 0 when it is none. */
export function signalByName(name: string): number {
  if (Object.hasOwn(Signal, name)) return Signal[name as SignalName];
  if (name === "SIGIOT") return Signal.SIGABRT;
  if (name === "SIGPOLL") return Signal.SIGIO;
  const realTime = /^SIGRT_(\d+)$/.exec(name);
  if (realTime !== null) return Number(realTime[1]) <= 32 ? 32 + Number(realTime[1]) : 0;
  return name === "SIGRTMIN" ? 32 : 0;
}

/** The wait status that `+++ exited with 3 +++` or `+++ killed by SIGSEGV (core dumped) +++` tells, or null. */
export function statusOf(text: string): number | null {
  if (text.startsWith(EXITED)) {
    const code = numberAt(text, EXITED.length);
    return Number.isNaN(code) ? null : statusOfCode(code);
  }
  if (!text.startsWith(KILLED)) return null;
  const end = text.indexOf(" ", KILLED.length);
  const signal = signalByName(text.slice(KILLED.length, end < 0 ? undefined : end));
  return signal === 0 ? null : statusOfSignal(signal, text.includes("(core dumped)"));
}

/** The end of a child, as the SIGCHLD of its parent tells it. */
export interface ChildEnd {
  /** The child. */
  readonly pid: number;
  /** Its wait status. */
  readonly status: number;
}

/** Reads the details of a SIGCHLD. Null for a child that has not ended. */
export function childEnd(text: string): ChildEnd | null {
  const match = /si_code=CLD_(EXITED|KILLED|DUMPED), si_pid=(\d+).*? si_status=(\w+)/.exec(text);
  if (match === null) return null;
  const pid = Number(match[2]);
  if (match[1] === "EXITED") return { pid, status: statusOfCode(Number(match[3])) };
  return { pid, status: statusOfSignal(signalByName(match[3]), match[1] === "DUMPED") };
}
