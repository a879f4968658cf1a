import { CLONE_PARENT, CLONE_THREAD, CLONE_VFORK, CLONE_VM } from "../kernel/fork.ts";
import { CLONE_NEWPID } from "./event.ts";

/** The clone flags by the names that strace prints. */
const CLONE_FLAGS: Readonly<Record<string, number>> = Object.freeze({
  CLONE_NEWTIME: 0x80,
  CLONE_VM,
  CLONE_FS: 0x200,
  CLONE_FILES: 0x400,
  CLONE_SIGHAND: 0x800,
  CLONE_PIDFD: 0x1000,
  CLONE_PTRACE: 0x2000,
  CLONE_VFORK,
  CLONE_PARENT,
  CLONE_THREAD,
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
  CLONE_NEWPID,
  CLONE_NEWNET: 0x40000000,
  CLONE_IO: 0x80000000,
  CLONE_CLEAR_SIGHAND: 0x100000000,
  CLONE_INTO_CGROUP: 0x200000000,
});

/** What vfork() amounts to. */
export const VFORK_FLAGS: number = CLONE_VM | CLONE_VFORK;

/** The values of the exit signal, which clone has in the byte below its flags. */
const EXIT_SIGNALS = 0x100;
/** The values of that byte that are signals. Its highest bit is a flag, CLONE_NEWTIME. */
const SIGNALS = 0x80;
/** The values of the bits that `|` takes. */
const LOW_BITS = 2 ** 32;

/** Whether a number can be clone flags. The kernel has 64 bits for them, and uses 34. */
export function isCloneFlags(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Reads clone flags as strace prints them: names and hexadecimal numbers between `|`. It leaves out the exit signal. */
export function cloneFlagsOf(words: string): number {
  let flags = 0;
  for (const word of words.split("|")) {
    if (Object.hasOwn(CLONE_FLAGS, word)) flags = union(flags, CLONE_FLAGS[word]);
    else if (word.startsWith("0x")) flags = union(flags, unnamedFlags(word));
  }
  return flags;
}

function unnamedFlags(word: string): number {
  const flags = parseInt(word, 16);
  return isCloneFlags(flags) ? flags - flags % EXIT_SIGNALS : 0;
}

/** Clone flags without the exit signal, where the kernel has not taken it away. */
export function withoutSignal(flags: number): number {
  return flags - flags % SIGNALS;
}

/** `|` for numbers of more than 32 bits. */
function union(a: number, b: number): number {
  const high = Math.floor(a / LOW_BITS) | Math.floor(b / LOW_BITS);
  return high * LOW_BITS + ((a | b) >>> 0);
}
