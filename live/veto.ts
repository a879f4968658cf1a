import { runToCall } from "./await_change.ts";
import { Injection } from "./inject.ts";
import type { CallTable } from "./architecture.ts";
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
const CSIGNAL = 0xffn;
const PROT_READ_WRITE = 3;
const MAP_PRIVATE_ANONYMOUS = 0x22;
/** A page of scratch memory: an action, and the one that it replaces. */
const SCRATCH_SIZE = 4096;
const OLD_ACTION = 64n;
const EVERY_SIGNAL = 0xffff_ffff_ffff_ffffn;

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
 * - A process: the parent of a traced process is told of its end when the tracer reaps it. So the child is ended first,
 *   which ends the sleep of a creator in vfork too. Then the creator ignores SIGCHLD while the child is reaped: no signal
 *   comes, and nobody waits for it in vain.
 * - A thread ends itself: SIGKILL would end its whole process.
 * - Where the command has a seccomp filter of its own, that filter might kill the creator for a call that it did not
 *   make. Then nothing is injected. The creator finds a child that was killed. So does the parent after CLONE_PARENT.
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
  refuse(creator: Tracee, child: Tracee, { event, errno, parent }: Refusal): boolean {
    const { registers, proc } = this.#parts;
    const table = registers.callTable(creator.tid);
    if (!child.isLeader) {
      this.#awaitBirth(child);
      this.endThread(child, table);
      this.#awaitEnd(child);
      return this.#toCallExit(creator) && this.#giveErrno(creator, errno);
    }
    this.#endProcess(child);
    if (!this.#toCallExit(creator)) {
      this.#awaitEnd(child);
      return false;
    }
    const isForeign = (proc.identity(creator.tid)?.filters ?? 0) > this.ownFilters;
    if (isForeign || table === null || parent !== creator.tgid) {
      this.#awaitEnd(child);
      return this.#giveErrno(creator, errno);
    }
    return this.#reapUnseen(creator, child, { event, errno, table });
  }

  /** Takes the child away from its creator, which stands at the exit of its call. */
  #reapUnseen(
    creator: Tracee,
    child: Tracee,
    { event, errno, table }: Pick<Refusal, "event" | "errno"> & { readonly table: CallTable },
  ): boolean {
    const { calls } = table;
    const injection = new Injection(creator.tid, this.#parts, this.#putBack, table);
    const signal = this.#exitSignal(injection, event);
    const scratch = signal === 0
      ? null
      : injection.call(calls.mmap, 0, SCRATCH_SIZE, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1n, 0);
    const hasScratch = scratch !== null && scratch > 0n;
    // One that is pending would be lost, and may tell of another child. That of this child makes no difference to it.
    const isPending = this.#isPending(creator, signal);
    // Of a child that ends with SIGCHLD nobody is told while that is ignored. Another signal is sent even so, and is
    // thrown away when it is ignored afterwards.
    if (signal !== SIGCHLD) this.#awaitEnd(child);
    const isIgnored = hasScratch && !isPending &&
      this.#ignore(injection, creator, signal, scratch);
    if (signal === SIGCHLD) this.#awaitEnd(child);
    if (isIgnored) {
      injection.call(calls.rt_sigaction, signal, scratch + OLD_ACTION, 0, SIGNAL_SET_SIZE);
    }
    if (hasScratch) injection.call(calls.munmap, scratch, SCRATCH_SIZE);
    if (!isIgnored || signal !== SIGCHLD) {
      // Its pid as the creator knows it, perhaps in a namespace.
      injection.call(calls.wait4, injection.original.result, 0, WNOHANG | WALL, 0);
    }
    this.#closePidfd(injection);
    injection.finish(-errno);
    return !injection.gone;
  }

  /** The signal that tells of the end of the child. */
  #exitSignal(injection: Injection, event: number): number {
    if (event !== PTRACE_EVENT.CLONE) return SIGCHLD;
    // On aarch64 the result has replaced the flags.
    const { calls } = injection.table;
    const { number, args } = injection.original;
    const isKnown = this.#parts.registers.architecture.name === "x86_64" && number === calls.clone;
    return isKnown ? Number(args[0] & CSIGNAL) : 0;
  }

  #isPending(creator: Tracee, signal: number): boolean {
    const pending = this.#parts.proc.identity(creator.tid)?.pending ?? 0n;
    return signal !== 0 && (pending >> BigInt(signal - 1) & 1n) !== 0n;
  }

  #ignore(injection: Injection, creator: Tracee, signal: number, scratch: bigint): boolean {
    const { libc } = this.#parts;
    const action = new BigUint64Array(new ArrayBuffer(64));
    action[0] = SIG_IGN;
    const { rt_sigaction } = injection.table.calls;
    return libc.writeMemory(creator.tid, scratch, new Uint8Array(action.buffer)) &&
      injection.call(rt_sigaction, signal, scratch, scratch + OLD_ACTION, SIGNAL_SET_SIZE) === 0n;
  }

  /** clone with CLONE_PIDFD gave the creator a descriptor of the child, at its third argument. */
  #closePidfd(injection: Injection): void {
    const { registers, libc } = this.#parts;
    // On aarch64 the result has replaced the flags.
    if (registers.architecture.name !== "x86_64" || injection.gone) return;
    const { calls } = injection.table;
    const call = injection.original;
    if (call.number !== calls.clone || (call.args[0] & CLONE_PIDFD) === 0n) return;
    const descriptor = new Int32Array(new ArrayBuffer(64));
    const bytes = new Uint8Array(descriptor.buffer, 0, 4);
    if (libc.readMemory(injection.pid, call.args[2], bytes) !== 4) return;
    injection.call(calls.close, descriptor[0]);
  }

  #giveErrno(creator: Tracee, errno: number): boolean {
    return this.#parts.registers.setResult(creator.tid, -errno);
  }

  /** Runs a creator to the exit of the call that made the child. False when it is gone. */
  #toCallExit(creator: Tracee): boolean {
    for (;;) {
      const change = runToCall(this.#parts, creator.tid, 0);
      if (change.pid !== creator.tid) return false;
      const { status } = change;
      const event = stopEvent(status);
      // Another thread may run a program, and take the place of a leader that made the child.
      if (hasEnded(status) || event === PTRACE_EVENT.EXIT || event === PTRACE_EVENT.EXEC) {
        this.#putBack(change);
        return false;
      }
      if (stopSignal(status) === SYSCALL_STOP) return true;
      if (event === 0) creator.keptSignal = stopSignal(status);
    }
  }

  /** Ends a process that has not run. It is not reaped yet, so that its parent does not hear of it. */
  #endProcess(child: Tracee): void {
    const { libc, ptrace } = this.#parts;
    libc.symbols.kill(child.tid, SIGKILL);
    for (;;) {
      const change = libc.wait(child.tid);
      if (change.pid !== child.tid) return;
      if (hasEnded(change.status)) return this.#putBack(change);
      ptrace.cont(child.tid);
      if (stopEvent(change.status) === PTRACE_EVENT.EXIT) return;
    }
  }

  #awaitBirth(child: Tracee): void {
    if (child.hasStopped) return;
    const change = this.#parts.libc.wait(child.tid);
    if (change.pid === child.tid && hasEnded(change.status)) this.#putBack(change);
    child.hasStopped = true;
  }

  /**
   * Makes a thread in its birth stop end itself. No signal for its process may come before that: it would be lost.
   *
   * @param child The thread.
   * @param table How it makes calls. Where that is not known, it cannot be ended alone and goes on.
   */
  endThread(child: Tracee, table: CallTable | null): void {
    const { ptrace, registers } = this.#parts;
    const { architecture, words } = registers;
    if (table !== null && registers.read(child.tid)) {
      ptrace.setSignalMask(child.tid, EVERY_SIGNAL);
      words[architecture.counter] -= architecture.callLength;
      words[architecture.number] = BigInt(table.calls.exit);
      words[table.args[0]] = 0n;
      if (architecture.current !== null) words[architecture.current] = EVERY_SIGNAL;
      registers.write(child.tid);
    }
    ptrace.cont(child.tid);
  }

  /** Waits until a child is gone, and reaps it. */
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
