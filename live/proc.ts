import type { Resources } from "../kernel/resources.ts";
import type { Libc } from "./libc.ts";

/** A tick of the times in /proc, in nanoseconds: USER_HZ is 100 on every machine that Linux runs on. */
const TICK_NS = 1e7;

const S_ISUID = 0o4000;
const S_ISGID = 0o2000;

/** So many parents have their file open at most. */
const MOST_CALL_FILES = 64;

/** Who a task is. */
export interface Identity {
  /** Its process. */
  readonly tgid: number;
  /** The parent of its process. */
  readonly parent: number;
  /** Its comm. */
  readonly comm: string;
  /** Its real user. */
  readonly uid: number;
  /** Its real group. */
  readonly gid: number;
  /** The process that traces it, or 0. */
  readonly tracer: number;
  /** How many seccomp filters it has. */
  readonly filters: number;
  /** The signals that are pending for it or its process. */
  readonly pending: bigint;
}

/** What a process came to in memory. */
export interface MemoryPeaks {
  /** The parent of the process. */
  readonly parent: number;
  /** The peak of its resident memory in bytes, or null when it has no memory any more. */
  readonly residentPeak: number | null;
  /** The peak of its virtual memory in bytes, or null. */
  readonly virtualPeak: number | null;
}

/** Its process group and session, and what the scheduler's clock says. */
export interface TaskStat {
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  readonly minorFaults: number;
  readonly majorFaults: number;
  /** In nanoseconds, whole ticks. */
  readonly userTime: number;
  /** In nanoseconds, whole ticks. */
  readonly systemTime: number;
  /** In nanoseconds: waited for block input and output. */
  readonly blockWait: number;
}

/** Reads what /proc says of tasks. A task that is gone gives null. */
export class Proc {
  readonly #libc: Libc;
  /** What parents sleep in is asked at the end of each of their children. */
  readonly #callFiles = new Map<number, number>();

  constructor(libc: Libc) {
    this.#libc = libc;
  }

  /** Who a task is. */
  identity(pid: number): Identity | null {
    const text = this.#libc.readText(`/proc/${pid}/status`);
    return text === null ? null : parseStatus(text);
  }

  /** The parent of a process, and the peaks of its memory; null when it is gone. */
  peaks(pid: number): MemoryPeaks | null {
    const text = this.#libc.readText(`/proc/${pid}/status`);
    if (text === null) return null;
    return {
      parent: numberAfter(text, "\nPPid:\t"),
      virtualPeak: kilobytesAfter(text, "\nVmPeak:\t"),
      residentPeak: kilobytesAfter(text, "\nVmHWM:\t"),
    };
  }

  /** Group, session and times of a task. */
  stat(pid: number, tid: number = pid): TaskStat | null {
    const text = this.#libc.readText(`/proc/${pid}/task/${tid}/stat`);
    return text === null ? null : parseStat(text);
  }

  /** Whether a task has ended, and its end has not been told. False when it is gone as well. */
  isZombie(pid: number): boolean {
    const text = this.#libc.readText(`/proc/${pid}/stat`);
    return text !== null && text.startsWith("Z", text.lastIndexOf(")") + 2);
  }

  /** The comm of a task. */
  comm(pid: number): string | null {
    return this.#libc.readText(`/proc/${pid}/comm`)?.replace(/\n$/, "") ?? null;
  }

  /**
   * What the kernel gave a program at its start. Its addresses are random, so no two programs begin alike, and fork keeps
   * them.
   */
  image(pid: number): Uint8Array | null {
    const bytes = this.#libc.readBytes(`/proc/${pid}/auxv`);
    return bytes === null || bytes.length === 0 ? null : bytes.slice();
  }

  /** The command line of a process. */
  argv(pid: number): string[] | null {
    const text = this.#libc.readText(`/proc/${pid}/cmdline`);
    if (text === null || text === "") return null;
    return text.replace(/\0$/, "").split("\0");
  }

  /** The file that a process runs. */
  executable(pid: number): string | null {
    return this.#libc.readLink(`/proc/${pid}/exe`);
  }

  /** Whether the program of a process would run with the rights of its owner or group. */
  gainsPrivileges(pid: number): boolean {
    const mode = this.#libc.modeOf(`/proc/${pid}/exe`);
    return mode !== null && (mode & (S_ISUID | S_ISGID)) !== 0;
  }

  /** The folder that a process is in. */
  cwd(pid: number): string | null {
    return this.#libc.readLink(`/proc/${pid}/cwd`);
  }

  /**
   * What a task used, at its exit stop: each thread for itself.
   *
   * @param tgid Its process.
   * @param tid The task.
   * @param isAlone Whether its process never had another thread.
   * @returns The figures that can be read.
   */
  resources(tgid: number, tid: number, isAlone: boolean): Resources {
    const used: Resources = {};
    // The folder of a process costs the kernel less than that of one of its threads.
    const folder = isAlone ? `/proc/${tgid}` : `/proc/${tgid}/task/${tid}`;
    const text = this.#libc.readText(`${folder}/stat`);
    const stat = text === null ? null : parseStat(text);
    if (stat !== null) {
      used.minorFaults = stat.minorFaults;
      used.majorFaults = stat.majorFaults;
      used.blockWait = stat.blockWait;
      Object.assign(used, this.#times(folder, stat));
    }
    this.#io(folder, used);
    return used;
  }

  /** The scheduler knows the time exactly, the ticks know how it divides. */
  #times(
    folder: string,
    { userTime, systemTime }: TaskStat,
  ): Pick<Resources, "userTime" | "systemTime" | "runDelay"> {
    const text = this.#libc.readText(`${folder}/schedstat`);
    const [exact, runDelay] = text === null ? [0, 0] : text.split(" ").map(Number);
    const ticks = userTime + systemTime;
    // A kernel without these statistics says 0 0 0.
    if (!(exact > 0)) return { userTime, systemTime };
    // Without a single tick nobody knows: a short life is mostly spent in the kernel.
    const user = ticks === 0 ? 0 : Math.round(exact * (userTime / ticks));
    return { userTime: user, systemTime: exact - user, runDelay };
  }

  #io(folder: string, used: Resources): void {
    const text = this.#libc.readText(`${folder}/io`);
    if (text === null) return;
    used.bytesRead = numberAfter(text, "rchar: ");
    used.bytesWritten = numberAfter(text, "wchar: ");
    used.readCalls = numberAfter(text, "syscr: ");
    used.writeCalls = numberAfter(text, "syscw: ");
    used.blocksRead = Math.floor(numberAfter(text, "\nread_bytes: ") / 512);
    used.blocksWritten = Math.floor(numberAfter(text, "\nwrite_bytes: ") / 512);
  }

  /** The threads of a process; none when it is gone. */
  threads(pid: number): number[] {
    return this.#pids(this.#libc.readFolder(`/proc/${pid}/task`) ?? []);
  }

  /** The children of a process, whichever of its threads made them. */
  children(pid: number): number[] {
    return this.threads(pid).flatMap((tid) =>
      this.childrenOf(pid, tid) ?? this.#searchChildren(pid, tid)
    );
  }

  /** The children that a thread of a process made; null where the kernel has no list of them. */
  childrenOf(tgid: number, tid: number): number[] | null {
    const text = this.#libc.readText(`/proc/${tgid}/task/${tid}/children`);
    return text === null ? null : this.#pids(text.split(" "));
  }

  /** Some kernels have no list of children. Then each process is asked for its parent. */
  #searchChildren(pid: number, tid: number): number[] {
    if (tid !== pid) return [];
    const processes = this.#pids(this.#libc.readFolder("/proc/.") ?? []);
    return processes.filter((other) => this.stat(other)?.parent === pid);
  }

  #pids(words: readonly string[]): number[] {
    return words.filter((word) => /^\d+$/.test(word)).map(Number);
  }

  /** The number of the call that a task sleeps in; null when it runs. Its file stays open until {@linkcode Proc.forget}. */
  sleepingCall(pid: number): number | null {
    let file = this.#callFiles.get(pid);
    if (file === undefined) {
      if (this.#callFiles.size >= MOST_CALL_FILES) this.#forgetAll();
      file = this.#libc.openFile(`/proc/${pid}/syscall`);
      if (file < 0) return null;
      this.#callFiles.set(pid, file);
    }
    const text = this.#libc.rereadText(file);
    if (text === null || text.startsWith("running")) return null;
    const number = parseInt(text, 10);
    return number >= 0 ? number : null;
  }

  /** Closes what is open for a task that is gone. */
  forget(pid: number): void {
    const file = this.#callFiles.get(pid);
    if (file === undefined) return;
    this.#libc.symbols.close(file);
    this.#callFiles.delete(pid);
  }

  #forgetAll(): void {
    for (const file of this.#callFiles.values()) this.#libc.symbols.close(file);
    this.#callFiles.clear();
  }

  /** The process that a descriptor of another process stands for (pidfd); null when it is none. */
  pidOfDescriptor(pid: number, descriptor: number): number | null {
    const text = this.#libc.readText(`/proc/${pid}/fdinfo/${descriptor}`);
    const target = text === null ? -1 : Number(/^Pid:\t(-?\d+)/m.exec(text)?.[1] ?? -1);
    return target > 0 ? target : null;
  }
}

function numberAfter(text: string, label: string): number {
  const begin = text.indexOf(label);
  if (begin < 0) return 0;
  return parseInt(text.slice(begin + label.length, begin + label.length + 24), 10);
}

function kilobytesAfter(text: string, label: string): number | null {
  return text.includes(label) ? numberAfter(text, label) * 1024 : null;
}

/**
 * Reads /proc/PID/status.
 *
 * @param text What it says. A comm has its control characters escaped there, so a line is a field.
 */
export function parseStatus(text: string): Identity {
  const number = (label: string) => {
    const begin = text.indexOf(label);
    return begin < 0 ? null : parseInt(text.slice(begin + label.length), 10);
  };
  const pending = (label: string) => {
    const begin = text.indexOf(label);
    return begin < 0
      ? 0n
      : BigInt(`0x${text.slice(begin + label.length, begin + label.length + 16)}`);
  };
  const end = text.indexOf("\n");
  return {
    tgid: number("\nTgid:\t") ?? 0,
    parent: number("\nPPid:\t") ?? 0,
    comm: text.slice("Name:\t".length, end < 0 ? undefined : end),
    uid: number("\nUid:\t") ?? 0,
    gid: number("\nGid:\t") ?? 0,
    tracer: number("\nTracerPid:\t") ?? 0,
    filters: number("\nSeccomp_filters:\t") ?? 0,
    pending: pending("\nSigPnd:\t") | pending("\nShdPnd:\t"),
  };
}

/** Reads /proc/PID/stat. The comm may hold anything, brackets too, so fields count from the last bracket on. */
export function parseStat(text: string): TaskStat {
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const at = (number: number) => Number(fields[number - 3]);
  return {
    parent: at(4),
    group: at(5),
    session: at(6),
    minorFaults: at(10),
    majorFaults: at(12),
    userTime: at(14) * TICK_NS,
    systemTime: at(15) * TICK_NS,
    blockWait: at(42) * TICK_NS,
  };
}
