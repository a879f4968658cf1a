import type { Credentials } from "./cred.ts";
import type { Limits } from "./limits.ts";
import type { Lockable, LockClass } from "./lock.ts";
import type { Pending } from "./pending.ts";
import type { ProcessGroup } from "./pid.ts";
import type { Program } from "./program.ts";
import type { Resources } from "./resources.ts";
import { RwSemaphore } from "./rw_semaphore.ts";
import type { SignalActions } from "./signal.ts";
import type { KernelWorld } from "./world.ts";

/** What a task is doing, as the letter that `ps` shows. */
export type TaskState = "N" | "R" | "S" | "D" | "Z" | "X";

/** Under construction: not yet on the task list. */
export const TASK_NEW = "N";
/** Running, or able to run. */
export const TASK_RUNNING = "R";
/** Asleep until woken or signalled. */
export const TASK_INTERRUPTIBLE = "S";
/** Asleep until woken. */
export const TASK_UNINTERRUPTIBLE = "D";
/** Ended, and not yet reaped by its parent. */
export const EXIT_ZOMBIE = "Z";
/** Reaped: off the task list. It exists as long as a reference to it is held. */
export const EXIT_DEAD = "X";

/** In exit. It is set before all else in exit, so that no module subscribes to the task any more. */
export const PF_EXITING = 0x4;
/** Forked, and has not called exec since. */
export const PF_FORKNOEXEC = 0x40;
/** Used a privilege that only a capability gives. */
export const PF_SUPERPRIV = 0x100;
/** Dumped core. */
export const PF_DUMPCORE = 0x200;
/** Killed by a signal. */
export const PF_SIGNALED = 0x400;
/** A thread of the kernel. */
export const PF_KTHREAD = 0x200000;
/** Not the leader of its thread group. */
export const PF_THREAD = 0x1;
/** Its forker sleeps in vfork until it calls exec or exits. */
export const PF_VFORK = 0x2;
/** A fatal signal was sent to it and is not yet delivered. */
export const PF_SIGPENDING = 0x8;
/** Adopts the orphans below it (PR_SET_CHILD_SUBREAPER). Kept on the leader. */
export const PF_SUBREAPER = 0x10;
/** Has, or had, a subreaper above it. Kept on the leader, inherited, and never cleared. */
export const PF_HAS_SUBREAPER = 0x20;
/** The default action of a signal does not end it: init. Kept on the leader. */
export const PF_UNKILLABLE = 0x80;
/** Its children are reaped without a wait, as those of init are. Kept on the leader. Children do not inherit it. */
export const PF_AUTOREAP = 0x800;

const SUBSCRIBER_LIST_SEM: LockClass = /* @__PURE__ */ Object.freeze<LockClass>({
  name: "task.subscriberListSem",
  spin: false,
  recursiveRead: false,
});

/** What a notification service hangs on a task. The kernel only compares it with null. */
export interface SubscriberList {
  /** The next subscriber, or `null`. */
  readonly next: SubscriberList | null;
}

/**
 * A process or thread (task_struct). Any code may read its fields. A comment above each group of fields names the lock
 * under which the kernel writes them.
 *
 * What a thread group shares (signal_struct) is kept on its leader, so that a process costs one object.
 *
 * @example
 * ```ts
 * import { boot, type Task } from "@pnotify/pnotify";
 * import { assertEquals } from "@std/assert";
 * const { kernel } = boot();
 * const shell: Task = kernel.fork(kernel.init);
 * kernel.exec(shell, "/bin/sh");
 * const thread = kernel.createThread(shell);
 * assertEquals([shell.comm, shell.pid, thread.tgid, thread.isLeader], ["sh", 3, 3, false]);
 * assertEquals([shell.parent, shell.subscribers], [kernel.init, null]);
 * ```
 */
export class Task implements Lockable {
  // Fields that the constructor sets are only declared here. Otherwise such a field would hold undefined for a moment, and
  // V8 would then expect any type in it. The same rule holds for every object that a lifecycle allocates.

  // Written once, before the task is published.

  /** Its kernel. Calls such as fork are methods of the {@linkcode Kernel} that boot or a module's environment gives. */
  declare readonly kernel: KernelWorld;
  /** Its number among all tasks since boot. Unlike a pid it is never used again. */
  declare readonly serial: number;

  // Guarded by tasklistLock.

  /** Its pid (the tid of a thread). In exec, a thread takes over the pid of its leader. */
  declare pid: number;
  /** The leader of its thread group; itself in a process of one thread. */
  declare groupLeader: Task;
  /** The task that is told of its end: its forker, or the task that adopted it. Null for pid 0. */
  declare parent: Task | null;
  /** The next thread of its group, in a ring. */
  declare nextThread: Task;
  /** The previous thread of its group, in a ring. */
  declare prevThread: Task;
  /** Its process group. Valid on the leader only. */
  declare processGroup: ProcessGroup;
  /** Virtual time of its fork, in nanoseconds since boot. In exec, a thread takes over that of its leader. */
  declare startTime: number;

  // Written without a lock, since no preemption point lies inside a write. Publishing, exit and reap change `state` under
  // tasklistLock.

  /** What it is doing. */
  state: TaskState = TASK_NEW;
  /** The PF_ bits. */
  declare flags: number;
  /** Its wait status: `code << 8 | signal | 0x80 if it dumped core`. */
  exitCode = 0;
  /** Virtual time of its exit, in nanoseconds since boot, or -1. */
  endTime: number = -1;

  // The thread group's part: valid on the leader only. Also written without a lock.

  /** How many threads of the group have not exited. */
  liveThreads = 1;
  /** The wait status that a group exit or fatal signal gives to every thread, or -1. */
  groupExitCode: number = -1;
  /** Its resource limits, shared until one process changes its own. */
  declare limits: Limits;
  /** What it does about signals, shared until changed; null while all is default. */
  declare signalActions: SignalActions | null;

  // Written by the task itself. A waker clears `sleep`, and any caller may charge `resources`.

  /** The name of its program: at most 15 characters. */
  declare comm: string;
  /** Its credentials, shared with the parent until either changes its own. */
  declare credentials: Credentials;
  /** What it runs, shared with the parent until exec. */
  declare program: Program;
  /** The resources that it used, as far as they were charged; null while none were. */
  resources: Resources | null = null;
  /** What it sleeps on, or null. */
  sleep: Pending<unknown> | null = null;

  // Guarded by subscriberListSem.

  /** The first of its subscribers. While it is null, fork, exec and exit call no hook of the task. */
  subscribers: SubscriberList | null = null;
  /** The count of subscriberListSem. */
  lockCount = 0;

  // Written without a lock. In C it would be atomic.

  /** References to it, the task list's own included. It is freed at zero. */
  usage = 1;

  /**
   * @internal Copies what a child has from its parent. Fork, adoptTask and boot make tasks. Pid 0 has a seed as source.
   */
  constructor(kernel: KernelWorld, serial: number, pid: number, source: Task | TaskSeed) {
    // Fields that exit and wait read come first. An old task is in no cache, and this order loads fewer cache lines.
    this.pid = pid;
    this.groupLeader = this;
    this.parent = source.parent;
    this.nextThread = this;
    this.flags = 0;
    this.processGroup = source.processGroup;
    this.credentials = source.credentials;
    this.kernel = kernel;
    this.serial = serial;
    this.startTime = kernel.clock.now;
    this.prevThread = this;
    this.limits = source.limits;
    this.signalActions = source.signalActions;
    this.comm = source.comm;
    this.program = source.program;
  }

  /** Its oldest child; the others follow as siblings. */
  get firstChild(): Task | null {
    return this.kernel.family.firstChild(this);
  }

  /** Its youngest child. */
  get lastChild(): Task | null {
    return this.kernel.family.lastChild(this);
  }

  /** Its next younger sibling, or null. */
  get nextSibling(): Task | null {
    return this.kernel.family.nextSibling(this);
  }

  /** Its next older sibling, or null. */
  get prevSibling(): Task | null {
    return this.kernel.family.prevSibling(this);
  }

  /** The pid of its thread group: what users call the process id. */
  get tgid(): number {
    return this.groupLeader.pid;
  }

  /** The same as `parent`. In Linux the two differ while a debugger traces the task (real_parent). */
  get realParent(): Task | null {
    return this.parent;
  }

  /** Whether it is the leader of its thread group. */
  get isLeader(): boolean {
    return this.groupLeader === this;
  }

  /** The id of its process group. */
  get pgid(): number {
    return this.groupLeader.processGroup.id;
  }

  /** The id of its session. */
  get sid(): number {
    return this.groupLeader.processGroup.session;
  }

  /** Its user. */
  get uid(): number {
    return this.credentials.user.uid;
  }

  /** Its group. */
  get gid(): number {
    return this.credentials.gid;
  }

  /** The lock of its subscriber list. The count lies in the task, so that a task is one object. */
  get subscriberListSem(): RwSemaphore {
    return new RwSemaphore(this);
  }

  /** The class of subscriberListSem. */
  get lockClass(): LockClass {
    return SUBSCRIBER_LIST_SEM;
  }

  /** The name of subscriberListSem. */
  get lockName(): string {
    return `${SUBSCRIBER_LIST_SEM.name} of ${this}`;
  }

  /**
   * Names the task for people.
   *
   * @returns `comm[pid]`.
   */
  toString(): string {
    return `${this.comm}[${this.pid}]`;
  }
}

/** The source of pid 0. All other tasks inherit it. */
export interface TaskSeed {
  /** It has no parent. */
  readonly parent: null;
  /** Group and session 0. */
  readonly processGroup: ProcessGroup;
  /** No limits. */
  readonly limits: Limits;
  /** All are the default. */
  readonly signalActions: null;
  /** `swapper`. */
  readonly comm: string;
  /** Root's. */
  readonly credentials: Credentials;
  /** The kernel itself. */
  readonly program: Program;
}
