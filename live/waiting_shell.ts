import { LaunchError } from "./launch_error.ts";
import { cString, type Libc, pointerTo } from "./libc.ts";

const O_CLOEXEC = 0o2000000;
const F_GETFD = 1;
const FD_CLOEXEC = 1;
const STDIN = 0;
/** The usual limit of open files is far above it. */
const MOST_DESCRIPTORS = 200;
const POSIX_SPAWN_SETSIGDEF = 0x04;
const POSIX_SPAWN_SETSIGMASK = 0x08;

/** A shell that waits until the pipe to it is closed, and then ends. */
export interface WaitingShell {
  /** Its pid: a child of the calling thread. */
  readonly pid: number;
  /** Where it holds the standard input of this process. Its own is the pipe. */
  readonly input: number;
  /** Our end of the pipe. When it is closed, or this process dies, the shell ends. */
  readonly writeEnd: number;
}

/**
 * Starts a shell that waits, with default signals, none of them blocked, and no environment.
 *
 * @throws {LaunchError} When it cannot be started.
 */
export function spawnWaitingShell(libc: Libc): WaitingShell {
  const ends = new Int32Array(new ArrayBuffer(128));
  if (libc.symbols.pipe2(ends, O_CLOEXEC) !== 0) {
    throw new LaunchError(`Cannot make a pipe: error ${libc.errno}`, 125);
  }
  const [readEnd, writeEnd] = ends;
  try {
    const input = freeDescriptor(libc, readEnd);
    return { pid: spawn(libc, readEnd, input), input, writeEnd };
  } catch (error) {
    libc.symbols.close(writeEnd);
    throw error;
  } finally {
    libc.symbols.close(readEnd);
  }
}

/** A descriptor that no child inherits. */
function freeDescriptor({ symbols }: Libc, taken: number): number {
  for (let descriptor = 3; descriptor < MOST_DESCRIPTORS; descriptor++) {
    const flags = symbols.fcntl(descriptor, F_GETFD, 0);
    if (descriptor !== taken && (flags < 0 || flags & FD_CLOEXEC)) return descriptor;
  }
  throw new LaunchError(
    `Cannot start a shell: all descriptors below ${MOST_DESCRIPTORS} are in use`,
    125,
  );
}

/**
 * The pipe is its standard input. A redirection would do as well, but a shell has its input elsewhere while it reads
 * from one, and that is how the command would find it.
 */
function spawn({ symbols }: Libc, readEnd: number, input: number): number {
  const actions = new Uint8Array(new ArrayBuffer(1024));
  const attributes = new Uint8Array(new ArrayBuffer(1024));
  symbols.posix_spawn_file_actions_init(actions);
  symbols.posix_spawn_file_actions_adddup2(actions, STDIN, input);
  symbols.posix_spawn_file_actions_adddup2(actions, readEnd, STDIN);
  symbols.posix_spawnattr_init(attributes);
  symbols.posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  const everySignal = new Uint8Array(new ArrayBuffer(128)).fill(0xff);
  symbols.posix_spawnattr_setsigdefault(attributes, everySignal);
  symbols.posix_spawnattr_setsigmask(attributes, new Uint8Array(new ArrayBuffer(128)));
  const args = new StringTable(["sh", "-c", "read -r line"]);
  const environment = new StringTable([]);
  const pid = new Int32Array(new ArrayBuffer(128));
  const errno = symbols.posix_spawn(
    pid,
    cString("/bin/sh"),
    actions,
    attributes,
    args.pointers,
    environment.pointers,
  );
  symbols.posix_spawn_file_actions_destroy(actions);
  symbols.posix_spawnattr_destroy(attributes);
  if (errno === 0) return pid[0];
  throw new LaunchError(`Cannot start a shell: /bin/sh gives error ${errno}`, 125);
}

/** Strings as C wants them: an array of pointers with a null at its end. */
class StringTable {
  readonly pointers: BigUint64Array<ArrayBuffer>;
  readonly #strings: Uint8Array<ArrayBuffer>[];

  constructor(strings: readonly string[]) {
    this.#strings = strings.map((text) => cString(text));
    this.pointers = new BigUint64Array(new ArrayBuffer(8 * (strings.length + 16)));
    for (const [index, bytes] of this.#strings.entries()) this.pointers[index] = pointerTo(bytes);
  }
}
