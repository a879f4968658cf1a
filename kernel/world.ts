import type { FurtherEvent, FurtherEvents, TaskCallouts } from "./callouts.ts";
import type { Clock } from "./clock.ts";
import type { Context } from "./context.ts";
import type { User } from "./cred.ts";
import type { Family } from "./family.ts";
import type { FaultSite } from "./fault.ts";
import type { LockChecker } from "./lock.ts";
import type { Pending } from "./pending.ts";
import type { PidTable } from "./pid.ts";
import type { Preemption, PreemptionSite } from "./preempt.ts";
import type { KernelLog, LogLevel } from "./printk.ts";
import type { BinaryHandler } from "./program.ts";
import type { Random } from "./random.ts";
import type { Place, Report, ReportDetails, ReportKind, TaintLetter } from "./report.ts";
import type { RwLock } from "./rw_lock.ts";
import type { SymbolTable } from "./symbol.ts";
import type { Task } from "./task.ts";
import type { Trace } from "./trace.ts";

/*
 * The ground floor of kernel/: types only. Where C has a global, the files above take a KernelWorld, and kernel.ts at the
 * top implements it. So each file knows the state that it works on, and no file knows the calls that lead to it.
 */

/** A signal sent and not yet delivered. It holds a reference to its target. */
export interface PendingSignal {
  /** Any task of the thread group that it was sent to. */
  readonly target: Task;
  /** Its number; 0 carries out a group exit that one of the threads began. */
  readonly signal: number;
  /** Whether it ends the process: the action was the default, and deadly, when it was sent. */
  readonly fatal: boolean;
}

/** A callout that waits for tasklistLock to be dropped. */
export interface Deferred {
  /** What happened. */
  readonly event: "free" | "reparent";
  /** The task it happened to; a reference to it is held. */
  readonly task: Task;
  /** The parent it had before, or null. */
  readonly detail: Task | null;
}

/** A counted reference to a task, as the check for leaks at shutdown sees it. */
export interface HeldReference {
  /** The task. */
  readonly task: Task;
  /** Where it was taken; null while checks are off. */
  readonly taken: Place | null;
}

/** A rule that a module's code broke. */
export interface ModuleFault {
  /** The hook or function of it. */
  readonly what: string;
  /** The task it ran for, or null. */
  readonly task: Task | null;
  /** What it threw or answered. */
  readonly cause: unknown;
  /** Whether a test injected it. */
  readonly injected?: boolean;
}

/**
 * The state that the kernel's files work on, and the checks that they call. In C both are global. A service begins and
 * ends its own calls with `enter` and `leave`.
 *
 * @example
 * ```ts
 * import { boot, type KernelWorld, type Task } from "@pnotify/pnotify";
 * import { assertEquals } from "@std/assert";
 * const { kernel } = boot();
 * const sleep = (world: KernelWorld, task: Task) => {
 *   world.enter("nanosleep", task);
 *   world.printk(`${task} is in ${world.place().what}`);
 *   world.leave();
 * };
 * sleep(kernel, kernel.init);
 * assertEquals(kernel.log.records().map(({ text }) => text), ["init[1] is in nanosleep"]);
 * ```
 */
export interface KernelWorld {
  /** Virtual time. */
  readonly clock: Clock;
  /** The kernel's own randomness. */
  readonly random: Random;
  /** The kernel log (dmesg). */
  readonly log: KernelLog;
  /** What is offered to modules. */
  readonly symbols: SymbolTable;
  /** The simulated CPU whose call is in progress. */
  context: Context;
  /** All CPUs. */
  readonly contexts: Context[];

  /** The innermost lock. */
  readonly tasklistLock: RwLock;
  /** The pid table. Guarded by tasklistLock. */
  readonly pids: PidTable;
  /** Parents and children. Guarded by tasklistLock. */
  readonly family: Family;
  /** The process that adopts orphans. */
  init: Task;
  /** The serial that the next task gets. */
  nextSerial: number;
  /** How many tasks there may be. */
  threadsMax: number;
  /** Decides what can be executed; with null every path can. */
  binaries: BinaryHandler | null;
  /** Calls of parents that sleep in vfork. */
  readonly vforks: (Pending<Task> & { readonly child: Task })[];
  /** Signals sent and not yet delivered, or null. */
  pendingSignals: PendingSignal[] | null;
  /** Callouts to make when tasklistLock has been dropped, or null. */
  deferred: Deferred[] | null;

  /** Told of tasks that have subscribers. */
  callouts: TaskCallouts | null;
  /** Told of every task. */
  globalCallouts: TaskCallouts | null;
  /** Numbers trace events and hands them out. */
  trace: Trace | null;
  /** Checks the use of locks. */
  readonly lockdep: LockChecker | null;
  /** References that are held, to be listed when they leak. */
  readonly references: Set<HeldReference> | null;
  /** Runs other operations at preemption points. */
  readonly preemption: Preemption | null;
  /** How many checkers there are: the lock checker, the explorer and the fault injector. */
  checkedBy: number;

  /** Begins a call by a task, or by the kernel itself. */
  enter(what: string, task: Task | null): void;
  /** Ends a call; the outermost one delivers signals. */
  leave(): void;
  /** @internal Makes the callouts of a further event. */
  notify<E extends FurtherEvent>(event: E, task: Task, detail: FurtherEvents[E]): void;
  /** @internal Keeps the free callout of a task until tasklistLock is dropped. */
  deferFree(task: Task): void;
  /** @internal Keeps the reparent callout of a task until tasklistLock is dropped. */
  deferReparent(task: Task, from: Task): void;
  /** @internal Makes the callouts that waited for tasklistLock to be dropped. */
  runDeferred(): void;
  /** A user, made on first sight. */
  user(uid: number): User;

  /** Passes a preemption point. */
  preempt(site: PreemptionSite): void;
  /** Whether another CPU is in a call of a task. */
  isBusy(task: Task): boolean;
  /** Gives up a nested operation that would have to wait. */
  wouldWait(what: string): never;
  /** Passes a fallible point. */
  mayFail(site: FaultSite): boolean;

  /** Prints to the kernel log. */
  printk(text: string, level?: LogLevel): void;
  /** Where the run is, for reports. */
  place(what?: string): Place;
  /** Records a finding. */
  report(kind: ReportKind, headline: string, options?: ReportDetails): Report;
  /** Records a finding after which the kernel cannot go on. */
  bug(kind: ReportKind, headline: string, options?: ReportDetails): never;
  /** Records that a module's code threw or gave an invalid answer. */
  moduleFault(module: string, fault: ModuleFault): void;
  /** Taints the kernel. */
  addTaint(letter: TaintLetter): void;
  /** Reports the use of a freed task. */
  useAfterFree(what: string, task: Task): never;
}
