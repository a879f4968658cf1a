import { type AdoptOptions, adoptTask, correctParent } from "./adopt.ts";
import type { FurtherEvents, TaskCallouts } from "./callouts.ts";
import { Clock } from "./clock.ts";
import { Context } from "./context.ts";
import {
  CAP_FULL_SET,
  type CapabilityName,
  dropCapabilities,
  setGroup,
  setUser,
  type User,
} from "./cred.ts";
import { deliverSignals } from "./deliver.ts";
import { KernelError } from "./errno.ts";
import { execProgram } from "./exec.ts";
import { checkExit, exitProcess, exitThread } from "./exit.ts";
import type { Family } from "./family.ts";
import { type FaultInjector, faultInjector, type FaultOptions, type FaultSite } from "./fault.ts";
import { CLONE_THREAD, CLONE_VFORK, CLONE_VM, copyProcess, type ForkOptions } from "./fork.ts";
import { type Limits, RLIM_INFINITY, setLimits } from "./limits.ts";
import { Lockdep } from "./lockdep.ts";
import { ModuleLoader } from "./module_loader.ts";
import type { Pending } from "./pending.ts";
import { PID_MAX_DEFAULT, PidTable } from "./pid.ts";
import { rename, setSubreaper } from "./prctl.ts";
import { type Preemption, type PreemptionSite, WouldWait } from "./preempt.ts";
import { KernelLog, type LogLevel } from "./printk.ts";
import { createSession, joinGroup, setProcessGroup } from "./process_group.ts";
import { type BinaryHandler, createProgram, type Program } from "./program.ts";
import { Random } from "./random.ts";
import {
  formatPlace,
  formatTaken,
  KernelBug,
  type Place,
  type Report,
  type ReportKind,
} from "./report.ts";
import { chargeResources, type Resources } from "./resources.ts";
import { RwLock } from "./rw_lock.ts";
import { createSemaphore, type RwSemaphore } from "./rw_semaphore.ts";
import {
  type PendingSignal,
  sendByPid,
  setSignalAction,
  type SignalAction,
  type SignalName,
  signalNumber,
} from "./signal.ts";
import { SymbolTable } from "./symbol.ts";
import {
  EXIT_DEAD,
  EXIT_ZOMBIE,
  PF_AUTOREAP,
  PF_EXITING,
  PF_KTHREAD,
  PF_UNKILLABLE,
  Task,
  TASK_NEW,
  TASK_RUNNING,
} from "./task.ts";
import { getTaskByPid, putTaskStruct, type TaskReference } from "./task_reference.ts";
import { Trace, type TraceSink } from "./trace.ts";
import { vforkOf, type VforkPending } from "./vfork.ts";
import { waitForChild, type WaitOptions, type WaitResult } from "./wait.ts";

/** How a kernel is to be booted. */
export interface KernelOptions {
  /**
   * Whether misuse is looked for; true by default, false for speed. `stacks` adds a stack line to each place, which takes
   * time at every lock; `"reports"` adds it to what is reported alone, which takes none until something is.
   */
  readonly debug?: boolean | { readonly stacks?: boolean | "reports" };
  /** What all randomness follows from; 0 by default. */
  readonly seed?: number;
  /** The lowest number that is no pid; 32768 by default. */
  readonly pidMax?: number;
  /** How many tasks there may be; no limit by default. */
  readonly threadsMax?: number;
  /** How many lines the kernel log keeps; 4096 by default. */
  readonly logLines?: number;
  /** Whether init reaps its orphans by itself; true by default. */
  readonly initReaps?: boolean;
  /** The one fallible point that is to fail, the n-th or by name, or what decides that; none by default. */
  readonly faults?: FaultOptions | FaultInjector;
}

/** How a task ends. */
export type ExitHow = number | {
  /** The signal that kills it. */
  readonly signal: SignalName | number;
  /** Whether it dumps core. */
  readonly core?: boolean;
};

/** What a module's code did that it must not do. */
export interface ModuleFault {
  /** The hook or function of it. */
  readonly what: string;
  /** The task it ran for, or null. */
  readonly task: Task | null;
  /** What it threw or answered. */
  readonly cause: unknown;
}

/** What goes with a report beyond its headline. */
export interface ReportDetails {
  /** More lines for the text. */
  readonly lines?: readonly string[];
  /** The lock concerned. */
  readonly lock?: string;
  /** The lock that was held already. */
  readonly held?: string;
  /** Where the thing concerned was taken. */
  readonly taken?: Place;
  /** The module responsible; the one that runs by default. */
  readonly module?: string | null;
  /** The call concerned, when it is not the one in progress. */
  readonly what?: string;
  /** The line of user code to blame where stacks are asked for, null for none; the one that runs by default. */
  readonly stack?: string | null;
}

/** A task and the call of its parent that sleeps in vfork. */
export interface Vforked {
  /** The child. */
  readonly child: Task;
  /** The parent's call: done when the child has called exec or ended. */
  readonly returned: Pending<Task>;
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

const NO_OPTIONS: Readonly<Record<never, never>> = /* @__PURE__ */ Object.freeze({});

/**
 * One world: its tasks, locks, time and log. Worlds share nothing, so any number of them run side by side.
 *
 * Every call runs to completion. A call that would sleep in a real kernel returns a {@linkcode Pending}. Signals are
 * delivered when the outermost call returns.
 *
 * Origin: our own: what is global in C.
 *
 * @example
 * ```ts
 * import { Kernel } from "@pnotify/pnotify/kernel";
 * import { assertEquals } from "@std/assert";
 * const kernel = new Kernel();
 * const shell = kernel.fork(kernel.init);
 * kernel.exec(shell, "/bin/sh");
 * assertEquals(String(shell), "sh[3]");
 * kernel.exit(shell, 0);
 * ```
 */
export class Kernel {
  /** Virtual time. */
  readonly clock: Clock = new Clock();
  /** The kernel's own randomness. */
  readonly random: Random;
  /** The kernel log (dmesg). */
  readonly log: KernelLog;
  /** What was found wrong so far. */
  readonly reports: Report[] = [];
  /** What is offered to modules. */
  readonly symbols: SymbolTable = new SymbolTable();
  /** Loads and unloads modules. */
  readonly modules: ModuleLoader;
  /** Guards the family tree, thread groups, process groups and the pid table. Innermost of all. */
  readonly tasklistLock: RwLock;
  /** How many tasks there may be. */
  threadsMax: number;
  /** Decides what can be executed; null lets every path. */
  binaries: BinaryHandler | null = null;

  /** The simulated CPU whose call is in progress. */
  context: Context;
  /** All CPUs. */
  readonly contexts: Context[];

  // Each of these is null until somebody wants it, and costs one test for null until then.

  /** Told of tasks that have subscribers. */
  callouts: TaskCallouts | null = null;
  /** Told of every task. */
  globalCallouts: TaskCallouts | null = null;
  /** Numbers and hands out trace events. */
  trace: Trace | null = null;
  /** Checks the use of locks. */
  readonly lockdep: Lockdep | null = null;
  /** References that are held, to be listed when they leak. */
  readonly references: Set<TaskReference> | null = null;
  /**
   * How many look at every step: the lock checker, a schedule explorer, injected faults. The hot paths ask for all of
   * them at once, and ask for a number, as V8 compares it in fewer steps than it looks at a truth value in a field.
   */
  watchedBy = 0;

  /** The pid table. Guarded by tasklistLock. */
  readonly pids: PidTable;
  /** Parents and children. Guarded by tasklistLock. */
  readonly family: Family;
  /** The serial that the next task gets. */
  nextSerial = 0;
  /** Parents that sleep in vfork. */
  readonly vforks: VforkPending[] = [];
  /** Signals sent and not yet delivered, or null. */
  pendingSignals: PendingSignal[] | null = null;
  /**
   * Callouts to make when tasklistLock has been dropped, or null.
   *
   * @internal
   */
  deferred: Deferred[] | null = null;

  /** The first process: it adopts orphans and cannot be killed. Another of its threads takes its place by exec. */
  init: Task;
  /** The parent of the kernel's threads. */
  readonly kthreadd: Task;

  #preemption: Preemption | null = null;
  #faults: FaultInjector | null = null;
  readonly #users = new Map<number, User>();
  readonly #stacks: boolean | "reports";
  readonly #seen = new Set<string>();
  #taintLetters = "";
  #isDown = false;
  readonly #shutdownChecks: (() => void)[] = [];

  /**
   * Boots: pid 0, init and kthreadd exist afterwards.
   *
   * @param options How to boot.
   * @throws {KernelError} EINVAL for a bad pidMax, threadsMax or logLines.
   */
  constructor(options: KernelOptions = NO_OPTIONS) {
    checkOption("threadsMax", options.threadsMax, 0);
    checkOption("logLines", options.logLines, 1);
    const debug = options.debug ?? true;
    this.#stacks = typeof debug === "object" && (debug.stacks ?? false);
    this.random = new Random(options.seed ?? 0);
    this.log = new KernelLog(this.clock, options.logLines ?? 4096);
    this.threadsMax = options.threadsMax ?? Infinity;
    this.context = new Context("cpu0");
    this.contexts = [this.context];
    this.pids = new PidTable(options.pidMax ?? PID_MAX_DEFAULT);
    this.family = this.pids.family;
    this.modules = new ModuleLoader(this);
    if (debug !== false) {
      this.lockdep = new Lockdep(this);
      this.references = new Set();
      this.trace = new Trace(this);
    }
    this.tasklistLock = new RwLock(this, "tasklistLock");
    this.faults = options.faults === undefined ? null : faultInjector(options.faults);
    const swapper = this.#bootSwapper();
    const reaps = options.initReaps ?? true;
    this.init = this.#bootTask(swapper, "init", PF_UNKILLABLE | (reaps ? PF_AUTOREAP : 0));
    this.kthreadd = this.#bootTask(swapper, "kthreadd", PF_KTHREAD);
  }

  #bootSwapper(): Task {
    const processGroup = { id: 0, session: 0, members: 0 };
    const swapper = new Task(this, this.nextSerial++, this.pids.allocate(), {
      parent: null,
      processGroup,
      limits: Object.freeze({ processes: RLIM_INFINITY, core: 0 }),
      signalActions: null,
      comm: "swapper",
      credentials: Object.freeze({ user: this.user(0), gid: 0, capabilities: CAP_FULL_SET }),
      program: Object.freeze({ path: "", argv: Object.freeze([]), comm: "swapper" }),
    });
    swapper.flags = PF_KTHREAD | PF_UNKILLABLE;
    swapper.state = TASK_RUNNING;
    swapper.credentials.user.tasks++;
    this.pids.claimGroup(processGroup);
    joinGroup(swapper, processGroup);
    this.pids.publish(swapper);
    return swapper;
  }

  #bootTask(swapper: Task, comm: string, flags: number): Task {
    const task = new Task(this, this.nextSerial++, this.pids.allocate(), swapper);
    task.comm = comm;
    task.flags = flags;
    task.state = TASK_RUNNING;
    task.credentials.user.tasks++;
    if (comm === "init") task.program = createProgram("/sbin/init");
    const processGroup = comm === "init"
      ? { id: task.pid, session: task.pid, members: 0 }
      : swapper.processGroup;
    if (comm === "init") this.pids.claimGroup(processGroup);
    this.family.adopt(swapper, task);
    joinGroup(task, processGroup);
    this.pids.publish(task);
    return task;
  }

  /** Runs other operations at preemption points; null without a schedule explorer. */
  get preemption(): Preemption | null {
    return this.#preemption;
  }

  set preemption(preemption: Preemption | null) {
    this.#preemption = preemption;
    this.#countWatchers();
  }

  /** Fails fallible points; null when none is to fail. */
  get faults(): FaultInjector | null {
    return this.#faults;
  }

  set faults(faults: FaultInjector | null) {
    this.#faults = faults;
    this.#countWatchers();
  }

  #countWatchers(): void {
    const all = [this.lockdep, this.#preemption, this.#faults];
    this.watchedBy = all.filter((watcher) => watcher !== null).length;
  }

  // Processes.

  /**
   * Makes a child (fork, clone; copy_process). Its fork hooks run before it is on the task list, and may refuse it.
   *
   * Locking: takes the parent's list for reading while fork hooks run, then tasklistLock for writing.
   *
   * @param parent The task that forks. With CLONE_VFORK it sleeps until the child calls exec or ends.
   * @param options The clone flags, and the pid it shall have.
   * @returns The child, running.
   * @throws {KernelError} EAGAIN for a limit or when no pid is free, ENOMEM when there is no memory, EINTR when a fatal
   * signal is pending, ESRCH when the parent has ended, EINVAL or EEXIST for a bad pid, or what a fork hook refused
   * with. Nothing of the child stays.
   * @example
   * ```ts
   * import { boot } from "@pnotify/pnotify";
   * import { CLONE_THREAD } from "@pnotify/pnotify/kernel";
   * import { assertEquals } from "@std/assert";
   * const { kernel } = boot();
   * const shell = kernel.fork(kernel.init);
   * const thread = kernel.fork(shell, { flags: CLONE_THREAD });
   * assertEquals([thread.tgid, shell.parent], [shell.pid, kernel.init]);
   * ```
   */
  fork(parent: Task, options: ForkOptions = NO_OPTIONS): Task {
    this.enter("fork", parent);
    try {
      return copyProcess(this, parent, options);
    } finally {
      this.leave();
    }
  }

  /**
   * Puts a task on the task list that was not forked here: one that existed before anybody looked. Its init hooks run,
   * and no fork hook. What is not known of it, it has from its parent.
   *
   * Locking: takes tasklistLock for writing, drops it, and takes eventsSem for reading while init hooks run.
   *
   * Origin: our own, for recordings that begin in the middle.
   *
   * @param parent Its parent; of a thread, any task of its process.
   * @param options What is known of it.
   * @returns The task, running.
   * @throws {KernelError} EAGAIN when no pid is free, EINVAL or EEXIST for a bad pid, ENOMEM when there is no memory.
   * @example
   * ```ts
   * import { boot } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const { kernel } = boot();
   * const shell = kernel.adoptTask(kernel.init, { pid: 1234, comm: "sh" });
   * assertEquals(String(shell), "sh[1234]");
   * ```
   */
  adoptTask(parent: Task, options: AdoptOptions = NO_OPTIONS): Task {
    this.enter("adopt", parent);
    try {
      return adoptTask(this, parent, options);
    } finally {
      this.leave();
    }
  }

  /**
   * Gives a process another parent, where it is known that it has one: an adoption that nobody saw happen.
   *
   * Locking: takes tasklistLock for writing.
   *
   * Origin: our own, for recordings.
   *
   * @param task Any thread of it.
   * @param to The parent.
   * @throws {KernelError} ESRCH when the process was reaped or its fork is not over, or the parent has ended; EINVAL when
   * the parent descends from it.
   * @example
   * ```ts
   * import { boot } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const { kernel } = boot();
   * const shell = kernel.fork(kernel.init);
   * const daemon = kernel.fork(shell);
   * kernel.correctParent(daemon, kernel.init);
   * assertEquals(daemon.parent, kernel.init);
   * ```
   */
  correctParent(task: Task, to: Task): void {
    this.enter("reparent", to);
    try {
      correctParent(this, task, to);
    } finally {
      this.leave();
    }
  }

  /**
   * Makes a thread of a task's process (pthread_create).
   *
   * Locking: as {@linkcode Kernel.fork}.
   *
   * @param task Any thread of the process.
   * @returns The thread, running.
   * @throws {KernelError} As {@linkcode Kernel.fork}.
   * @example
   * ```ts
   * import { boot } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const { kernel } = boot();
   * const shell = kernel.fork(kernel.init);
   * const thread = kernel.createThread(shell);
   * assertEquals([thread.pid, thread.tgid], [4, 3]);
   * ```
   */
  createThread(task: Task): Task {
    return this.fork(task, { flags: CLONE_VM | CLONE_THREAD });
  }

  /**
   * Makes a child while its parent sleeps (vfork).
   *
   * Locking: as {@linkcode Kernel.fork}.
   *
   * Origin: `vfork(2)`.
   *
   * @param parent The task that forks.
   * @returns The child, and the parent's call, which is done when the child has called exec or ended.
   * @throws {KernelError} As {@linkcode Kernel.fork}.
   * @example
   * ```ts
   * import { boot } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const { kernel } = boot();
   * const shell = kernel.fork(kernel.init);
   * const { child, returned } = kernel.vfork(shell);
   * assertEquals(returned.done, false);
   * kernel.exec(child, "/bin/true");
   * assertEquals(returned.done, true);
   * ```
   */
  vfork(parent: Task): Vforked {
    const child = this.fork(parent, { flags: CLONE_VM | CLONE_VFORK });
    return { child, returned: vforkOf(parent, child) };
  }

  /**
   * Replaces what a task runs (execve). A thread that is not the leader ends all others and takes over the pid.
   *
   * Locking: takes tasklistLock for writing when a thread takes over the pid, and the task's list for reading while
   * exec hooks run.
   *
   * Origin: `execve(2)`, `do_execve()`.
   *
   * @param task The task.
   * @param program The path, or a program from {@linkcode createProgram}.
   * @throws {KernelError} ENOENT for an empty path, ENOMEM when there is no memory, ESRCH when the task has ended, EAGAIN
   * when its process is ending, or what {@linkcode Kernel.binaries} refused with. The old program goes on then, and
   * nobody is notified.
   * @example
   * ```ts
   * import { boot } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const { kernel } = boot();
   * const task = kernel.fork(kernel.init);
   * kernel.exec(task, "/usr/bin/make");
   * assertEquals(task.comm, "make");
   * ```
   */
  exec(task: Task, program: string | Program): void {
    this.enter("exec", task);
    try {
      execProgram(this, task, typeof program === "object" ? program : createProgram(program));
    } finally {
      this.leave();
    }
  }

  /**
   * Ends a process with all its threads (exit_group).
   *
   * Locking: takes the list of each thread for writing while its exit hooks run, then tasklistLock for writing.
   *
   * @param task Any thread of it; the others end when the outermost call returns.
   * @param how The exit code from 0 to 255, or the signal that kills it.
   * @throws {KernelError} ESRCH when it has ended, EPERM for init and pid 0, EINVAL for a bad code.
   * @example
   * ```ts
   * import { boot } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const { kernel } = boot();
   * const shell = kernel.fork(kernel.init);
   * const child = kernel.fork(shell);
   * kernel.exit(child, 2);
   * assertEquals(child.state, "Z");
   * assertEquals(kernel.wait(shell).value?.status, 2 << 8);
   * ```
   */
  exit(task: Task, how: ExitHow = 0): void {
    this.enter("exit", task);
    try {
      exitProcess(this, task, waitStatus(task, how));
    } finally {
      this.leave();
    }
  }

  /**
   * Ends one thread (the exit system call). A process ends with its last thread.
   *
   * Locking: as {@linkcode Kernel.exit}.
   *
   * Origin: `exit(2)`, `do_exit()`.
   *
   * @param task The thread.
   * @param how The exit code from 0 to 255, or the signal that kills it.
   * @throws {KernelError} As {@linkcode Kernel.exit}; a further thread of init may end.
   * @example
   * ```ts
   * import { boot } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const { kernel } = boot();
   * const shell = kernel.fork(kernel.init);
   * const thread = kernel.createThread(shell);
   * kernel.exitThread(thread);
   * assertEquals([thread.state, shell.state], ["X", "R"]);
   * ```
   */
  exitThread(task: Task, how: ExitHow = 0): void {
    this.enter("exit", task);
    try {
      const status = waitStatus(task, how);
      checkExit(this, task, task);
      exitThread(this, task, status);
    } finally {
      this.leave();
    }
  }

  /**
   * Waits for a child to end, and reaps it (wait4). Every thread of a process may wait for the children of all.
   *
   * Locking: takes tasklistLock for writing; it is dropped before the task sleeps.
   *
   * Origin: `waitpid(2)`, `do_wait()`.
   *
   * @param task The task that waits; it sleeps while no child has ended.
   * @param options Which children, and whether to return at once.
   * @returns The call: done at once when a child has ended, else when one does. A signal ends it with EINTR.
   * @throws {KernelError} ECHILD when there is no such child, ESRCH when the task has ended.
   * @example
   * ```ts
   * import { boot } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const { kernel } = boot();
   * const shell = kernel.fork(kernel.init);
   * kernel.exit(kernel.fork(shell), 1);
   * assertEquals(kernel.wait(shell).value, { pid: 4, status: 256 });
   * ```
   */
  wait(task: Task, options: WaitOptions = NO_OPTIONS): Pending<WaitResult> {
    this.enter("wait", task);
    try {
      return waitForChild(this, task, options);
    } finally {
      this.leave();
    }
  }

  /**
   * Sends a signal (kill). It is delivered when the outermost call returns, never under a hook's locks.
   *
   * Locking: takes tasklistLock for reading, so that no child that is just published escapes a signal to its group.
   *
   * Origin: `kill(2)`.
   *
   * @param pid A process; 0 the sender's process group; below -1 that process group; -1 everybody but init.
   * @param signal The signal; 0 only asks whether one could be sent.
   * @param options The sender; without one the kernel itself sends, which may always.
   * @returns How many processes it was sent to.
   * @throws {KernelError} ESRCH when there is nobody, EPERM when none may be signalled, EINVAL for a bad signal.
   * @example
   * ```ts
   * import { boot } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const { kernel } = boot();
   * const shell = kernel.fork(kernel.init);
   * const child = kernel.fork(shell);
   * kernel.kill(child.pid, "SIGTERM", { sender: shell });
   * assertEquals(kernel.wait(shell).value?.status, 15);
   * ```
   */
  kill(pid: number, signal: SignalName | number, options: { sender?: Task } = NO_OPTIONS): number {
    const sender = options.sender ?? null;
    this.enter("kill", sender);
    try {
      return sendByPid(this, pid, signalNumber(signal), sender);
    } finally {
      this.leave();
    }
  }

  /**
   * Changes what a process does about a signal (sigaction). Ignoring SIGCHLD makes its children vanish without wait.
   *
   * Origin: `sigaction(2)`.
   *
   * @param task Any thread of it.
   * @param options The signal, and what to do.
   * @throws {KernelError} EINVAL for SIGKILL, SIGSTOP, what is no signal and what is no action.
   * @example
   * ```ts
   * import { boot } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const { kernel } = boot();
   * const shell = kernel.fork(kernel.init);
   * kernel.setSignalAction(shell, { signal: "SIGTERM", action: "ignore" });
   * kernel.kill(shell.pid, "SIGTERM");
   * assertEquals(shell.state, "R");
   * ```
   */
  setSignalAction(
    task: Task,
    options: { signal: SignalName | number; action: SignalAction },
  ): void {
    this.enter("sigaction", task);
    try {
      setSignalAction(task, signalNumber(options.signal), options.action);
    } finally {
      this.leave();
    }
  }

  /**
   * Makes a process the leader of a new session (setsid).
   *
   * Locking: takes tasklistLock for writing.
   *
   * Origin: `setsid(2)`.
   *
   * @param task Any thread of it.
   * @returns The id of the session.
   * @throws {KernelError} EPERM when it leads a process group already.
   * @example
   * ```ts
   * import { boot } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const { kernel } = boot();
   * const daemon = kernel.fork(kernel.init);
   * assertEquals(kernel.setsid(daemon), daemon.pid);
   * ```
   */
  setsid(task: Task): number {
    this.enter("setsid", task);
    try {
      return createSession(this, task);
    } finally {
      this.leave();
    }
  }

  /**
   * Moves a process to a process group (setpgid).
   *
   * Locking: takes tasklistLock for writing.
   *
   * Origin: `setpgid(2)`.
   *
   * @param task The task that asks.
   * @param options `target` is the process to move, itself by default; `pgid` the group, a new one of its own by default.
   * @throws {KernelError} EINVAL, EPERM, EACCES or ESRCH, as setpgid(2) lists them.
   * @example
   * ```ts
   * import { boot } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const { kernel } = boot();
   * const shell = kernel.fork(kernel.init);
   * kernel.setpgid(shell);
   * const child = kernel.fork(shell);
   * kernel.setpgid(shell, { target: child });
   * assertEquals([shell.processGroup.id, child.processGroup.id], [shell.pid, child.pid]);
   * ```
   */
  setpgid(task: Task, options: { target?: Task; pgid?: number } = NO_OPTIONS): void {
    this.enter("setpgid", task);
    try {
      setProcessGroup(this, task, options.target ?? task.groupLeader, options.pgid ?? 0);
    } finally {
      this.leave();
    }
  }

  /**
   * Changes a task's user (setuid). Leaving uid 0 gives up every capability.
   *
   * Locking: takes the task's list for reading while credentials hooks run; so do `setgid` and `dropCapabilities`.
   *
   * @param task The task.
   * @param uid The user.
   * @throws {KernelError} EPERM without CAP_SETUID, EINVAL for what is no uid.
   * @example
   * ```ts
   * import { boot, KernelError } from "@pnotify/pnotify";
   * import { assertEquals, assertThrows } from "@std/assert";
   * const { kernel } = boot();
   * const shell = kernel.fork(kernel.init);
   * kernel.setuid(shell, 1000);
   * assertEquals([shell.uid, shell.credentials.capabilities], [1000, 0]);
   * assertThrows(() => kernel.setuid(shell, 0), KernelError, "EPERM");
   * ```
   */
  setuid(task: Task, uid: number): void {
    this.#changeCredentials("setuid", task, () => setUser(this, task, uid));
  }

  /**
   * Changes a task's group (setgid).
   *
   * @param task The task.
   * @param gid The group.
   * @throws {KernelError} EPERM without CAP_SETGID, EINVAL for what is no gid.
   * @example
   * ```ts
   * import { boot } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const { kernel } = boot();
   * const shell = kernel.fork(kernel.init);
   * kernel.setgid(shell, 100);
   * assertEquals(shell.gid, 100);
   * ```
   */
  setgid(task: Task, gid: number): void {
    this.#changeCredentials("setgid", task, () => setGroup(task, gid));
  }

  /**
   * Gives up capabilities for good (capset).
   *
   * Origin: `capset(2)`.
   *
   * @param task The task.
   * @param names The capabilities.
   * @throws {KernelError} EINVAL for what is no capability; none is given up then.
   * @example
   * ```ts
   * import { boot, capable } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const { kernel } = boot();
   * const shell = kernel.fork(kernel.init);
   * kernel.dropCapabilities(shell, ["CAP_SYS_ADMIN", "CAP_KILL"]);
   * assertEquals(capable(shell, "CAP_KILL"), false);
   * ```
   */
  dropCapabilities(task: Task, names: readonly CapabilityName[]): void {
    this.#changeCredentials("capset", task, () => dropCapabilities(task, names));
  }

  #changeCredentials(what: string, task: Task, change: () => void): void {
    this.enter(what, task);
    try {
      const old = task.credentials;
      change();
      if (task.credentials === old) return;
      if (this.trace !== null) {
        const { uid, gid } = task;
        this.trace.emit({ type: "credentials", task: String(task), pid: task.pid, uid, gid });
      }
      if (task.subscribers !== null) this.callouts!.further("credentials", task, old);
      if (this.globalCallouts !== null) this.globalCallouts.further("credentials", task, old);
    } finally {
      this.leave();
    }
  }

  /**
   * Renames a task (PR_SET_NAME).
   *
   * Locking: takes the task's list for reading while rename hooks run.
   *
   * @param task The task.
   * @param comm The name; 15 characters of it count.
   * @throws {KernelError} EINVAL when it is no string.
   * @example
   * ```ts
   * import { boot } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const { kernel } = boot();
   * const task = kernel.fork(kernel.init);
   * kernel.rename(task, "a-very-long-thread-name");
   * assertEquals(task.comm, "a-very-long-thr");
   * ```
   */
  rename(task: Task, comm: string): void {
    this.enter("rename", task);
    try {
      rename(this, task, comm);
    } finally {
      this.leave();
    }
  }

  /**
   * Makes a process adopt the orphans below it, or stop doing so (PR_SET_CHILD_SUBREAPER).
   *
   * @param task Any thread of it.
   * @param on Whether it shall.
   * @example
   * ```ts
   * import { boot } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const { kernel } = boot();
   * const manager = kernel.fork(kernel.init);
   * kernel.setSubreaper(manager, true);
   * const shell = kernel.fork(manager);
   * const daemon = kernel.fork(shell);
   * kernel.exit(shell);
   * assertEquals(daemon.parent, manager);
   * ```
   */
  setSubreaper(task: Task, on: boolean): void {
    this.enter("subreaper", task);
    try {
      setSubreaper(task, on);
    } finally {
      this.leave();
    }
  }

  /**
   * Changes a process's resource limits (setrlimit).
   *
   * Origin: `setrlimit(2)`.
   *
   * @param task Any thread of it.
   * @param limits Those to change.
   * @throws {KernelError} EINVAL when one is negative or no number, or when there is no such limit; none is changed then.
   * @example
   * ```ts
   * import { boot, KernelError } from "@pnotify/pnotify";
   * import { assertThrows } from "@std/assert";
   * const { kernel } = boot();
   * const shell = kernel.fork(kernel.init);
   * kernel.setuid(shell, 1000);
   * kernel.setLimits(shell, { processes: 1 });
   * assertThrows(() => kernel.fork(shell), KernelError, "EAGAIN");
   * ```
   */
  setLimits(task: Task, limits: Partial<Limits>): void {
    this.enter("setrlimit", task);
    try {
      setLimits(task, limits);
    } finally {
      this.leave();
    }
  }

  /**
   * Adds to what a task used. What nobody charges stays unknown.
   *
   * Origin: our own: who runs in the model uses nothing by itself.
   *
   * @param task The task; it may have ended, as long as it was not freed.
   * @param resources What to add; the high-water marks are raised to it.
   * @throws {KernelError} EINVAL for an unknown resource or a negative amount; nothing is charged then.
   * @example
   * ```ts
   * import { boot } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const { kernel } = boot();
   * kernel.charge(kernel.init, { userTime: 1_000 });
   * kernel.charge(kernel.init, { userTime: 500 });
   * assertEquals(kernel.init.resources, { userTime: 1_500 });
   * ```
   */
  charge(task: Task, resources: Resources): void {
    this.checkTask("charge", task);
    chargeResources(task, resources);
  }

  // Finding tasks.

  /**
   * Looks a task up (find_task_by_pid).
   *
   * Locking: needs tasklistLock; the task is there only while it is held. {@linkcode Kernel.getTask} is the safe way.
   *
   * @param pid The pid.
   * @returns The task, or null.
   * @example
   * ```ts
   * import { boot } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const { kernel } = boot();
   * kernel.tasklistLock.readLock();
   * const init = kernel.findTask(1);
   * kernel.tasklistLock.readUnlock();
   * assertEquals(init, kernel.init);
   * ```
   */
  findTask(pid: number): Task | null {
    if (this.lockdep !== null) this.lockdep.needs(this.tasklistLock.state, "read", "findTask()");
    return this.pids.find(pid);
  }

  /**
   * Looks a task up and takes a reference, so that it does not vanish.
   *
   * Locking: takes tasklistLock for reading, and drops it.
   *
   * Origin: `find_get_task_by_vpid()`.
   *
   * @param pid The pid.
   * @returns The reference, to be put, or null.
   * @example
   * ```ts
   * import { boot } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const { kernel } = boot();
   * const reference = kernel.getTask(1)!;
   * assertEquals(reference.task, kernel.init);
   * reference.put();
   * assertEquals(kernel.getTask(999), null);
   * ```
   */
  getTask(pid: number): TaskReference | null {
    return getTaskByPid(this, pid);
  }

  /**
   * Calls a function for every task but pid 0, threads included, in order of pid (do_each_thread, A16). The lock is
   * dropped while the function runs, so it may call the kernel, and tasks may come and go.
   *
   * @param visit The function; returning false ends the walk.
   * @example
   * ```ts
   * import { boot } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const { kernel } = boot();
   * const names: string[] = [];
   * kernel.forEachTask((task) => void names.push(String(task)));
   * assertEquals(names, ["init[1]", "kthreadd[2]"]);
   * ```
   */
  forEachTask(visit: (task: Task) => boolean | void): void {
    for (let pid = 1; pid <= this.pids.highest; pid++) {
      const reference = this.#getTaskToVisit(pid);
      if (reference === null) continue;
      try {
        if (this.watchedBy > 0) this.preempt("walk");
        if (visit(reference) === false) return;
      } finally {
        putTaskStruct(reference);
      }
    }
  }

  /**
   * Calls a function for every child under construction, which is not on the task list: its fork has begun to call
   * hooks. It counts as locked by its forker, so another CPU has to wait for it.
   *
   * Origin: our own: C has no list of children under construction (A21).
   *
   * @param visit The function.
   * @example
   * ```ts
   * import { boot, defineEvents, PNOTIFY_OK } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const { kernel, pnotify } = boot();
   * const unborn: string[] = [];
   * const look = (): typeof PNOTIFY_OK => {
   *   kernel.forEachUnborn((child) => void unborn.push(String(child)));
   *   return PNOTIFY_OK;
   * };
   * const events = defineEvents({ name: "look", fork: look });
   * pnotify.register(events);
   * pnotify.track(kernel.init, events);
   * kernel.fork(kernel.init);
   * assertEquals(unborn, ["init[3]"]);
   * ```
   */
  forEachUnborn(visit: (child: Task) => void): void {
    for (const context of this.contexts) {
      for (const child of [...context.unborn]) {
        if (context !== this.context) this.wouldWait(child.lockName);
        visit(child);
      }
    }
  }

  #getTaskToVisit(pid: number): Task | null {
    const task = this.pids.find(pid);
    if (task !== null) task.usage++;
    return task;
  }

  /** How many tasks there are, pid 0 and zombies included. */
  get taskCount(): number {
    return this.pids.count;
  }

  /** The lowest number that is no pid. Setting it lower leaves the tasks alone that are above. */
  get pidMax(): number {
    return this.pids.pidMax;
  }

  set pidMax(max: number) {
    this.pids.pidMax = max;
  }

  /**
   * A user, made on first sight.
   *
   * Origin: `find_user()`.
   *
   * @param uid Its number.
   * @returns The user, with the count of its tasks.
   * @example
   * ```ts
   * import { boot } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const { kernel } = boot();
   * kernel.setuid(kernel.fork(kernel.init), 1000);
   * assertEquals(kernel.user(1000).tasks, 1);
   * ```
   */
  user(uid: number): User {
    let user = this.#users.get(uid);
    if (user === undefined) this.#users.set(uid, user = { uid, tasks: 0 });
    return user;
  }

  // Log, trace and reports.

  /**
   * Prints to the kernel log.
   *
   * Origin: `printk()`.
   *
   * @param text The text.
   * @param level How urgent it is.
   * @example
   * ```ts
   * import { boot } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const { kernel } = boot();
   * kernel.printk("out of paper", "warning");
   * assertEquals(kernel.log.records().map(({ text }) => text), ["out of paper"]);
   * ```
   */
  printk(text: string, level: LogLevel = "info"): void {
    const added = this.log.print(text, level);
    if (this.trace === null) return;
    for (const record of added) this.trace.emit({ type: "printk", record });
  }

  /**
   * Adds a sink for trace events.
   *
   * Origin: our own, after trace events.
   *
   * @param sink Called with each event as it happens.
   * @returns A function that removes it again.
   * @example
   * ```ts
   * import { boot } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const { kernel } = boot();
   * const seen: string[] = [];
   * const stop = kernel.addTraceSink((event) => seen.push(event.type));
   * kernel.exit(kernel.fork(kernel.init));
   * stop();
   * assertEquals(seen, ["fork", "exit", "reap"]);
   * ```
   */
  addTraceSink(sink: TraceSink): () => void {
    const trace = this.trace ??= new Trace(this);
    trace.add(sink);
    return () => {
      trace.remove(sink);
      if (trace.idle && this.lockdep === null) this.trace = null;
    };
  }

  /** The letters that say what taints the kernel: P proprietary, O out of tree, F forced, D a module fault. */
  get taint(): string {
    return this.#taintLetters;
  }

  /**
   * Taints the kernel.
   *
   * Origin: `add_taint()`.
   *
   * @param letter P proprietary, O out of tree, F forced, D a module fault.
   * @example
   * ```ts
   * import { boot } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const { kernel } = boot();
   * kernel.addTaint("F");
   * assertEquals(kernel.taint, "F");
   * ```
   */
  addTaint(letter: "P" | "O" | "F" | "D"): void {
    if (!this.#taintLetters.includes(letter)) this.#taintLetters += letter;
  }

  /**
   * Where the run is, for reports.
   *
   * Origin: our own.
   *
   * @param what The call, when it is not the one in progress.
   * @returns The CPU, task, module and call, and the number of the event.
   * @example
   * ```ts
   * import { boot } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const { kernel } = boot();
   * assertEquals(kernel.place("my_check").what, "my_check");
   * ```
   */
  place(what?: string): Place {
    const { context } = this;
    const frame = context.frames.at(-1);
    return {
      cpu: context.name,
      task: frame?.task == null ? null : String(frame.task),
      module: context.module,
      what: what ?? frame?.what ?? "no call",
      event: this.trace?.sequence ?? 0,
      time: this.clock.now,
      ...(this.#stacks === true ? { stack: callerLine() } : {}),
    };
  }

  /**
   * Records a finding, once per kind and place, and goes on.
   *
   * Origin: our own, after `WARN()`.
   *
   * @param kind What kind of finding it is.
   * @param headline The finding in one line.
   * @param options What goes with it.
   * @returns The report; one that was recorded before is not recorded again.
   * @example
   * ```ts
   * import { boot } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const { kernel } = boot();
   * kernel.report("module-fault", "job.exit: two of everything", { module: "job" });
   * assertEquals(kernel.reports.map(({ module }) => module), ["job"]);
   * ```
   */
  report(kind: ReportKind, headline: string, options: ReportDetails = NO_OPTIONS): Report {
    const place = this.#placeOfReport(options);
    const module = options.module === undefined ? place.module : options.module;
    const taint = this.#taintLetters === "" ? "Not tainted" : `Tainted: ${this.#taintLetters}`;
    const lines = [
      `${kind === "module-fault" ? "oops" : "BUG"}: ${kind}: ${headline}`,
      `  at ${formatPlace(place)}${module === null ? "" : `, module ${module}`}, ${taint}`,
      ...(options.lines ?? []).map((line) => `  ${line}`),
    ];
    const report: Report = {
      kind,
      headline,
      text: lines.join("\n"),
      place,
      module,
      taint: this.#taintLetters,
      ...(options.lock === undefined ? {} : { lock: options.lock }),
      ...(options.held === undefined ? {} : { held: options.held }),
      ...(options.taken === undefined ? {} : { taken: options.taken }),
    };
    const key = `${kind}|${place.what}|${module}|${options.lock ?? headline}`;
    if (this.#seen.has(key)) return report;
    this.#seen.add(key);
    this.reports.push(report);
    this.printk(report.text, "err");
    if (this.trace !== null) this.trace.emit({ type: "report", report });
    return report;
  }

  #placeOfReport({ what, stack }: ReportDetails): Place {
    const { stack: running, ...place } = this.place(what);
    const line = !this.#stacks || stack === null ? undefined : stack ?? running ?? callerLine();
    return line === undefined ? place : { ...place, stack: line };
  }

  /**
   * Records a finding that nothing can go on from.
   *
   * Origin: our own, after `BUG()`.
   *
   * @param kind What kind of finding it is.
   * @param headline The finding in one line.
   * @param options What goes with it.
   * @throws {KernelBug} Always, with the report.
   * @example
   * ```ts
   * import { boot, KernelBug } from "@pnotify/pnotify";
   * import { assertEquals, assertThrows } from "@std/assert";
   * const { kernel } = boot();
   * assertThrows(() => kernel.bug("use-after-free", "the table is gone"), KernelBug);
   * assertEquals(kernel.reports.length, 1);
   * ```
   */
  bug(kind: ReportKind, headline: string, options: ReportDetails = NO_OPTIONS): never {
    throw new KernelBug(headline, this.report(kind, headline, options));
  }

  /**
   * Records that a module's code threw, or answered with what is no answer (an oops).
   *
   * Origin: our own, after an oops.
   *
   * @param module The module.
   * @param fault What went wrong.
   * @example
   * ```ts
   * import { boot } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const { kernel } = boot();
   * kernel.moduleFault("job", { what: "exit", task: kernel.init, cause: new TypeError("no such member") });
   * assertEquals([kernel.taint, kernel.reports[0].kind], ["D", "module-fault"]);
   * ```
   */
  moduleFault(module: string, fault: ModuleFault): void {
    const { what, task, cause } = fault;
    this.addTaint("D");
    this.modules.markFaulty(module);
    const whom = task === null ? "" : ` for ${task}`;
    const stack = this.#stacks ? thrownLine(cause) : null;
    this.report("module-fault", `${module}.${what}${whom}: ${describe(cause)}`, { module, stack });
  }

  // What the kernel's own files and its services use.

  /**
   * Begins a call by a task, checking that the task can make one.
   *
   * Origin: our own: the entry of a system call.
   *
   * @param what The call.
   * @param task The task that makes it, or null for the kernel itself.
   * @throws {KernelError} ESRCH when the task has ended.
   * @throws {KernelBug} When it was freed, or is not yet on the task list.
   * @example
   * ```ts
   * import { boot } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const { kernel } = boot();
   * kernel.enter("nanosleep", kernel.init);
   * assertEquals([kernel.context.depth, kernel.place().what], [1, "nanosleep"]);
   * kernel.leave();
   * ```
   */
  enter(what: string, task: Task | null): void {
    // Every call passes here and leave(): both stay small enough for V8 to inline.
    if (this.watchedBy > 0 || (task !== null && task.state !== TASK_RUNNING)) {
      this.#checkEntry(what, task);
    }
    this.context.depth++;
  }

  #checkEntry(what: string, task: Task | null): void {
    // A task makes one call at a time: while another CPU is in one, or it sleeps, the next one has to wait.
    if (this.preemption !== null && task !== null && (task.sleep !== null || this.isBusy(task))) {
      this.wouldWait(`${task}`);
    }
    if (task !== null && task.state !== TASK_RUNNING) this.#checkCaller(what, task);
    if (this.lockdep === null) return;
    const { frames, held } = this.context;
    frames.push({ what, task, hook: false, heldAtEntry: held.length });
  }

  /**
   * Ends a call: what was taken must have been dropped, and signals are delivered by the outermost one.
   *
   * Origin: our own: the return to user mode.
   *
   * @example
   * ```ts
   * import { boot } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const { kernel } = boot();
   * const shell = kernel.fork(kernel.init);
   * kernel.enter("uninterrupted", null);
   * kernel.kill(shell.pid, "SIGKILL");
   * assertEquals(shell.state, "R");
   * kernel.leave();
   * assertEquals(shell.state, "X");
   * ```
   */
  leave(): void {
    if (this.watchedBy > 0 || this.pendingSignals !== null) this.#checkLeave();
    else this.context.depth--;
  }

  #checkLeave(): void {
    if (this.lockdep !== null) this.#checkLeft(this.lockdep);
    if (this.pendingSignals !== null && this.context.depth === 1) this.#leaveLast();
    else this.context.depth--;
  }

  #checkLeft(lockdep: Lockdep): void {
    const { frames, held } = this.context;
    const frame = frames.at(-1)!;
    if (held.length > frame.heldAtEntry) {
      lockdep.checkReturned(`${frame.what}()`, frame.heldAtEntry);
    }
    frames.pop();
  }

  #leaveLast(): void {
    try {
      deliverSignals(this);
    } finally {
      this.context.depth--;
    }
  }

  #checkCaller(what: string, task: Task): void {
    if (task.usage === 0) this.useAfterFree(what, task);
    if (task.state === TASK_NEW) {
      this.bug("never-born", `Cannot ${what} in "${task}": it is not yet on the task list`);
    }
    if (task.state === EXIT_ZOMBIE || task.state === EXIT_DEAD) {
      throw new KernelError("ESRCH", {
        action: `${what} in`,
        name: String(task),
        found: "it has ended",
        wanted: "a running task is wanted",
      });
    }
    if (this.lockdep !== null) {
      const lines = [`state ${task.state}`];
      this.report("asleep", `${task} called ${what} while it sleeps`, { what, lines });
    }
  }

  /**
   * Refuses a task that was freed, and one of another world.
   *
   * Origin: our own.
   *
   * @param what What is to be done to it.
   * @param task The task.
   * @throws {KernelError} EINVAL when it belongs to another kernel.
   * @throws {KernelBug} When it was freed.
   * @example
   * ```ts
   * import { boot, KernelError } from "@pnotify/pnotify";
   * import { assertThrows } from "@std/assert";
   * const { kernel } = boot();
   * assertThrows(() => kernel.checkTask("count", boot().kernel.init), KernelError, "EINVAL");
   * ```
   */
  checkTask(what: string, task: Task): void {
    if (task.usage === 0) this.useAfterFree(what, task);
    if (task.kernel === this) return;
    throw new KernelError("EINVAL", {
      action: what,
      name: String(task),
      found: "it belongs to another kernel",
      wanted: "a task of this one is wanted",
    });
  }

  /**
   * Reports the use of a freed task.
   *
   * Origin: our own, after KASAN.
   *
   * @param what What was to be done to it.
   * @param task The task.
   * @throws {KernelBug} Always.
   * @example
   * ```ts
   * import { boot, KernelBug } from "@pnotify/pnotify";
   * import { assertThrows } from "@std/assert";
   * const { kernel } = boot();
   * assertThrows(() => kernel.useAfterFree("count", kernel.init), KernelBug, "it was freed");
   * ```
   */
  useAfterFree(what: string, task: Task): never {
    this.bug(
      "use-after-free",
      `Cannot ${what} "${task}": it was freed, a referenced task is wanted`,
    );
  }

  /**
   * Passes a preemption point. Hot paths ask {@linkcode Kernel.watchedBy} first.
   *
   * Origin: our own, after `might_resched()`.
   *
   * @param site What happens there: `lock`, `unlock`, `callout` or `walk`.
   * @example
   * ```ts
   * import { boot } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const { kernel } = boot();
   * const sites: string[] = [];
   * kernel.preemption = { nested: false, at: (site) => void sites.push(site), blocked: () => {} };
   * kernel.preempt("walk");
   * assertEquals(sites, ["walk"]);
   * ```
   */
  preempt(site: PreemptionSite): void {
    this.#preemption?.at(site);
  }

  /**
   * Whether another CPU runs a task right now: a call of it, or its exit. Only asked while operations are nested.
   *
   * Origin: our own.
   *
   * @param task The task.
   * @returns Whether it is in the middle of something.
   * @example
   * ```ts
   * import { boot } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const { kernel } = boot();
   * assertEquals(kernel.isBusy(kernel.init), false);
   * ```
   */
  isBusy(task: Task): boolean {
    for (const { frames } of this.contexts) {
      if (frames === this.context.frames) continue;
      if (frames.some((frame) => frame.task === task && !frame.hook)) return true;
    }
    const exits = (task.flags & PF_EXITING) !== 0 && task.state === TASK_RUNNING;
    return exits && !this.context.frames.some((frame) => frame.task === task);
  }

  /**
   * Gives up a nested operation that would have to wait for the one it is nested in.
   *
   * Origin: our own.
   *
   * @param what What it would have to wait for.
   * @throws {WouldWait} Always.
   * @example
   * ```ts
   * import { boot, WouldWait } from "@pnotify/pnotify";
   * import { assertThrows } from "@std/assert";
   * const { kernel } = boot();
   * assertThrows(() => kernel.wouldWait("job_table_sem"), WouldWait);
   * ```
   */
  wouldWait(what: string): never {
    this.preemption?.blocked(what);
    throw new WouldWait(what);
  }

  /**
   * Passes a fallible point. Hot paths ask {@linkcode Kernel.watchedBy} first.
   *
   * Origin: our own, after `should_fail()`.
   *
   * @param site The name of the point.
   * @returns Whether it fails this time.
   * @example
   * ```ts
   * import { boot } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const { kernel } = boot({ faults: { site: "job-table" } });
   * assertEquals(kernel.mayFail("job-table"), true);
   * ```
   */
  mayFail(site: FaultSite): boolean {
    return this.#faults?.shouldFail(site) ?? false;
  }

  /**
   * Makes a semaphore; semaphores of one name are one class to the lock checker.
   *
   * @param name The name of its class, such as `job_table_sem`.
   * @returns The semaphore, held by nobody.
   * @example
   * ```ts
   * import { boot } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const { kernel } = boot();
   * const sem = kernel.createSemaphore("job_table_sem");
   * assertEquals([sem.name, sem.isHeld("read")], ["job_table_sem", false]);
   * ```
   */
  createSemaphore(name: string): RwSemaphore {
    return createSemaphore(this, name);
  }

  /**
   * Keeps a freed task for its callout, until tasklistLock has been dropped.
   *
   * Locking: tasklistLock is held for writing; that is why the callout has to wait.
   *
   * Origin: our own.
   *
   * @param task The task; the reference that is held to it goes with the callout.
   * @example
   * ```ts
   * import { boot, getTaskStruct } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const { kernel } = boot();
   * const shell = kernel.fork(kernel.init);
   * getTaskStruct(shell);
   * kernel.deferFree(shell);
   * assertEquals(kernel.deferred?.map(({ event }) => event), ["free"]);
   * kernel.runDeferred();
   * ```
   */
  deferFree(task: Task): void {
    (this.deferred ??= []).push({ event: "free", task, detail: null });
  }

  /**
   * Keeps a reparenting for its callout, until tasklistLock has been dropped.
   *
   * Locking: tasklistLock is held for writing; that is why the callout has to wait.
   *
   * Origin: our own.
   *
   * @param task The task that was adopted; a reference to it is taken.
   * @param from The parent it had before.
   * @example
   * ```ts
   * import { boot } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const { kernel } = boot();
   * const shell = kernel.fork(kernel.init);
   * kernel.deferReparent(shell, kernel.kthreadd);
   * assertEquals(kernel.deferred?.map(({ detail }) => detail), [kernel.kthreadd]);
   * kernel.runDeferred();
   * ```
   */
  deferReparent(task: Task, from: Task): void {
    task.usage++;
    (this.deferred ??= []).push({ event: "reparent", task, detail: from });
  }

  /**
   * Makes the callouts that had to wait for tasklistLock to be dropped, oldest first.
   *
   * Locking: tasklistLock must not be held, as the hooks take the tasks' lists.
   *
   * Origin: our own.
   *
   * @example
   * ```ts
   * import { boot } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const { kernel } = boot();
   * kernel.deferReparent(kernel.fork(kernel.init), kernel.kthreadd);
   * kernel.runDeferred();
   * assertEquals(kernel.deferred, null);
   * ```
   */
  runDeferred(): void {
    while (this.deferred !== null) {
      const batch: Deferred[] = this.deferred;
      this.deferred = null;
      for (const { event, task, detail } of batch) {
        this.#further(event, task, detail);
        putTaskStruct(task);
      }
    }
  }

  #further(event: "free" | "reparent", task: Task, detail: Task | null): void {
    const known = detail as FurtherEvents["free" & "reparent"];
    if (task.subscribers !== null) this.callouts!.further(event, task, known);
    if (this.globalCallouts !== null) this.globalCallouts.further(event, task, known);
  }

  /**
   * Adds a service that lists what was left of it at shutdown.
   *
   * Origin: our own.
   *
   * @param check Called once; it reports what it finds.
   * @example
   * ```ts
   * import { boot } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const { kernel } = boot();
   * kernel.addShutdownCheck(() => void kernel.report("module-fault", "a page was left"));
   * assertEquals(kernel.shutdown().length, 1);
   * ```
   */
  addShutdownCheck(check: () => void): void {
    this.#shutdownChecks.push(check);
  }

  /**
   * Ends the world, and lists what was left: held locks, references, subscribers, modules.
   *
   * Origin: our own: the world ends, and is looked over.
   *
   * @returns All reports of the run, the last of them made just now.
   * @example
   * ```ts
   * import { boot } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const { kernel } = boot();
   * kernel.getTask(1);
   * assertEquals(kernel.shutdown().map((report) => report.kind), ["reference-leak"]);
   * ```
   */
  shutdown(): readonly Report[] {
    if (this.#isDown) return this.reports;
    this.#isDown = true;
    if (this.lockdep === null) return this.reports;
    for (const context of this.contexts) {
      for (const held of context.held) {
        this.report("lock-leaked", `${held.lock.lockName} is still held for ${held.mode}`, {
          lock: held.lock.lockName,
          taken: held.taken,
          module: held.taken.module,
          lines: [`taken ${formatTaken(held.taken)}`],
        });
      }
    }
    for (const reference of this.references!) {
      const { task, taken } = reference;
      this.report("reference-leak", `a reference to ${task} (task ${task.serial}) was never put`, {
        taken: taken!,
        module: taken!.module,
        lines: [`taken ${formatTaken(taken!)}`],
      });
    }
    for (const check of this.#shutdownChecks) check();
    return this.reports;
  }
}

function checkOption(name: string, value: number | undefined, least: number): void {
  if (value === undefined || value >= least) return;
  throw new KernelError("EINVAL", {
    action: "boot",
    found: `${name} is ${value}`,
    wanted: `a number from ${least} is wanted`,
  });
}

function waitStatus(task: Task, how: ExitHow): number {
  if (typeof how !== "number") return statusOfSignal(task, how);
  // One test for an integer from 0 to 255.
  if ((how & 0xff) === how) return how << 8;
  throw refuseHow(task, `the code is ${how}`, "an integer from 0 to 255 is wanted");
}

function statusOfSignal(task: Task, how: Exclude<ExitHow, number>): number {
  const signal = signalNumber(how.signal);
  if (signal !== 0) return how.core ? signal | 0x80 : signal;
  throw refuseHow(task, "the signal is 0", "a signal that can end a task is wanted");
}

function refuseHow(task: Task, found: string, wanted: string): KernelError {
  return new KernelError("EINVAL", { action: "exit", name: String(task), found, wanted });
}

/** Of a stack that a module may have made up. */
const MOST_STACK = 10_000;
const MOST_LINE = 500;

function describe(cause: unknown): string {
  try {
    return cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  } catch {
    // A module may throw what throws again when it is looked at.
    return "something that cannot be shown";
  }
}

/** The first line of the stack that is not the library's own. */
function callerLine(): string | undefined {
  return userLine((new Error().stack ?? "").split("\n").slice(1));
}

/** Where the code of a module threw, or called what threw. The stack is what the module made of it, or nothing. */
function thrownLine(cause: unknown): string | null {
  try {
    const { stack } = cause as Error;
    if (typeof stack !== "string") return null;
    // The message comes first, and may have lines that look like a place.
    const head = String(cause);
    const trace = stack.startsWith(head) ? stack.slice(head.length) : stack;
    const lines = trace.slice(0, MOST_STACK).split("\n");
    const line = userLine(lines.filter((one) => /^\s+at /.test(one)));
    return line?.slice(0, MOST_LINE) ?? null;
  } catch {
    return null;
  }
}

function userLine(lines: readonly string[]): string | undefined {
  // This function's own line tells where the library is: a user's folder may bear the same name.
  const own = (new Error().stack ?? "").split("\n")[1] ?? "";
  const root = /([^()\s]*)kernel[/\\]kernel\.[jt]s:/.exec(own)?.[1] ?? "";
  const line = lines.find((one) => !/^(kernel|pnotify|check)[/\\]/.test(one.split(root)[1] ?? ""));
  return line?.trim();
}
