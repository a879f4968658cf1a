import { Injection } from "./inject.ts";
import type { TracerParts } from "./parts.ts";
import type { WaitResult } from "./libc.ts";
import { hasEnded, PTRACE_EVENT, stopEvent, stopSignal, SYSCALL_STOP } from "./ptrace.ts";
import type { Tracee } from "./tracee.ts";

const SIGKILL = 9;
const SIGCHLD = 17;
const SIG_IGN = 1n;
const SIGNAL_SET_SIZE = 8;
const WNOHANG = 1;
const WALL = 0x40000000;
const CLONE_PIDFD = 0x1000n;
/** Below the stack pointer, beyond what a leaf function may use. */
const SCRATCH_BELOW_STACK = 512n;

/** What is refused. */
export interface Refusal {
  /** The event of its creator. */
  readonly event: number;
  /** What the creator's call is to give. */
  readonly errno: number;
  /** The parent of the child: not its creator after CLONE_PARENT. */
  readonly parent: number;
}

/**
 * Undoes births. The child has not run. It is ended, its creator's call gives an errno, and nothing of the child is left
 * to reap.
 *
 * - A process: its creator ignores SIGCHLD while the child ends, so that no signal comes and nobody waits for it in vain.
 * - After vfork the creator sleeps in the kernel until the child is gone, so that it gets one SIGCHLD. It reaps the
 *   child before its call returns.
 * - A thread ends itself: SIGKILL would end its whole process.
 * - Where the command has a seccomp filter of its own, that filter might kill the creator for a call that it did not
 *   make. Then nothing is injected. The creator finds a child that was killed.
 */
export class Veto {
  /** How many filters are ours or were there before us. */
  ownFilters = 0;
  readonly #parts: TracerParts;
  readonly #putBack: (change: WaitResult) => void;

  constructor(parts: TracerParts, putBack: (change: WaitResult) => void) {
    this.#parts = parts;
    this.#putBack = putBack;
  }

  /**
   * Refuses a birth. The creator stands in the event of its call, and stands at the exit of the call afterwards.
   *
   * @returns Whether the creator is still there. If not, its end was put back.
   */
  refuse(creator: Tracee, child: Tracee, refusal: Refusal): boolean {
    const { event, errno, parent } = refusal;
    if (!child.isLeader) {
      this.#endThread(child);
      return this.#finish(creator, errno);
    }
    const isForeign = (this.#parts.proc.identity(creator.tid)?.filters ?? 0) > this.ownFilters;
    if (event === PTRACE_EVENT.VFORK) {
      this.#endProcess(child);
      if (!this.#toCallExit(creator)) return false;
      return isForeign ? this.#giveErrno(creator, errno) : this.#reap(creator, child, errno);
    }
    if (isForeign || parent !== creator.tgid || event === PTRACE_EVENT.CLONE) {
      this.#endProcess(child);
      if (!this.#toCallExit(creator)) return false;
      if (isForeign || parent !== creator.tgid) return this.#giveErrno(creator, errno);
      return this.#reap(creator, child, errno);
    }
    return this.#refuseFork(creator, child, errno);
  }

  #finish(creator: Tracee, errno: number): boolean {
    if (!this.#toCallExit(creator)) return false;
    return this.#giveErrno(creator, errno);
  }

  /** A plain fork: nobody hears of it. */
  #refuseFork(creator: Tracee, child: Tracee, errno: number): boolean {
    if (!this.#toCallExit(creator)) {
      this.#endProcess(child);
      return false;
    }
    const { libc, registers, proc } = this.#parts;
    const injection = new Injection(creator.tid, this.#parts, this.#putBack);
    const { rt_sigaction, kill } = registers.architecture.calls;
    const scratch = (injection.stack - SCRATCH_BELOW_STACK) & ~15n;
    const old = scratch - 64n;
    const action = new BigUint64Array(new ArrayBuffer(64));
    action[0] = SIG_IGN;
    const saved = new Uint8Array(new ArrayBuffer(128));
    const isReadable = libc.readMemory(creator.tid, old, saved) === saved.length;
    // Ignoring a signal throws away one that is pending, and that may tell of another child.
    const isPending =
      ((proc.identity(creator.tid)?.pending ?? 0n) >> BigInt(SIGCHLD - 1) & 1n) !== 0n;
    const isIgnored = isReadable &&
      libc.writeMemory(creator.tid, scratch, new Uint8Array(action.buffer)) &&
      injection.call(rt_sigaction, SIGCHLD, scratch, old, SIGNAL_SET_SIZE) === 0n;
    this.#endProcess(child);
    if (isIgnored) {
      injection.call(rt_sigaction, SIGCHLD, old, 0, SIGNAL_SET_SIZE);
      if (isPending) injection.call(kill, creator.tgid, SIGCHLD);
    } else {
      injection.call(registers.architecture.calls.wait4, child.tid, 0, WNOHANG | WALL, 0);
    }
    if (isReadable) libc.writeMemory(creator.tid, old, saved);
    this.#closePidfd(injection);
    return this.#end(injection, creator, errno);
  }

  /** Takes the child away from its creator, which has a SIGCHLD already. */
  #reap(creator: Tracee, child: Tracee, errno: number): boolean {
    const injection = new Injection(creator.tid, this.#parts, this.#putBack);
    injection.call(this.#parts.registers.architecture.calls.wait4, child.tid, 0, WNOHANG | WALL, 0);
    this.#closePidfd(injection);
    return this.#end(injection, creator, errno);
  }

  /** clone with CLONE_PIDFD gave the creator a descriptor of the child, at its third argument. */
  #closePidfd(injection: Injection): void {
    const { architecture } = this.#parts.registers;
    // On aarch64 the result has replaced the flags.
    if (architecture.name !== "x86_64" || injection.gone) return;
    const call = injection.original;
    if (call.number !== architecture.calls.clone || (call.args[0] & CLONE_PIDFD) === 0n) return;
    const descriptor = new Int32Array(new ArrayBuffer(64));
    const bytes = new Uint8Array(descriptor.buffer, 0, 4);
    if (this.#parts.libc.readMemory(injection.pid, call.args[2], bytes) !== 4) return;
    injection.call(architecture.calls.close, descriptor[0]);
  }

  #giveErrno(creator: Tracee, errno: number): boolean {
    return this.#parts.registers.setResult(creator.tid, -errno);
  }

  #end(injection: Injection, creator: Tracee, errno: number): boolean {
    const signal = injection.finish(-errno);
    if (signal !== 0) creator.keptSignal = signal;
    return !injection.gone;
  }

  /** Runs a creator to the exit of the call that made the child. False when it is gone. */
  #toCallExit(creator: Tracee): boolean {
    const { libc, ptrace } = this.#parts;
    for (;;) {
      ptrace.contToCall(creator.tid);
      const change = libc.wait(creator.tid);
      if (change.pid !== creator.tid) return false;
      const { status } = change;
      if (hasEnded(status) || stopEvent(status) === PTRACE_EVENT.EXIT) {
        this.#putBack(change);
        return false;
      }
      if (stopSignal(status) === SYSCALL_STOP) return true;
      if (stopEvent(status) === 0) creator.keptSignal = stopSignal(status);
    }
  }

  /** Ends a process that has not run, and reaps it. Its parent is told when we reap it. */
  #endProcess(child: Tracee): void {
    this.#parts.libc.symbols.kill(child.tid, SIGKILL);
    this.#awaitEnd(child);
  }

  /** Makes a thread end itself. */
  #endThread(child: Tracee): void {
    const { libc, registers } = this.#parts;
    if (!child.hasStopped) {
      const change = libc.wait(child.tid);
      if (
        change.pid === child.tid &&
        (hasEnded(change.status) || stopEvent(change.status) === PTRACE_EVENT.EXIT)
      ) {
        return this.#putBack(change);
      }
      child.hasStopped = true;
    }
    const { architecture, words } = registers;
    if (registers.read(child.tid)) {
      words[architecture.counter] -= architecture.callLength;
      words[architecture.number] = BigInt(architecture.calls.exit);
      words[architecture.args[0]] = 0n;
      if (architecture.current !== null) words[architecture.current] = 0xffff_ffff_ffff_ffffn;
      registers.write(child.tid);
    }
    this.#parts.ptrace.cont(child.tid);
    this.#awaitEnd(child);
  }

  #awaitEnd(child: Tracee): void {
    const { libc, ptrace } = this.#parts;
    for (;;) {
      const change = libc.wait(child.tid);
      if (change.pid !== child.tid) return;
      if (hasEnded(change.status)) return this.#putBack(change);
      ptrace.cont(child.tid);
    }
  }
}
