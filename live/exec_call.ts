import type { Libc } from "./libc.ts";
import type { TracerParts } from "./parts.ts";
import type { CallInfo } from "./registers.ts";

const O_PATH = 0o10000000;
const AT_FDCWD = -100;
/** Below this length a command line is read whole. */
const MOST_ARGUMENTS = 256;
/** The kernel follows so many interpreters of interpreters. */
const MOST_INTERPRETERS = 5;

/** An exec that a task is about to make, as far as it can be known before. */
export interface ExecAttempt {
  /** The files that it would run, without symbolic links: the program, and then the interpreters of a script. */
  readonly paths: readonly string[];
  /** The command line, or null where it cannot be read. */
  readonly argv: readonly string[] | null;
  /** The folder that the task is in, or null. */
  readonly cwd: string | null;
}

/**
 * Reads what a stopped execve or execveat would run. Another thread may change it after that, so whoever decides by it has
 * to look again when the program runs.
 *
 * @param parts How to reach the task.
 * @param pid The task.
 * @param call Its call.
 * @returns What it would run; null when no such file is there: the kernel then refuses by itself, as it does for most
 * folders of a search through PATH.
 */
export function readExecCall(parts: TracerParts, pid: number, call: CallInfo): ExecAttempt | null {
  const { libc, proc, registers } = parts;
  const { architecture } = registers;
  const isCompat = call.audit !== architecture.audit;
  const { execveat } = isCompat ? architecture.compat! : architecture.calls;
  const isAt = call.number === execveat;
  const [pathArgument, argvArgument] = isAt ? call.args.slice(1) : call.args;
  const name = libc.readString(pid, pathArgument);
  if (name === null) return null;
  const folder = isAt ? Number(BigInt.asIntN(32, call.args[0])) : AT_FDCWD;
  const first = resolve(libc, reach(pid, folder, name));
  if (first === null) return null;
  return {
    paths: withInterpreters(libc, pid, first),
    argv: isCompat ? null : readArguments(libc, pid, argvArgument),
    cwd: proc.cwd(pid),
  };
}

/** The path by which this process reaches what a task calls by a name. */
function reach(pid: number, folder: number, name: string): string {
  if (name.startsWith("/")) return `/proc/${pid}/root${name}`;
  if (folder === AT_FDCWD) return `/proc/${pid}/cwd/${name}`;
  // With AT_EMPTY_PATH the descriptor is the file itself.
  return name === "" ? `/proc/${pid}/fd/${folder}` : `/proc/${pid}/fd/${folder}/${name}`;
}

/** What a path leads to in the end; null when nothing is there. */
function resolve(libc: Libc, path: string): string | null {
  const file = libc.openFile(path, O_PATH);
  if (file < 0) return null;
  const target = libc.readLink(`/proc/self/fd/${file}`);
  libc.symbols.close(file);
  return target;
}

function withInterpreters(libc: Libc, pid: number, first: string): string[] {
  const paths = [first];
  for (let path = first; paths.length <= MOST_INTERPRETERS;) {
    const beginning = libc.readBeginning(path);
    const name = beginning === null ? undefined : /^#![ \t]*([^ \t\n]+)/.exec(beginning)?.[1];
    const interpreter = name === undefined ? null : resolve(libc, reach(pid, AT_FDCWD, name));
    if (interpreter === null) break;
    paths.push(path = interpreter);
  }
  return paths;
}

function readArguments(libc: Libc, pid: number, address: bigint): string[] | null {
  const pointers = new BigUint64Array(new ArrayBuffer(8 * MOST_ARGUMENTS));
  const bytes = new Uint8Array(pointers.buffer);
  const length = libc.readMemory(pid, address, bytes);
  if (length <= 0) return null;
  const argv: string[] = [];
  for (const pointer of pointers.subarray(0, length >> 3)) {
    if (pointer === 0n) return argv;
    const word = libc.readString(pid, pointer);
    if (word === null) return null;
    argv.push(word);
  }
  // Longer ones are cut, as those of a recording may be.
  return argv;
}
