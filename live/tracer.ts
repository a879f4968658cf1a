import { attachTree } from "./attach.ts";
import { CLONE_UNTRACED, FILTER_MARK, KILLS } from "./filter.ts";
import { type Libc, type WaitResult, WNOHANG } from "./libc.ts";
import { errnoName } from "../kernel/errno.ts";
import { WTERMSIG } from "../kernel/wait_status.ts";
import { LaunchError } from "./launch_error.ts";
import { Launcher, type LaunchOptions } from "./launch.ts";
import type { TracerParts } from "./parts.ts";
import type { Proc } from "./proc.ts";
import {
  hasEnded,
  type Ptrace,
  PTRACE_EVENT,
  PTRACE_O,
  stopEvent,
  stopSignal,
  SYSCALL_STOP,
} from "./ptrace.ts";
import type { CallInfo, Registers } from "./registers.ts";
import { type Birth, Tracee } from "./tracee.ts";
import { Veto } from "./veto.ts";

const SIGKILL = 9;
const SIGTRAP = 5;
const ENOSYS = 38;

const EVENTS = PTRACE_O.TRACESYSGOOD | PTRACE_O.TRACEFORK | PTRACE_O.TRACEVFORK |
  PTRACE_O.TRACECLONE | PTRACE_O.TRACEEXEC | PTRACE_O.TRACEEXIT | PTRACE_O.TRACESECCOMP;

/** A birth whose creator does not tell of it is told without it after so many looks. A busy machine takes its time. */
const LOOKS_FOR_CREATOR = 1000;
/** Mostly the creator is about to tell. */
const FIRST_LOOKS = 20;
/** Who was refused a birth goes on after so many changes of others, if not earlier. */
const MOST_BEFORE_REFUSED = 64;
const FIRST_INTERVAL_US = 50;
const LOOK_INTERVAL_US = 1000;

/** Hears of every task while it stands still. */
export interface TraceListener {
  /**
   * The first task runs its program, and has not executed an instruction of it.
   *
   * @returns 0, or the errno with which it is refused.
   */
  launched(root: Tracee): number;
  /** A task that runs already is traced from now on. `parent` is that of its process, where it is traced too. */
  attached(tracee: Tracee, parent: number | null): void;
  /**
   * A task is born and has not run.
   *
   * @returns 0, or the errno with which its birth is refused.
   */
  born(tracee: Tracee, birth: Birth): number;
  /**
   * A task runs another program, and has not executed an instruction of it.
   *
   * @param oldTid What it was called before.
   * @returns 0, or the errno with which it is refused: then it is ended.
   */
  execed(tracee: Tracee, oldTid: number): number;
  /**
   * A task is about to run another program.
   *
   * @returns 0, or the errno that refuses it.
   */
  mayExec(tracee: Tracee, call: CallInfo): number;
  /** A task is about to end. Its memory and its files are still there. */
  exiting(tracee: Tracee, status: number): void;
  /** A task is gone. Its exit stop may have been missing, then nothing was told of its end. */
  gone(tracee: Tracee, status: number): void;
  /** A task is about to trace another one, or to be traced: it has a tracer already. */
  tracing(tracee: Tracee): void;
  /** A task is about to send a signal. */
  killing(tracee: Tracee, call: CallInfo): void;
  /** A call that the filter knows has succeeded. */
  called(tracee: Tracee, number: number, args: readonly bigint[]): void;
  /** A signal is about to be delivered. */
  signalled(tracee: Tracee, signal: number): void;
}

/** Runs a command under ptrace, and tells a listener of each step of its tasks. It belongs to the thread that made it. */
export class Tracer {
  /** What it works with. */
  readonly parts: TracerParts;
  readonly #libc: Libc;
  readonly #ptrace: Ptrace;
  readonly #registers: Registers;
  readonly #proc: Proc;
  readonly #listener: TraceListener;
  readonly #veto: Veto;
  readonly #tracees = new Map<number, Tracee>();
  /**
   * Tasks that were refused a birth, and stand until nobody else has a change. waitpid(2) prefers new tasks to old ones: a few
   * that try again and again would keep all older ones from going on.
   */
  readonly #refused = new Set<Tracee>();
  /** How many changes there were since one of them went on. */
  #changesBeforeRefused = 0;
  /** Births that wait for the event of their creator. */
  readonly #held = new Set<Tracee>();
  /** Changes that came while one tracee was waited for. */
  readonly #putBack: WaitResult[] = [];
  /** Pids of tasks that were told before the event of their creator, which may yet come. */
  readonly #toldWithoutCreator = new Set<number>();
  #root: Tracee | null = null;
  #hasFilter = false;
  /** A child that is no tracee: its end says that the tracees are to be left. */
  #waker: number | null = null;
  #isLeaving = false;
  /** Whether everything that is left is to end, and what is born meanwhile too. */
  #isEnding = false;

  /**
   * @param parts What it works with, opened by this thread.
   * @param listener Who is told.
   */
  constructor(parts: TracerParts, listener: TraceListener) {
    this.parts = parts;
    this.#libc = parts.libc;
    this.#ptrace = parts.ptrace;
    this.#registers = parts.registers;
    this.#proc = parts.proc;
    this.#listener = listener;
    this.#veto = new Veto(parts, (change) => this.#putBack.push(change));
  }

  /** How many tasks are traced now. */
  get count(): number {
    return this.#tracees.size;
  }

  /** The seccomp filters that the command began with, that of this tracer included. */
  set ownFilters(count: number) {
    this.#veto.ownFilters = count;
  }

  /**
   * Starts a command.
   *
   * @param options The command.
   * @returns Its pid.
   * @throws {LaunchError} When it cannot be started. Nothing is left of it.
   */
  launch(options: LaunchOptions): number {
    const pid = new Launcher(this.parts, options).launch(EVENTS | PTRACE_O.EXITKILL);
    const root = new Tracee(pid, pid);
    root.isTold = root.hasStopped = true;
    this.#root = root;
    this.#hasFilter = options.filter !== null;
    this.#tracees.set(pid, root);
    this.#veto.ownFilters = this.#proc.identity(pid)?.filters ?? 0;
    const errno = this.#listener.launched(root);
    if (errno !== 0) {
      this.killAll();
      throw new LaunchError(
        `Cannot run the command: a module refuses it, one that it permits is wanted (${
          errnoName(errno)
        })`,
        126,
      );
    }
    this.#ptrace.cont(pid);
    return pid;
  }

  /**
   * Begins to trace a process that runs, and all below it. It can be left again, so there is no filter.
   *
   * @param pid The process.
   * @param waker A child of this process whose end says that the tracees are to be left, or null.
   * @throws {LaunchError} When it cannot be traced.
   */
  attach(pid: number, waker: number | null): void {
    this.#waker = waker;
    const attached = attachTree(this.parts, pid, EVENTS);
    for (const { tracee, parent } of attached) {
      tracee.isTold = true;
      this.#tracees.set(tracee.tid, tracee);
      this.#noteThread(tracee);
      if (tracee.tid === pid) this.#root = tracee;
      this.#listener.attached(tracee, parent);
    }
  }

  /** Lets every tracee go. Each is stopped first: only a stopped one can be left. */
  #leave(): void {
    this.#isLeaving = true;
    this.#resumeRefused();
    for (const { tid } of this.#tracees.values()) this.#ptrace.interrupt(tid);
  }

  /** In any stop a tracee can be left. A signal that it was about to get is handed on. */
  #letGo(tracee: Tracee, status: number): void {
    const isSignal = stopEvent(status) === 0 && stopSignal(status) !== SYSCALL_STOP;
    this.#ptrace.detach(tracee.tid, isSignal ? stopSignal(status) : 0);
    this.#tracees.delete(tracee.tid);
    this.#held.delete(tracee);
  }

  /**
   * Follows everything until the last task has ended.
   *
   * @param rootEnded Called when the command has ended and other tasks have not, with their number.
   * @returns The wait status of the command.
   */
  run(rootEnded: (count: number) => void): number {
    let status = 0;
    while (this.#tracees.size > 0) {
      const change = this.#next();
      if (change === null) break;
      const isRoot = change.pid === this.#root?.tid && hasEnded(change.status);
      this.#handle(change);
      if (!isRoot) continue;
      status = change.status;
      if (this.#tracees.size > 0) rootEnded(this.#tracees.size);
    }
    return status;
  }

  /** Ends every task that is left, and all that is born until then. */
  killAll(): void {
    this.#isEnding = true;
    for (const { tid } of this.#tracees.values()) this.#libc.symbols.kill(tid, SIGKILL);
  }

  #next(): WaitResult | null {
    const kept = this.#putBack.shift();
    if (kept !== undefined) return kept;
    if (this.#refused.size > 0) {
      const change = this.#await(WNOHANG);
      if (change === null) return null;
      const isEnough = ++this.#changesBeforeRefused >= MOST_BEFORE_REFUSED;
      if (change.pid === 0 || isEnough) this.#resumeRefused();
      if (change.pid !== 0) return change;
    }
    if (this.#held.size === 0) return this.#await(0);
    // A creator stands in its event, or is about to. When it has been killed on the way, nobody tells of the birth.
    for (let look = 0; look < LOOKS_FOR_CREATOR; look++) {
      const change = this.#await(WNOHANG);
      if (change === null || change.pid !== 0) return change;
      this.#libc.symbols.usleep(look < FIRST_LOOKS ? FIRST_INTERVAL_US : LOOK_INTERVAL_US);
    }
    for (const tracee of [...this.#held]) this.#tellLateBirth(tracee);
    return this.#next();
  }

  #resumeRefused(): void {
    const refused = [...this.#refused];
    this.#refused.clear();
    this.#changesBeforeRefused = 0;
    for (const tracee of refused) this.#resume(tracee);
  }

  #await(flags: number): WaitResult | null {
    const change = this.#libc.wait(-1, flags);
    return change.pid < 0 ? null : change;
  }

  #handle({ pid, status }: WaitResult): void {
    if (pid === this.#waker) return this.#leave();
    const tracee = this.#tracees.get(pid) ?? this.#meet(pid);
    // SIGKILL has taken it out of its stop.
    this.#refused.delete(tracee);
    if (hasEnded(status)) return this.#gone(tracee, status);
    if (this.#isLeaving) return this.#letGo(tracee, status);
    if (tracee.isRefused) return void this.#ptrace.cont(pid);
    const event = stopEvent(status);
    switch (event) {
      case PTRACE_EVENT.FORK:
      case PTRACE_EVENT.VFORK:
      case PTRACE_EVENT.CLONE:
        return this.#forked(tracee, event);
      case PTRACE_EVENT.EXEC:
        return this.#execed(tracee);
      case PTRACE_EVENT.EXIT:
        return this.#exiting(tracee);
      case PTRACE_EVENT.SECCOMP:
        return this.#trapped(tracee);
      case PTRACE_EVENT.STOP:
        return this.#stopped(tracee, stopSignal(status));
    }
    if (stopSignal(status) === SYSCALL_STOP) return this.#returned(tracee);
    this.#signalled(tracee, stopSignal(status));
  }

  #resume(tracee: Tracee, signal = 0): void {
    const kept = tracee.keptSignal;
    tracee.keptSignal = 0;
    this.#ptrace.cont(tracee.tid, signal || kept);
  }

  /** A task turns up that no event has announced. */
  #meet(pid: number): Tracee {
    const identity = this.#proc.identity(pid);
    const tracee = new Tracee(pid, identity?.tgid ?? pid);
    // Kept: when its parent ends, another takes over.
    tracee.bornOf = identity?.parent ?? null;
    this.#tracees.set(pid, tracee);
    return tracee;
  }

  // Births.

  #forked(creator: Tracee, event: number): void {
    this.#tellLateBirth(creator);
    const pid = this.#ptrace.message(creator.tid);
    // When SIGKILL has come since, the message is that of the exit already: a status, and no pid. What was made is told
    // at the end of its creator.
    const change = this.#libc.wait(creator.tid, WNOHANG);
    if (change.pid < 0) return;
    if (change.pid > 0) return void this.#putBack.push(change);
    if (pid === null || pid === 0) return this.#resume(creator);
    const kin = this.#kinOf(pid, creator, event);
    let child = this.#tracees.get(pid);
    if (child?.isTold || kin === null) return this.#resume(creator);
    if (child === undefined) this.#tracees.set(pid, child = new Tracee(pid, kin.tgid));
    const { parent } = kin;
    const vfork = event === PTRACE_EVENT.VFORK;
    const errno = this.#tellBirth(child, { creator, parent, vfork });
    if (errno === 0) {
      if (child.isHeld) this.#release(child);
      return this.#resume(creator);
    }
    this.#held.delete(child);
    child.isRefused = true;
    if (this.#veto.refuse(creator, child, { event, errno, parent })) this.#refused.add(creator);
  }

  /**
   * The process and the parent of a task that its creator tells of; null when it has been told already. Only a clone that
   * the filter stopped, or any clone where there is no filter, may differ from what its event says (O1).
   */
  #kinOf(
    pid: number,
    creator: Tracee,
    event: number,
  ): { readonly tgid: number; readonly parent: number } | null {
    const isPlain = this.#hasFilter && event !== PTRACE_EVENT.CLONE && !creator.clonesOddly;
    creator.clonesOddly = false;
    if (isPlain && !this.#toldWithoutCreator.has(pid)) return { tgid: pid, parent: creator.tgid };
    this.#toldWithoutCreator.delete(pid);
    const identity = this.#proc.identity(pid);
    // One whose end came first is gone (O3). Nobody traces it, but its parent may not have reaped it.
    return identity === null || identity.tracer === 0 ? null : identity;
  }

  #tellBirth(tracee: Tracee, birth: Birth): number {
    if (this.#isEnding) this.#libc.symbols.kill(tracee.tid, SIGKILL);
    tracee.isTold = true;
    tracee.creatorTid = birth.creator?.tid ?? null;
    this.#noteThread(tracee);
    return this.#listener.born(tracee, birth);
  }

  #noteThread(tracee: Tracee): void {
    if (tracee.isLeader) return;
    const leader = this.#tracees.get(tracee.tgid);
    if (leader !== undefined) leader.isThreaded = true;
  }

  /** A birth whose creator does not tell of it (O2, O3). Its parent is known. It can be refused, and no creator hears of it. */
  #tellLateBirth(tracee: Tracee): void {
    if (tracee.isTold) return;
    const parent = tracee.bornOf ?? this.#proc.identity(tracee.tid)?.parent ?? 0;
    const isThread = !tracee.isLeader;
    const creator = this.#tracees.get(isThread ? tracee.tgid : parent) ?? null;
    if (creator !== null && creator !== tracee) this.#tellLateBirth(creator);
    const errno = this.#tellBirth(tracee, { creator, parent, vfork: false });
    this.#toldWithoutCreator.add(tracee.tid);
    tracee.isRefused = errno !== 0;
    if (!tracee.isHeld) return;
    if (tracee.isRefused) this.#endLate(tracee);
    else this.#release(tracee);
  }

  /** Ends a task that was refused when its creator had gone. */
  #endLate(tracee: Tracee): void {
    tracee.isHeld = false;
    this.#held.delete(tracee);
    if (!tracee.isLeader) {
      return this.#veto.endThread(tracee, this.#registers.callTable(tracee.tid));
    }
    this.#libc.symbols.kill(tracee.tid, SIGKILL);
    this.#ptrace.cont(tracee.tid);
  }

  #release(tracee: Tracee): void {
    tracee.isHeld = false;
    this.#held.delete(tracee);
    this.#begin(tracee);
  }

  /** Ends the birth stop of a task. */
  #begin(tracee: Tracee): void {
    if (tracee.isGroupStopped) this.#ptrace.listen(tracee.tid);
    else this.#resume(tracee);
  }

  /**
   * A task ends. When it is the last of its process, what was made there is told now: its creator was ended on the way. Any
   * earlier, another thread may be about to tell of it, and can still be refused it.
   */
  #tellBirthsOfEnding(ending: Tracee): void {
    for (const other of this.#tracees.values()) {
      const isAlive = other.exitStatus === null && !other.isHeld && !other.isRefused;
      if (other.tgid === ending.tgid && other !== ending && isAlive) return;
    }
    this.#tellBirthsOf(ending.tgid);
  }

  /**
   * A task that is killed inside fork does not tell of its child (O2), and the child may not have stopped yet. Until the task
   * goes on, it is the parent.
   */
  #tellChildrenOf({ tid, tgid, isLeader, isThreaded }: Tracee, status: number): void {
    // A thread may be killed with any status: that of its process.
    if ((status & WTERMSIG) === 0 && isLeader && !isThreaded) return;
    for (const pid of this.#proc.childrenOf(tgid, tid) ?? []) {
      const child = this.#tracees.get(pid);
      if (child !== undefined) this.#tellLateBirth(child);
      // One that has ended and waits for its parent is traced no more.
      else if (this.#proc.identity(pid)?.tracer) this.#tellLateBirth(this.#meet(pid));
    }
  }

  #tellBirthsOf(tgid: number): void {
    for (const tracee of [...this.#held]) {
      if (tracee.bornOf === tgid || tracee.tgid === tgid) this.#tellLateBirth(tracee);
    }
  }

  // Programs.

  #execed(tracee: Tracee): void {
    const oldTid = this.#ptrace.message(tracee.tid);
    // When SIGKILL has come since, the message is gone, or is that of the exit already: the status of the end.
    const announced = oldTid === null ? undefined : this.#tracees.get(oldTid);
    const thread = announced?.tgid === tracee.tid ? announced : this.#threadOf(tracee);
    const caller = thread ?? tracee;
    if (this.#beginProgram(tracee, caller) === 0) return this.#resume(caller);
    // There is no way back to the old program.
    this.#libc.symbols.kill(caller.tid, SIGKILL);
  }

  /** A task runs another program. A thread took over the pid of its leader for that, which has ended. */
  #beginProgram(leader: Tracee, caller: Tracee): number {
    const oldTid = caller.tid;
    this.#tellLateBirth(caller);
    if (caller !== leader) {
      // A leader whose exit stop was missing has no final status either: the kernel ends it with 0 here.
      if (!leader.isEndTold) this.#listener.gone(leader, 0);
      leader.isEndTold = true;
      this.#tracees.delete(oldTid);
      caller.tid = caller.tgid = leader.tid;
      this.#tracees.set(caller.tid, caller);
      if (this.#root === leader) this.#root = caller;
    }
    if (this.#held.size > 0) this.#tellBirthsOf(caller.tgid);
    caller.call = null;
    return this.#listener.execed(caller, oldTid);
  }

  /** A thread beside the leader of a process; undefined when there is none. */
  #threadOf(leader: Tracee): Tracee | undefined {
    for (const other of this.#tracees.values()) {
      if (other.tgid === leader.tid && other !== leader) return other;
    }
  }

  /**
   * The task that has the pid of a leader which SIGKILL ends. It may be a thread that called exec, and whose exec stop is
   * missing: that one has no entry in /proc any more, though nobody told of its end.
   */
  #successorOf(leader: Tracee): Tracee {
    if (!leader.isThreaded) return leader;
    for (const other of this.#tracees.values()) {
      if (other.tgid !== leader.tid || other === leader) continue;
      if (this.#proc.identity(other.tid) !== null) continue;
      this.#beginProgram(leader, other);
      return other;
    }
    return leader;
  }

  /**
   * The task of an exit stop. A leader whose end was told stops once more only when a thread took over its pid. The entry
   * of that thread in /proc is then the leader's, until the kernel lets go of the leader.
   */
  #endingTask(leader: Tracee): Tracee {
    const wasTold = leader.isEndTold;
    const successor = this.#successorOf(leader);
    if (successor !== leader || !wasTold) return successor;
    for (const other of this.#tracees.values()) {
      if (other.tgid !== leader.tid || other === leader || other.isEndTold) continue;
      this.#beginProgram(leader, other);
      return other;
    }
    return leader;
  }

  // Ends.

  #exiting(stopped: Tracee): void {
    const status = this.#ptrace.message(stopped.tid);
    if (status === null) return;
    const tracee = (status & WTERMSIG) === 0 ? stopped : this.#endingTask(stopped);
    this.#tellLateBirth(tracee);
    this.#tellChildrenOf(tracee, status);
    if (this.#held.size > 0) this.#tellBirthsOfEnding(tracee);
    if (tracee.isRefused) return this.#resume(tracee);
    tracee.exitStatus = status;
    tracee.isEndTold = true;
    this.#listener.exiting(tracee, status);
    this.#resume(tracee);
  }

  #gone(ended: Tracee, status: number): void {
    const tracee = status === ended.exitStatus ? ended : this.#successorOf(ended);
    this.#tracees.delete(tracee.tid);
    this.#held.delete(tracee);
    if (tracee.isRefused) return;
    this.#tellLateBirth(tracee);
    if (this.#held.size > 0) this.#tellBirthsOfEnding(tracee);
    if (tracee.isRefused) return;
    this.#listener.gone(tracee, status);
    tracee.isEndTold = true;
  }

  // Calls.

  #trapped(tracee: Tracee): void {
    const call = this.#registers.call(tracee.tid);
    if (call === null) return this.#resume(tracee);
    // Another filter wants a tracer to decide. Without one the call gives ENOSYS, and there is none for that filter.
    const isOurs = (call.mark ?? this.#ptrace.message(tracee.tid)) === FILTER_MARK;
    if (!isOurs) return this.#refuseCall(tracee, ENOSYS);
    const { architecture } = this.#registers;
    const { calls, compat } = architecture;
    const isCompat = compat !== null && call.audit === compat.audit;
    if (call.audit !== architecture.audit && !isCompat) {
      return this.#refuseCall(tracee, ENOSYS);
    }
    if (call.number === (isCompat ? compat.clone : calls.clone)) {
      tracee.clonesOddly = true;
      const word = isCompat ? compat.firstArgument : architecture.args[0];
      this.#registers.setWord(tracee.tid, word, call.args[0] & ~BigInt(CLONE_UNTRACED));
      return this.#resume(tracee);
    }
    const execs = isCompat ? compat : calls;
    if (call.number === execs.execve || call.number === execs.execveat) {
      const errno = this.#listener.mayExec(tracee, call);
      if (errno !== 0) this.#registers.skip(tracee.tid, errno);
      return this.#resume(tracee);
    }
    if (call.number === calls.ptrace) {
      this.#listener.tracing(tracee);
      return this.#resume(tracee);
    }
    if (KILLS.some((name) => calls[name] === call.number)) {
      this.#listener.killing(tracee, call);
      return this.#resume(tracee);
    }
    tracee.call = { number: call.number, args: call.args };
    this.#ptrace.contToCall(tracee.tid);
  }

  #refuseCall(tracee: Tracee, errno: number): void {
    this.#registers.skip(tracee.tid, errno);
    this.#resume(tracee);
  }

  #returned(tracee: Tracee): void {
    const { call } = tracee;
    // With both a filter and PTRACE_SYSCALL the next stop is the exit of the call.
    tracee.call = null;
    const result = this.#registers.result(tracee.tid);
    if (call !== null && result !== null && result >= 0n) {
      this.#listener.called(tracee, call.number, call.args);
    }
    this.#resume(tracee);
  }

  // Signals.

  /** A birth stop, a group stop, or the end of one. */
  #stopped(tracee: Tracee, signal: number): void {
    if (!tracee.hasStopped) {
      tracee.hasStopped = true;
      // It was born into a process group that has stopped.
      tracee.isGroupStopped = signal !== SIGTRAP;
      if (tracee.isTold) return this.#begin(tracee);
      tracee.isHeld = true;
      this.#held.add(tracee);
      return;
    }
    if (signal === SIGTRAP) return this.#resume(tracee);
    // Its whole process has stopped, and goes on with SIGCONT.
    this.#ptrace.listen(tracee.tid);
  }

  #signalled(tracee: Tracee, signal: number): void {
    this.#listener.signalled(tracee, signal);
    this.#resume(tracee, signal);
  }
}
