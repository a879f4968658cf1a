import { type AdoptOptions, adoptTask, correctParent } from "./adopt.ts";
import { checkEntry, checkReturn, isBusy } from "./call.ts";
import type { FurtherEvent, FurtherEvents, TaskCallouts } from "./callouts.ts";
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
import { KernelError } from "./errno.ts";
import { type ExecOptions, execProgram, mayExec } from "./exec.ts";
import { checkExit, type ExitHow, exitProcess, exitThread, waitStatus } from "./exit.ts";
import type { Family } from "./family.ts";
import { type FaultInjector, faultInjector, type FaultOptions, type FaultSite } from "./fault.ts";
import { CLONE_THREAD, CLONE_VFORK, CLONE_VM, copyProcess, type ForkOptions } from "./fork.ts";
import { changeLimits, type Limits, RLIM_INFINITY } from "./limits.ts";
import { assertHeld } from "./lock.ts";
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
import type { Place, Report, ReportDetails, ReportKind, TaintLetter } from "./report.ts";
import { ReportDesk } from "./report_desk.ts";
import { addResources, type Resources } from "./resources.ts";
import { RwLock } from "./rw_lock.ts";
import { createSemaphore, type RwSemaphore } from "./rw_semaphore.ts";
import { sendByPid, setSignalAction } from "./send_signal.ts";
import { type SignalAction, type SignalName, signalNumber } from "./signal.ts";
import { SymbolTable } from "./symbol.ts";
import { PF_AUTOREAP, PF_KTHREAD, PF_UNKILLABLE, Task, TASK_RUNNING } from "./task.ts";
import { getTaskByPid, putTaskStruct, type TaskReference } from "./task_reference.ts";
import { Trace, type TraceSink } from "./trace.ts";
import { type Vforked, vforkOf, type VforkPending } from "./vfork.ts";
import { waitForChild, type WaitOptions, type WaitResult } from "./wait.ts";
import type { Deferred, KernelWorld, ModuleFault, PendingSignal } from "./world.ts";

/** The options of a kernel. */
export interface KernelOptions {
  /** Whether misuse is checked; true by default. With `stacks`, places or only reports name the line of user code. */
  readonly debug?: boolean | { readonly stacks?: boolean | "reports" };
  /** The seed of all randomness; 0 by default. */
  readonly seed?: number;
  /** New pids are below this number (pid_max); 32768 by default. */
  readonly pidMax?: number;
  /** How many tasks there may be; no limit by default. */
  readonly threadsMax?: number;
  /** How many lines the kernel log keeps; 4096 by default. */
  readonly logLines?: number;
  /** Whether orphans of init are reaped without a wait; true by default. */
  readonly initReaps?: boolean;
  /** The fallible point to fail, or an injector that decides; none fails by default. */
  readonly faults?: FaultOptions | FaultInjector;
}

const NO_OPTIONS: Readonly<Record<never, never>> = /* @__PURE__ */ Object.freeze({});

/**
 * One world: its tasks, locks, time and log, and the calls that tasks make. Worlds share nothing, so any number of them
 * run side by side.
 *
 * Every call runs to completion. A call that would sleep in a real kernel returns a {@linkcode Pending}. Signals are
 * delivered when the outermost call returns. A call of a task that has ended throws ESRCH.
 *
 * Origin: the system calls of Linux, and what is global in C.
 *
 * @example
 * ```ts
 * import { createProgram, Kernel } from "@pnotify/pnotify/kernel";
 * import { assertEquals } from "@std/assert";
 * const kernel = new Kernel();
 * const shell = kernel.fork(kernel.init);
 * kernel.exec(shell, createProgram("/bin/sh", ["sh", "-c", "make"]));
 * const child = kernel.fork(shell);
 * kernel.exit(child, 2);
 * assertEquals(kernel.wait(shell).value, { pid: child.pid, status: 2 << 8 });
 * assertEquals(String(shell), "sh[3]");
 * ```
 */
export class Kernel implements KernelWorld {
  /** Virtual time. */
  readonly clock: Clock = new Clock();
  /** The kernel's own randomness. */
  readonly random: Random;
  /** The kernel log (dmesg). */
  readonly log: KernelLog;
  /** The findings so far. */
  readonly reports: Report[];
  /** What is offered to modules. */
  readonly symbols: SymbolTable = new SymbolTable();
  /** Loads and unloads modules. */
  readonly modules: ModuleLoader;
  /** Guards the family tree, thread groups, process groups and the pid table. Innermost of all. */
  readonly tasklistLock: RwLock;
  /** How many tasks there may be. */
  threadsMax: number;
  /** Decides what can be executed; with null every path can. */
  binaries: BinaryHandler | null = null;

  /** The simulated CPU whose call is in progress. */
  context: Context;
  /** All CPUs. */
  readonly contexts: Context[];

  // Services and checks. A service or check that is null costs one test.

  /** Told of tasks that have subscribers. */
  callouts: TaskCallouts | null = null;
  /** Told of every task. */
  globalCallouts: TaskCallouts | null = null;
  /** Numbers and hands out trace events. */
  trace: Trace | null = null;
  /** Checks the use of locks; null with `debug: false`. */
  readonly lockdep: Lockdep | null = null;
  /** References that are held, to be listed when they leak; null with `debug: false`. */
  readonly references: Set<TaskReference> | null = null;
  /**
   * How many checkers there are: the lock checker, a schedule explorer and a fault injector. Hot paths test for all
   * three with one comparison. V8 compares a number in fewer steps than it tests a boolean.
   */
  checkedBy = 0;

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
  /** @internal Callouts to make when tasklistLock has been dropped, or null. */
  deferred: Deferred[] | null = null;

  /** The first process: it adopts orphans and cannot be killed. Another of its threads can take its place by exec. */
  init: Task;
  /** The parent of the kernel's threads. */
  readonly kthreadd: Task;

  #preemption: Preemption | null = null;
  #faults: FaultInjector | null = null;
  readonly #users = new Map<number, User>();
  readonly #desk: ReportDesk;

  /**
   * Boots a kernel with pid 0, init and kthreadd.
   *
   * @param options How to boot.
   * @throws {KernelError} EINVAL for a bad pidMax, threadsMax or logLines.
   */
  constructor(options: KernelOptions = NO_OPTIONS) {
    checkOption("threadsMax", options.threadsMax, 0);
    checkOption("logLines", options.logLines, 1);
    const debug = options.debug ?? true;
    this.#desk = new ReportDesk(this, typeof debug === "object" && (debug.stacks ?? false));
    this.reports = this.#desk.reports;
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
    this.tasklistLock.writeLock();
    const swapper = this.#bootSwapper();
    const reaps = options.initReaps ?? true;
    this.init = this.#bootTask(swapper, "init", PF_UNKILLABLE | (reaps ? PF_AUTOREAP : 0));
    this.kthreadd = this.#bootTask(swapper, "kthreadd", PF_KTHREAD);
    this.tasklistLock.writeUnlock();
  }

  #bootSwapper(): Task {
    const processGroup = { id: 0, session: 0, members: 0 };
    const swapper = new Task(this, this.nextSerial++, this.pids.allocate(), {
      parent: null,
      processGroup,
      limits: Object.freeze({ processes: RLIM_INFINITY, core: 0 }),
      signalActions: null,
      comm: "swapper",
      credentials: Object.freeze({
        user: this.user(0),
        gid: 0,
        capabilities: CAP_FULL_SET,
        userAssumed: false,
        groupAssumed: false,
      }),
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
    this.#countCheckers();
  }

  /** Fails fallible points; null when none is to fail. */
  get faults(): FaultInjector | null {
    return this.#faults;
  }

  set faults(faults: FaultInjector | null) {
    this.#faults = faults;
    this.#countCheckers();
  }

  #countCheckers(): void {
    const checkers = [this.lockdep, this.#preemption, this.#faults];
    this.checkedBy = checkers.filter((checker) => checker !== null).length;
  }

  // Processes.

  /**
   * Makes a child (fork, clone; copy_process). Its fork hooks run before it is on the task list, and may refuse it.
   *
   * Locking: takes the parent's list for reading while fork hooks run, then tasklistLock for writing.
   *
   * @param parent The task that forks. With CLONE_VFORK it sleeps until the child calls exec or ends.
   * @param options The clone flags, and the pid of the child.
   * @returns The child, running.
   * @throws {KernelError} EAGAIN for a limit or when no pid is free, ENOMEM when there is no memory, EINTR when a fatal
   * signal is pending, ESRCH when the parent is exiting, EINVAL or EEXIST for a bad pid, or what a fork hook refused
   * with. Nothing of the child stays.
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
   * Puts a task on the task list without a fork: it existed before the kernel. Init hooks run, and no fork hook (A14).
   *
   * Locking: takes tasklistLock for writing, drops it, and takes eventsSem for reading while init hooks run.
   *
   * @param parent Its parent; of a thread, any task of its process.
   * @param options What is known of it. The rest comes from its parent.
   * @returns The task, running.
   * @throws {KernelError} EAGAIN when no pid is free, EINVAL or EEXIST for a bad pid, EINVAL for another bad option, ENOMEM
   * when there is no memory. Nothing is changed then.
   */
  adoptTask(parent: Task, options: AdoptOptions = NO_OPTIONS): Task {
    return this.#call("adopt", parent, () => adoptTask(this, parent, options));
  }

  /**
   * Gives a process another parent. Replay calls it for an adoption that the recording does not show.
   *
   * Locking: takes tasklistLock for writing.
   *
   * @param task Any thread of it.
   * @param to The parent.
   * @throws {KernelError} ESRCH when the process is on no task list or the parent has ended, EINVAL when the parent
   * descends from the process.
   */
  correctParent(task: Task, to: Task): void {
    this.#call("reparent", to, () => correctParent(this, task, to));
  }

  /**
   * Makes a thread of a task's process (pthread_create). Takes the locks of {@linkcode Kernel.fork}.
   *
   * @param task Any thread of the process.
   * @returns The thread, running.
   * @throws {KernelError} As {@linkcode Kernel.fork}.
   */
  createThread(task: Task): Task {
    return this.fork(task, { flags: CLONE_VM | CLONE_THREAD });
  }

  /**
   * Makes a child while its parent sleeps (vfork). Takes the locks of {@linkcode Kernel.fork}.
   *
   * @param parent The task that forks.
   * @returns The child, and the parent's call, which is done when the child has called exec or ended.
   * @throws {KernelError} As {@linkcode Kernel.fork}.
   */
  vfork(parent: Task): Vforked {
    const child = this.fork(parent, { flags: CLONE_VM | CLONE_VFORK });
    return { child, returned: vforkOf(parent, child) };
  }

  /**
   * Replaces what a task runs (execve). A thread that is not the leader ends all others and takes over the pid.
   *
   * Locking: takes tasklistLock for writing when a thread takes over the pid, and the task's list for reading while
   * canExec and exec hooks run.
   *
   * @param task The task.
   * @param program The path, or a program from {@linkcode createProgram}.
   * @param options Whether it was permitted before.
   * @throws {KernelError} ENOENT for an empty path, ENOMEM when there is no memory, EAGAIN when the process is ending,
   * or what {@linkcode Kernel.binaries} or a canExec hook refused with. Then the old program goes on, and no exec hook
   * runs.
   */
  exec(task: Task, program: string | Program, options: ExecOptions = NO_OPTIONS): void {
    this.enter("exec", task);
    try {
      const image = typeof program === "object" ? program : createProgram(program);
      execProgram(this, task, image, options.permitted ?? false);
    } finally {
      this.leave();
    }
  }

  /**
   * Asks whether a task may execute a program, without executing it. Nothing changes. A live run calls it before the real
   * exec, and {@linkcode Kernel.exec} with `permitted` after it.
   *
   * Locking: takes the task's list for reading while canExec hooks run.
   *
   * @param task The task.
   * @param program The path, or a program from {@linkcode createProgram}.
   * @throws {KernelError} What {@linkcode Kernel.exec} would be refused with now, but for ENOMEM.
   * @example
   * ```ts
   * import { boot, defineEvents, KernelError, PNOTIFY_ERROR, PNOTIFY_OK } from "@pnotify/pnotify";
   * import { assertEquals, assertThrows } from "@std/assert";
   * const noShells = defineEvents({
   *   name: "no_shells",
   *   fork: () => PNOTIFY_OK,
   *   canExec: (_task, _subscriber, { path }) => path === "/bin/sh" ? PNOTIFY_ERROR : PNOTIFY_OK,
   * });
   * const { kernel, pnotify } = boot();
   * pnotify.track(kernel.init, noShells);
   * const child = kernel.fork(kernel.init);
   * assertThrows(() => kernel.mayExec(child, "/bin/sh"), KernelError, "EPERM");
   * assertThrows(() => kernel.exec(child, "/bin/sh"), KernelError, "no_shells.canExec refused init[3]");
   * kernel.mayExec(child, "/usr/bin/make");
   * kernel.exec(child, "/usr/bin/make", { permitted: true });
   * assertEquals(child.comm, "make");
   * ```
   */
  mayExec(task: Task, program: string | Program): void {
    this.#call("mayExec", task, () => {
      mayExec(this, task, typeof program === "object" ? program : createProgram(program));
    });
  }

  /**
   * Ends a process with all its threads (exit_group).
   *
   * Locking: takes the list of each thread for writing while its exit hooks run, then tasklistLock for writing.
   *
   * @param task Any thread of it; the others end when the outermost call returns.
   * @param how The exit code from 0 to 255, or the signal that kills it.
   * @throws {KernelError} EPERM for init and pid 0, EINVAL for a bad code.
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
   * Ends one thread (do_exit). A process ends with its last thread. Takes the locks of {@linkcode Kernel.exit}.
   *
   * @param task The thread.
   * @param how The exit code from 0 to 255, or the signal that kills it.
   * @throws {KernelError} As {@linkcode Kernel.exit}; a further thread of init may end.
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
   * Locking: takes tasklistLock for writing, and drops it before the task sleeps.
   *
   * @param task The task that waits; it sleeps while no child has ended.
   * @param options Which children, and whether to return at once.
   * @returns The call: done at once when a child has ended, else when one does. A signal ends it with EINTR.
   * @throws {KernelError} ECHILD when there is no such child.
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
   * Locking: takes tasklistLock for reading. So no child is published during a signal to its group, and none escapes.
   *
   * @param pid A process; 0 for the sender's process group; -1 for all but init; any other negative number for a group.
   * @param signal The signal; 0 only tests whether one could be sent.
   * @param options The sender. Without one the kernel sends, which needs no permission.
   * @returns How many processes it was sent to.
   * @throws {KernelError} ESRCH when there is no such process, EPERM when none may be signalled, EINVAL for a bad signal.
   */
  kill(pid: number, signal: SignalName | number, options: { sender?: Task } = NO_OPTIONS): number {
    const sender = options.sender ?? null;
    return this.#call("kill", sender, () => sendByPid(this, pid, signalNumber(signal), sender));
  }

  /**
   * Changes what a process does about a signal (sigaction). With SIGCHLD ignored, its children are reaped without wait.
   *
   * @param task Any thread of it.
   * @param options The signal, and what to do.
   * @throws {KernelError} EINVAL for SIGKILL and SIGSTOP, and for an unknown signal or action.
   */
  setSignalAction(
    task: Task,
    options: { signal: SignalName | number; action: SignalAction },
  ): void {
    const { signal, action } = options;
    this.#call("sigaction", task, () => setSignalAction(task, signalNumber(signal), action));
  }

  /**
   * Makes a process the leader of a new session (setsid).
   *
   * Locking: takes tasklistLock for writing.
   *
   * @param task Any thread of it.
   * @returns The id of the session.
   * @throws {KernelError} EPERM when it leads a process group already.
   */
  setsid(task: Task): number {
    return this.#call("setsid", task, () => createSession(this, task));
  }

  /**
   * Moves a process to a process group (setpgid).
   *
   * Locking: takes tasklistLock for writing.
   *
   * @param task The calling task.
   * @param options `target` is the process to move, itself by default. `pgid` is the group, a new one by default.
   * @throws {KernelError} EINVAL, EPERM, EACCES or ESRCH, as setpgid(2) lists them.
   */
  setpgid(task: Task, options: { target?: Task; pgid?: number } = NO_OPTIONS): void {
    const { target = task.groupLeader, pgid = 0 } = options;
    this.#call("setpgid", task, () => setProcessGroup(this, task, target, pgid));
  }

  /**
   * Changes a task's user (setuid). A task that leaves uid 0 gives up every capability.
   *
   * Locking: takes the task's list for reading while credentials hooks run; so do setgid() and dropCapabilities().
   *
   * @param task The task.
   * @param uid The user.
   * @throws {KernelError} EPERM without CAP_SETUID, EINVAL for an invalid uid.
   */
  setuid(task: Task, uid: number): void {
    this.#call("setuid", task, () => setUser(this, task, uid));
  }

  /**
   * Changes a task's group (setgid).
   *
   * @param task The task.
   * @param gid The group.
   * @throws {KernelError} EPERM without CAP_SETGID, EINVAL for an invalid gid.
   */
  setgid(task: Task, gid: number): void {
    this.#call("setgid", task, () => setGroup(this, task, gid));
  }

  /**
   * Gives up capabilities for good (capset).
   *
   * @param task The task.
   * @param names The capabilities.
   * @throws {KernelError} EINVAL for an unknown capability; none is given up then.
   */
  dropCapabilities(task: Task, names: readonly CapabilityName[]): void {
    this.#call("capset", task, () => dropCapabilities(this, task, names));
  }

  /**
   * Renames a task (PR_SET_NAME).
   *
   * Locking: takes the task's list for reading while rename hooks run.
   *
   * @param task The task.
   * @param comm The name. It is cut to 15 characters.
   * @throws {KernelError} EINVAL when it is no string.
   */
  rename(task: Task, comm: string): void {
    this.#call("rename", task, () => rename(this, task, comm));
  }

  /**
   * Makes a process adopt the orphans below it, or stop doing so (PR_SET_CHILD_SUBREAPER).
   *
   * @param task Any thread of it.
   * @param on Whether it does.
   */
  setSubreaper(task: Task, on: boolean): void {
    this.#call("subreaper", task, () => setSubreaper(task, on));
  }

  /**
   * Changes a process's resource limits (setrlimit).
   *
   * @param task Any thread of it.
   * @param limits Those to change.
   * @throws {KernelError} EINVAL when one is negative or no number, or for an unknown limit; none is changed then.
   */
  setLimits(task: Task, limits: Partial<Limits>): void {
    this.#call("setrlimit", task, () => {
      const leader = task.groupLeader;
      leader.limits = changeLimits(leader.limits, limits, String(task));
    });
  }

  /**
   * Adds to what a task used. The kernel measures nothing itself: a figure that nobody charges stays unknown.
   *
   * @param task The task; it may have ended, as long as it was not freed.
   * @param resources What to add; the high-water marks are raised to it.
   * @throws {KernelError} EINVAL for an unknown resource or a negative amount; nothing is charged then.
   */
  charge(task: Task, resources: Resources): void {
    this.checkTask("charge", task);
    task.resources = addResources(task.resources ?? {}, resources, task);
  }

  // Finding tasks.

  /**
   * Looks a task up (find_task_by_pid). Without the lock the task may vanish. {@linkcode Kernel.getTask} is safe.
   *
   * Locking: needs tasklistLock, for reading at least.
   *
   * @param pid The pid.
   * @returns The task, or null.
   */
  findTask(pid: number): Task | null {
    if (this.lockdep !== null) this.lockdep.needs(this.tasklistLock.state, "read", "findTask()");
    return this.pids.find(pid);
  }

  /**
   * Looks a task up and takes a reference, so that it does not vanish (find_get_task_by_vpid). Takes tasklistLock.
   *
   * @param pid The pid.
   * @returns The reference, to be put, or null.
   */
  getTask(pid: number): TaskReference | null {
    return getTaskByPid(this, pid);
  }

  /**
   * Calls a function for every task but pid 0, threads included, in order of pid (do_each_thread, A16). No lock is held
   * while the function runs, so it may call the kernel, and tasks may come and go.
   *
   * @param visit The function; returning false ends the walk.
   */
  forEachTask(visit: (task: Task) => boolean | void): void {
    const { pids } = this;
    let pid = 0;
    // A visitor may change the pid of the task by an exec. So the walk goes on behind the pid that it had.
    for (let task = pids.findFrom(1); task !== null; task = pids.findFrom(pid + 1)) {
      pid = task.pid;
      task.usage++;
      try {
        if (this.checkedBy > 0) this.preempt("walk");
        if (visit(task) === false) return;
      } finally {
        putTaskStruct(task);
      }
    }
  }

  /**
   * Calls a function for every child whose fork hooks are running. Such a child is not yet on the task list (A21). It
   * counts as locked by its forker, so another CPU has to wait for it.
   *
   * @param visit The function.
   */
  forEachUnborn(visit: (child: Task) => void): void {
    for (const context of this.contexts) {
      for (const child of [...context.unborn]) {
        if (context !== this.context) this.wouldWait(child.lockName);
        visit(child);
      }
    }
  }

  /** How many tasks there are, pid 0 and zombies included. */
  get taskCount(): number {
    return this.pids.count;
  }

  /** New pids are below this number (pid_max). A lower value does not affect tasks that have a higher pid. */
  get pidMax(): number {
    return this.pids.pidMax;
  }

  set pidMax(max: number) {
    this.pids.pidMax = max;
  }

  /**
   * A user, made on first sight (find_user).
   *
   * @param uid Its number.
   * @returns The user, with the count of its tasks.
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
   * @param text The text; a line break begins another record.
   * @param level How urgent it is.
   */
  printk(text: string, level: LogLevel = "info"): void {
    const added = this.log.print(text, level);
    if (this.trace === null) return;
    for (const record of added) this.trace.emit({ type: "printk", record });
  }

  /**
   * Adds a sink for trace events.
   *
   * @param sink Called with each event as it happens.
   * @returns A function that removes it again.
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
    return this.#desk.taint;
  }

  /**
   * Taints the kernel (add_taint).
   *
   * @param letter P proprietary, O out of tree, F forced, D a module fault.
   */
  addTaint(letter: TaintLetter): void {
    this.#desk.addTaint(letter);
  }

  /**
   * Where the run is, for reports.
   *
   * @param what The call, when it is not the one in progress.
   * @returns The CPU, task, module and call, and the number of the event.
   */
  place(what?: string): Place {
    return this.#desk.place(what);
  }

  /**
   * Records a finding, once per kind and place, and goes on (WARN).
   *
   * @param kind What kind of finding it is.
   * @param headline The finding in one line.
   * @param options What goes with it.
   * @returns The report. A second one of a kind and place is not recorded.
   */
  report(kind: ReportKind, headline: string, options: ReportDetails = NO_OPTIONS): Report {
    return this.#desk.report(kind, headline, options);
  }

  /**
   * Records a finding after which the kernel cannot go on (BUG).
   *
   * @param kind What kind of finding it is.
   * @param headline The finding in one line.
   * @param options What goes with it.
   * @throws {KernelBug} Always, with the report.
   */
  bug(kind: ReportKind, headline: string, options: ReportDetails = NO_OPTIONS): never {
    this.#desk.bug(kind, headline, options);
  }

  /**
   * Records that a module's code threw or gave an invalid answer (an oops).
   *
   * @param module The module.
   * @param fault What went wrong.
   */
  moduleFault(module: string, fault: ModuleFault): void {
    this.modules.markFaulty(module);
    this.#desk.moduleFault(module, fault);
  }

  /**
   * Adds a check that reports at shutdown what a service has left.
   *
   * @param check Called once; it reports what it finds.
   */
  addShutdownCheck(check: () => void): void {
    this.#desk.addShutdownCheck(check);
  }

  /**
   * Ends the world, and reports what is left: locks, references, subscribers, modules.
   *
   * @returns All reports of the run.
   */
  shutdown(): readonly Report[] {
    return this.#desk.shutdown();
  }

  // What the kernel's own files and its services use.

  /**
   * Begins a call by a task, and checks that the task can make one.
   *
   * @param what The call.
   * @param task The task that makes it, or null for the kernel itself.
   * @throws {KernelError} ESRCH when the task has ended.
   * @throws {KernelBug} When it was freed, or is not yet on the task list.
   */
  enter(what: string, task: Task | null): void {
    // Every call passes here and leave(): both stay small enough for V8 to inline.
    if (this.checkedBy > 0 || (task !== null && task.state !== TASK_RUNNING)) {
      checkEntry(this, what, task);
    }
    this.context.depth++;
  }

  /** Ends a call: it must have dropped the locks that it took. The outermost call delivers signals. */
  leave(): void {
    if (this.checkedBy > 0 || this.pendingSignals !== null) checkReturn(this);
    else this.context.depth--;
  }

  /** Makes a call that is rare enough for a closure. */
  #call<T>(what: string, task: Task | null, body: () => T): T {
    this.enter(what, task);
    try {
      return body();
    } finally {
      this.leave();
    }
  }

  /**
   * Refuses a task that was freed or belongs to another kernel.
   *
   * @param what What is to be done to it.
   * @param task The task.
   * @throws {KernelError} EINVAL when it belongs to another kernel.
   * @throws {KernelBug} When it was freed.
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
   * Reports the use of a freed task, as KASAN does.
   *
   * @param what What was to be done to it.
   * @param task The task.
   * @throws {KernelBug} Always.
   */
  useAfterFree(what: string, task: Task): never {
    this.bug(
      "use-after-free",
      `Cannot ${what} "${task}": it was freed, a referenced task is wanted`,
    );
  }

  /**
   * Passes a preemption point (might_resched). Hot paths test {@linkcode Kernel.checkedBy} first.
   *
   * @param site What happens there: `lock`, `unlock`, `callout` or `walk`.
   */
  preempt(site: PreemptionSite): void {
    this.#preemption?.reached(site);
  }

  /**
   * Whether another CPU is in a call of a task, or in its exit. True only while operations are nested.
   *
   * @param task The task.
   * @returns Whether one is.
   */
  isBusy(task: Task): boolean {
    return isBusy(this, task);
  }

  /**
   * Gives up a nested operation that would have to wait for the operation around it.
   *
   * @param what What it would have to wait for.
   * @throws {WouldWait} Always.
   */
  wouldWait(what: string): never {
    this.preemption?.blocked(what);
    throw new WouldWait(what);
  }

  /**
   * Passes a fallible point (should_fail). Hot paths test {@linkcode Kernel.checkedBy} first.
   *
   * @param site The name of the point.
   * @returns Whether it fails this time.
   */
  mayFail(site: FaultSite): boolean {
    return this.#faults?.shouldFail(site) ?? false;
  }

  /**
   * Makes a semaphore; semaphores of one name are one class to the lock checker.
   *
   * @param name The name of its class, such as `job_table_sem`.
   * @returns The semaphore, held by nobody.
   */
  createSemaphore(name: string): RwSemaphore {
    return createSemaphore(this, name);
  }

  /** @internal Makes the callouts of a further event. */
  notify<E extends FurtherEvent>(event: E, task: Task, detail: FurtherEvents[E]): void {
    if (task.subscribers !== null) this.callouts!.further(event, task, detail);
    if (this.globalCallouts !== null) this.globalCallouts.further(event, task, detail);
  }

  /** @internal Defers the free callout of a reaped task, and drops the reference of the task list after it. */
  deferFree(task: Task): void {
    if (this.checkedBy > 0) assertHeld(this.tasklistLock.state, "write", "deferFree()");
    (this.deferred ??= []).push({ event: "free", task, detail: null });
  }

  /** @internal Defers the reparent callout of a task. A reference to the task is held until then. */
  deferReparent(task: Task, from: Task): void {
    if (this.checkedBy > 0) assertHeld(this.tasklistLock.state, "write", "deferReparent()");
    task.usage++;
    (this.deferred ??= []).push({ event: "reparent", task, detail: from });
  }

  /** @internal Makes the callouts that had to wait for tasklistLock to be dropped, oldest first. */
  runDeferred(): void {
    // Hooks take subscriber lists, which may sleep. So no spin lock may be held.
    if (this.lockdep !== null) this.lockdep.mightSleep("runDeferred()");
    while (this.deferred !== null) {
      const batch: Deferred[] = this.deferred;
      this.deferred = null;
      for (const { event, task, detail } of batch) {
        this.notify(event, task, detail as FurtherEvents["free" & "reparent"]);
        putTaskStruct(task);
      }
    }
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
