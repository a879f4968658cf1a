import { Signal, type SignalName } from "../kernel/signal.ts";
import { numberAt, quotedAt, quotedListAt } from "./text.ts";

/** The clone flags by the names that strace prints. */
const CLONE_FLAGS: Readonly<Record<string, number>> = Object.freeze({
  CLONE_NEWTIME: 0x80,
  CLONE_VM: 0x100,
  CLONE_FS: 0x200,
  CLONE_FILES: 0x400,
  CLONE_SIGHAND: 0x800,
  CLONE_PIDFD: 0x1000,
  CLONE_PTRACE: 0x2000,
  CLONE_VFORK: 0x4000,
  CLONE_PARENT: 0x8000,
  CLONE_THREAD: 0x10000,
  CLONE_NEWNS: 0x20000,
  CLONE_SYSVSEM: 0x40000,
  CLONE_SETTLS: 0x80000,
  CLONE_PARENT_SETTID: 0x100000,
  CLONE_CHILD_CLEARTID: 0x200000,
  CLONE_DETACHED: 0x400000,
  CLONE_UNTRACED: 0x800000,
  CLONE_CHILD_SETTID: 0x1000000,
  CLONE_NEWCGROUP: 0x2000000,
  CLONE_NEWUTS: 0x4000000,
  CLONE_NEWIPC: 0x8000000,
  CLONE_NEWUSER: 0x10000000,
  CLONE_NEWPID: 0x20000000,
  CLONE_NEWNET: 0x40000000,
  CLONE_IO: 0x80000000,
  CLONE_CLEAR_SIGHAND: 0x100000000,
  CLONE_INTO_CGROUP: 0x200000000,
});

/** The new task is a sibling of its creator. */
export const CLONE_PARENT: number = CLONE_FLAGS.CLONE_PARENT;
/** The new task is a thread of its creator's process. */
export const CLONE_THREAD: number = CLONE_FLAGS.CLONE_THREAD;

/** What vfork() amounts to: CLONE_VM and CLONE_VFORK. */
const VFORK_FLAGS = 0x4100;

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
  const start = args.indexOf("flags=");
  if (start < 0) return null;
  const list = /^[A-Za-z0-9_|]*/.exec(args.slice(start + 6, start + 600))![0];
  let flags = 0;
  for (const word of list.split("|")) {
    const bit = CLONE_FLAGS[word];
    // Not `|`: the highest bits are beyond 32.
    if (bit !== undefined) flags += bit;
    else if (word.startsWith("0x")) flags += parseInt(word, 16) & ~0xff;
  }
  return flags;
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
  let start = line.lastIndexOf(" = ");
  if (start < 0) return null;
  start += 3;
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
    const comma = args.indexOf(", ");
    if (comma < 0) return { path: null, argv: null };
    // With -y strace prints the file of the descriptor. An empty path means that file.
    directory = /<(.*)>$/.exec(args.slice(0, comma))?.[1] ?? null;
    start = comma + 2;
  }
  const quoted = quotedAt(args, start);
  if (quoted === null) return { path: directory, argv: null };
  const argv = args.startsWith(", ", quoted.end) ? quotedListAt(args, quoted.end + 2) : null;
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
  if (text.startsWith("+++ exited with ")) {
    const code = numberAt(text, 16);
    return Number.isNaN(code) ? null : (code & 0xff) << 8;
  }
  if (!text.startsWith("+++ killed by ")) return null;
  const end = text.indexOf(" ", 14);
  const signal = signalByName(end < 0 ? text.slice(14) : text.slice(14, end));
  if (signal === 0) return null;
  return text.includes("(core dumped)") ? signal | 0x80 : signal;
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
  if (match[1] === "EXITED") return { pid, status: (Number(match[3]) & 0xff) << 8 };
  const signal = signalByName(match[3]);
  return { pid, status: match[1] === "DUMPED" ? signal | 0x80 : signal };
}
