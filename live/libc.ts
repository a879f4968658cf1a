import { KernelError } from "../kernel/errno.ts";
import { LIBC_NAMES } from "./libc_names.ts";

/** Of waitpid: threads and children of every kind, but only those of the calling thread. */
export const WALL = 0x40000000;
const WNOTHREAD = 0x20000000;
/** Of waitpid: come back at once. */
export const WNOHANG = 1;

const EINTR = 4;
const O_RDONLY = 0;
const O_CLOEXEC = 0o2000000;
const O_PATH = 0o10000000;
const AT_FDCWD = -100;
const PROC = "/proc/";
const CLOCK_MONOTONIC = 1;
const STATX_MODE = 2;
const STATX_MODE_OFFSET = 28;
/** Offsets in struct linux_dirent64. */
const DIRENT_SIZE = 16;
const DIRENT_NAME = 19;
/** BINPRM_BUF_SIZE. */
const SCRIPT_LINE = 256;
const O_NONBLOCK = 0o4000;
const SHORT_FILE = 4000;
const SHORT_PATH = 256;

// `ptrace`, `fcntl` and `prctl` are variadic in C. On x86-64 and aarch64 Linux a fixed signature passes its arguments
// in the same registers.
const SYMBOLS = {
  ptraceValue: { name: "ptrace", parameters: ["i32", "i32", "usize", "usize"], result: "i32" },
  ptraceBuffer: { name: "ptrace", parameters: ["i32", "i32", "usize", "buffer"], result: "i32" },
  waitpid: { parameters: ["i32", "buffer", "i32"], result: "i32" },
  kill: { parameters: ["i32", "i32"], result: "i32" },
  tgkill: { parameters: ["i32", "i32", "i32"], result: "i32" },
  geteuid: { parameters: [], result: "i32" },
  statx: {
    parameters: ["i32", "buffer", "i32", "u32", "buffer"],
    result: "i32",
    optional: true,
  },
  getpid: { parameters: [], result: "i32" },
  openat: { parameters: ["i32", "buffer", "i32"], result: "i32" },
  read: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  pread64: { parameters: ["i32", "buffer", "usize", "i64"], result: "isize" },
  close: { parameters: ["i32"], result: "i32" },
  getdents64: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  readlinkat: { parameters: ["i32", "buffer", "buffer", "usize"], result: "isize" },
  access: { parameters: ["buffer", "i32"], result: "i32" },
  fcntl: { parameters: ["i32", "i32", "i32"], result: "i32" },
  pipe2: { parameters: ["buffer", "i32"], result: "i32" },
  prctl: { parameters: ["i32", "usize", "usize", "usize", "usize"], result: "i32" },
  prlimit: { parameters: ["i32", "i32", "buffer", "buffer"], result: "i32" },
  usleep: { parameters: ["u32"], result: "i32" },
  clock_gettime: { parameters: ["i32", "buffer"], result: "i32" },
  process_vm_readv: {
    parameters: ["i32", "buffer", "usize", "buffer", "usize", "usize"],
    result: "isize",
  },
  process_vm_writev: {
    parameters: ["i32", "buffer", "usize", "buffer", "usize", "usize"],
    result: "isize",
  },
  posix_spawn: {
    parameters: ["buffer", "buffer", "buffer", "buffer", "buffer", "buffer"],
    result: "i32",
  },
  posix_spawn_file_actions_init: { parameters: ["buffer"], result: "i32" },
  posix_spawn_file_actions_adddup2: { parameters: ["buffer", "i32", "i32"], result: "i32" },
  posix_spawn_file_actions_destroy: { parameters: ["buffer"], result: "i32" },
  posix_spawnattr_init: { parameters: ["buffer"], result: "i32" },
  posix_spawnattr_setflags: { parameters: ["buffer", "i16"], result: "i32" },
  posix_spawnattr_setsigdefault: { parameters: ["buffer", "buffer"], result: "i32" },
  posix_spawnattr_setsigmask: { parameters: ["buffer", "buffer"], result: "i32" },
  posix_spawnattr_destroy: { parameters: ["buffer"], result: "i32" },
  __errno_location: { parameters: [], result: "pointer" },
} as const;

/** The functions themselves, for what has no method of its own. */
export type LibcSymbols = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

/** One state change of a child, as waitpid tells it. */
export interface WaitResult {
  /** The task; 0 when nothing has changed, -1 when there is no child left. */
  readonly pid: number;
  /** The wait status. */
  readonly status: number;
}

/**
 * Calls of the C library. An instance belongs to the thread that opened it: `errno` is that thread's, and so are its
 * tracees.
 */
export class Libc {
  /** The functions themselves. */
  readonly symbols: LibcSymbols;
  readonly #errno: Deno.UnsafePointerView;
  readonly #status = new Int32Array(new ArrayBuffer(128));
  readonly #time = new BigInt64Array(new ArrayBuffer(128));
  readonly #local = new BigUint64Array(new ArrayBuffer(128));
  readonly #remote = new BigUint64Array(new ArrayBuffer(128));
  readonly #file = new Uint8Array(new ArrayBuffer(1 << 16));
  /** The folder /proc as it was at the start: a command may unmount it, or mount something over it. */
  readonly #processes: number;
  readonly #path = new Uint8Array(new ArrayBuffer(3 * SHORT_PATH + 1));
  readonly #decoder = new TextDecoder();
  readonly #encoder = new TextEncoder();

  /**
   * Opens the C library of this process.
   *
   * @throws {KernelError} ENOSYS where there is none that this program knows.
   */
  constructor() {
    this.symbols = openSymbols();
    this.#errno = new Deno.UnsafePointerView(this.symbols.__errno_location()!);
    this.#processes = this.symbols.openat(AT_FDCWD, cString(PROC), O_PATH | O_CLOEXEC);
  }

  /** The number of the last error. Valid right after a call that failed. */
  get errno(): number {
    return this.#errno.getInt32();
  }

  /**
   * Waits for a task to change.
   *
   * @param pid The task, or -1 for every child of this thread.
   * @param flags {@linkcode WNOHANG}, or nothing.
   * @returns Which one changed, and how.
   */
  wait(pid: number, flags = 0): WaitResult {
    for (;;) {
      const changed = this.symbols.waitpid(pid, this.#status, WALL | WNOTHREAD | flags);
      if (changed >= 0) return { pid: changed, status: this.#status[0] };
      if (this.errno !== EINTR) return { pid: -1, status: 0 };
    }
  }

  /** The time of CLOCK_MONOTONIC, in nanoseconds. */
  now(): number {
    this.symbols.clock_gettime(CLOCK_MONOTONIC, this.#time);
    return Number(this.#time[0]) * 1e9 + Number(this.#time[1]);
  }

  /**
   * Reads a file whole. Deno itself refuses most of /proc without every permission.
   *
   * @param path Its path.
   * @returns Its bytes, valid until the next call; null when it cannot be read.
   */
  readBytes(path: string): Uint8Array | null {
    const file = this.openFile(path);
    if (file < 0) return null;
    let buffer = this.#file;
    let length = 0;
    for (;;) {
      const space = buffer.subarray(length);
      const count = Number(this.symbols.read(file, space, BigInt(space.length)));
      if (count > 0) length += count;
      // A file of /proc that is shorter than a page comes in one piece.
      const isWhole = count <= 0 || length === count && count < SHORT_FILE;
      if (isWhole) {
        this.symbols.close(file);
        return count < 0 && length === 0 ? null : buffer.subarray(0, length);
      }
      if (length === buffer.length) {
        const larger = new Uint8Array(new ArrayBuffer(2 * length));
        larger.set(buffer);
        buffer = larger;
      }
    }
  }

  /** Opens a file or a folder for reading, or as the flags say; -1 when it cannot be opened. */
  openFile(path: string, flags: number = O_RDONLY): number {
    return this.symbols.openat(this.#folderOf(path), this.#pathOf(path), flags | O_CLOEXEC);
  }

  /** The first characters of a file: as many as the kernel looks at for an interpreter. Null when it cannot be read. */
  readBeginning(path: string): string | null {
    const file = this.openFile(path, O_NONBLOCK);
    if (file < 0) return null;
    const length = Number(this.symbols.read(file, this.#file, BigInt(SCRIPT_LINE)));
    this.symbols.close(file);
    return length < 0 ? null : this.#decoder.decode(this.#file.subarray(0, length));
  }

  /** Reads a short file of /proc anew; null when its task is gone. */
  rereadText(file: number): string | null {
    const length = Number(this.symbols.pread64(file, this.#file, BigInt(SHORT_FILE), 0n));
    return length <= 0 ? null : this.#decoder.decode(this.#file.subarray(0, length));
  }

  /** What a path for a call that is made at once is relative to. */
  #folderOf(path: string): number {
    return path.startsWith(PROC) ? this.#processes : AT_FDCWD;
  }

  /** A path for a call that is made at once, as {@linkcode Libc.#folderOf} wants it. */
  #pathOf(absolute: string): Uint8Array<ArrayBuffer> {
    const path = absolute.startsWith(PROC) ? absolute.slice(PROC.length) : absolute;
    if (path.length >= SHORT_PATH) return cString(path, this.#encoder);
    const { written } = this.#encoder.encodeInto(path, this.#path);
    this.#path[written] = 0;
    return this.#path;
  }

  /** Reads a file as text; null when it cannot be read. Bytes that are no UTF-8 are replaced. */
  readText(path: string): string | null {
    const bytes = this.readBytes(path);
    return bytes === null ? null : this.#decoder.decode(bytes);
  }

  /** The mode of a file, links followed; null when it cannot be told. */
  modeOf(path: string): number | null {
    const { statx } = this.symbols;
    const status = new DataView(new ArrayBuffer(256));
    const bytes = new Uint8Array(status.buffer);
    if (statx === null || statx(AT_FDCWD, this.#pathOf(path), 0, STATX_MODE, bytes) !== 0) {
      return null;
    }
    return status.getUint16(STATX_MODE_OFFSET, true);
  }

  /** The names in a folder, in no order; null when it cannot be read. */
  readFolder(path: string): string[] | null {
    const folder = this.openFile(path);
    if (folder < 0) return null;
    const buffer = this.#file;
    const view = new DataView(buffer.buffer);
    const names: string[] = [];
    for (;;) {
      const length = Number(this.symbols.getdents64(folder, buffer, BigInt(buffer.length)));
      if (length <= 0) break;
      for (let entry = 0; entry < length;) {
        const size = view.getUint16(entry + DIRENT_SIZE, true);
        const end = buffer.indexOf(0, entry + DIRENT_NAME);
        names.push(this.#decoder.decode(buffer.subarray(entry + DIRENT_NAME, end)));
        entry += size;
      }
    }
    this.symbols.close(folder);
    return names;
  }

  /** What a symbolic link says; null when it cannot be read. */
  readLink(path: string): string | null {
    const buffer = this.#file;
    const length = Number(
      this.symbols.readlinkat(this.#folderOf(path), this.#pathOf(path), buffer, BigInt(4096)),
    );
    return length < 0 ? null : this.#decoder.decode(buffer.subarray(0, length));
  }

  /**
   * Copies memory of another process.
   *
   * @param pid The process.
   * @param address Where.
   * @param into What to fill.
   * @returns How many bytes were copied; fewer than asked for where the memory ends. -1 when none could be.
   */
  readMemory(pid: number, address: bigint, into: Uint8Array<ArrayBuffer>): number {
    this.#describe(into, address);
    return Number(
      this.symbols.process_vm_readv(pid, this.#local, 1n, this.#remote, 1n, 0n),
    );
  }

  /** Copies bytes into the memory of another process. False when not all of them could be written. */
  writeMemory(pid: number, address: bigint, bytes: Uint8Array<ArrayBuffer>): boolean {
    this.#describe(bytes, address);
    const count = this.symbols.process_vm_writev(pid, this.#local, 1n, this.#remote, 1n, 0n);
    return Number(count) === bytes.length;
  }

  #describe(bytes: Uint8Array<ArrayBuffer>, address: bigint): void {
    this.#local[0] = pointerTo(bytes);
    this.#local[1] = BigInt(bytes.length);
    this.#remote[0] = address;
    this.#remote[1] = BigInt(bytes.length);
  }

  /** A string of another process, up to its zero; null when it cannot be read or is longer than a page. */
  readString(pid: number, address: bigint): string | null {
    const buffer = new Uint8Array(new ArrayBuffer(4096));
    // One page at a time: the next page may not be there.
    let length = 0;
    while (length < buffer.length) {
      const from = address + BigInt(length);
      const room = Math.min(4096 - Number(from % 4096n), buffer.length - length);
      const count = this.readMemory(pid, from, buffer.subarray(length, length + room));
      if (count <= 0) return null;
      const end = buffer.subarray(0, length + count).indexOf(0, length);
      if (end >= 0) return this.#decoder.decode(buffer.subarray(0, end));
      length += count;
    }
    return null;
  }
}

/** The address of memory that C is to fill or read. The array must not be collected before that. */
export function pointerTo(bytes: ArrayBufferView<ArrayBuffer>): bigint {
  return Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes));
}

/** A string with the zero at its end that C wants. */
export function cString(
  text: string,
  encoder: TextEncoder = new TextEncoder(),
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(new ArrayBuffer(3 * text.length + 64));
  encoder.encodeInto(text, bytes);
  return bytes;
}

function openSymbols(): LibcSymbols {
  for (const name of LIBC_NAMES) {
    try {
      return Deno.dlopen(name, SYMBOLS).symbols;
    } catch (error) {
      if (error instanceof Deno.errors.NotCapable) throw error;
      // There is no such library, or one that lacks a function.
    }
  }
  throw new KernelError("ENOSYS", {
    action: "open the C library",
    found: "this system has none that pnotify can use",
    wanted: `one of ${LIBC_NAMES.join(", ")} is wanted`,
  });
}
