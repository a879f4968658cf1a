import type { Libc } from "./libc.ts";

/** Requests of ptrace(2). Those from 0x4200 on are Linux's own. */
export const PTRACE = {
  CONT: 7,
  /** x86-64 only. */
  GETREGS: 12,
  /** x86-64 only. */
  SETREGS: 13,
  DETACH: 17,
  SYSCALL: 24,
  GETEVENTMSG: 0x4201,
  GETSIGINFO: 0x4202,
  GETREGSET: 0x4204,
  SETREGSET: 0x4205,
  SEIZE: 0x4206,
  INTERRUPT: 0x4207,
  LISTEN: 0x4208,
  GETSIGMASK: 0x420a,
  SETSIGMASK: 0x420b,
  GET_SYSCALL_INFO: 0x420e,
} as const;

/** Options of PTRACE_SEIZE. */
export const PTRACE_O = {
  TRACESYSGOOD: 1,
  TRACEFORK: 2,
  TRACEVFORK: 4,
  TRACECLONE: 8,
  TRACEEXEC: 0x10,
  TRACEEXIT: 0x40,
  TRACESECCOMP: 0x80,
  EXITKILL: 0x100000,
} as const;

/** The events of a stop, in the bits above the signal. */
export const PTRACE_EVENT = {
  FORK: 1,
  VFORK: 2,
  CLONE: 3,
  EXEC: 4,
  EXIT: 6,
  SECCOMP: 7,
  STOP: 128,
} as const;

/** The signal of a stop at a system call, with PTRACE_O_TRACESYSGOOD. */
export const SYSCALL_STOP: number = 5 | 0x80;

/** Whether a wait status says that the task is gone. */
export function hasEnded(status: number): boolean {
  return (status & 0xff) !== 0x7f;
}

/** The signal of a stop. */
export function stopSignal(status: number): number {
  return status >> 8 & 0xff;
}

/** The event of a stop, or 0. */
export function stopEvent(status: number): number {
  return status >> 16;
}

/** The requests that need no registers. Each says whether the tracee was still there. */
export class Ptrace {
  readonly #libc: Libc;
  readonly #message = new BigUint64Array(new ArrayBuffer(128));
  readonly #siginfo = new Int32Array(new ArrayBuffer(128));
  readonly #mask = new BigUint64Array(new ArrayBuffer(128));

  constructor(libc: Libc) {
    this.#libc = libc;
  }

  #request(request: number, pid: number, address = 0n, data = 0n): boolean {
    return this.#libc.symbols.ptraceValue(request, pid, address, data) === 0;
  }

  /** Begins to trace a task. On failure {@linkcode Libc.errno} says why. */
  seize(pid: number, options: number): boolean {
    return this.#request(PTRACE.SEIZE, pid, 0n, BigInt(options));
  }

  /** Lets a tracee go on, with a signal or none. */
  cont(pid: number, signal = 0): boolean {
    return this.#request(PTRACE.CONT, pid, 0n, BigInt(signal));
  }

  /** Lets a tracee go on until it enters or leaves a system call. */
  contToCall(pid: number, signal = 0): boolean {
    return this.#request(PTRACE.SYSCALL, pid, 0n, BigInt(signal));
  }

  /** Stops a running tracee. */
  interrupt(pid: number): boolean {
    return this.#request(PTRACE.INTERRUPT, pid);
  }

  /** Leaves a tracee in its group stop, so that SIGCONT ends it. */
  listen(pid: number): boolean {
    return this.#request(PTRACE.LISTEN, pid);
  }

  /** Lets a stopped tracee go for good. */
  detach(pid: number, signal = 0): boolean {
    return this.#request(PTRACE.DETACH, pid, 0n, BigInt(signal));
  }

  /** What goes with the event of a stop: a new task, an old pid, a status. Null when the tracee is gone. */
  message(pid: number): number | null {
    const { symbols } = this.#libc;
    if (symbols.ptraceBuffer(PTRACE.GETEVENTMSG, pid, 0n, this.#message) !== 0) return null;
    return Number(this.#message[0]);
  }

  /** Who sent the signal of this stop: a pid, 0 for the kernel, or null when that cannot be told. */
  sender(pid: number): number | null {
    const { symbols } = this.#libc;
    if (symbols.ptraceBuffer(PTRACE.GETSIGINFO, pid, 0n, this.#siginfo) !== 0) return null;
    const code = this.#siginfo[2];
    // SI_USER, SI_QUEUE and SI_TKILL carry a pid. Everything above 0 comes from the kernel.
    return code <= 0 && code >= -6 ? this.#siginfo[4] : 0;
  }

  /** The signals that a tracee has blocked, or null when it is gone. */
  signalMask(pid: number): bigint | null {
    const { symbols } = this.#libc;
    if (symbols.ptraceBuffer(PTRACE.GETSIGMASK, pid, 8n, this.#mask) !== 0) return null;
    return this.#mask[0];
  }

  /** Sets the signals that a tracee has blocked. */
  setSignalMask(pid: number, mask: bigint): boolean {
    this.#mask[0] = mask;
    return this.#libc.symbols.ptraceBuffer(PTRACE.SETSIGMASK, pid, 8n, this.#mask) === 0;
  }
}
