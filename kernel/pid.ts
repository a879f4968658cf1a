import { KernelError } from "./errno.ts";
import { Family } from "./family.ts";
import { assertHeld } from "./lock.ts";
import type { Task } from "./task.ts";

/** The highest pid_max there is. */
export const PID_MAX_LIMIT = 4194304;
/** The pid_max of a new kernel. */
export const PID_MAX_DEFAULT = 32768;
/** A search that wraps around begins here. So lower pids are given out only once. */
const RESERVED_PIDS = 300;

/** A process group: what a signal to a negative pid reaches. Guarded by tasklistLock. */
export interface ProcessGroup {
  /** Its id: the pid of the process that made it. No new task gets that pid while the group exists. */
  readonly id: number;
  /** The id of the session that it belongs to. */
  readonly session: number;
  /** How many processes belong to it. */
  members: number;
}

const USED_BY_TASK = 1;
const USED_BY_GROUP = 2;

/**
 * The pid table (alloc_pid, find_vpid). It is an array by pid, so a look-up is one load. Pids are given out in a cycle.
 * A pid that is the id of a process group or session stays in use after its task. tasklistLock guards the list of tasks.
 *
 * @example
 * ```ts
 * import { boot, PID_MAX_DEFAULT, PID_MAX_LIMIT, type PidTable, TASK_COMM_LENGTH } from "@pnotify/pnotify";
 * import { assertEquals } from "@std/assert";
 * const { kernel } = boot({ pidMax: PID_MAX_LIMIT });
 * kernel.pidMax = PID_MAX_DEFAULT;
 * const pids: PidTable = kernel.pids;
 * const daemon = kernel.fork(kernel.init);
 * assertEquals([pids.find(daemon.pid), pids.find(99), kernel.setsid(daemon)], [daemon, null, 3]);
 * const worker = kernel.fork(daemon);
 * kernel.setpgid(daemon, { target: worker });
 * assertEquals(pids.findGroup(worker.pid), worker.processGroup);
 * kernel.rename(worker, "a-very-long-thread-name");
 * assertEquals(worker.comm.length, TASK_COMM_LENGTH);
 * ```
 */
export class PidTable {
  /** Tasks on the task list, by pid. */
  readonly tasks: (Task | null)[] = [];
  /** How many tasks are on the list. */
  count = 0;
  /** The highest pid ever in use: the end of a walk. */
  highest = 0;
  /** How often a thread took over the pid of its leader. A walk may have passed that pid already. */
  exchanges = 0;
  /** Parents and children, with room for every pid that was given out. */
  readonly family: Family;
  #used = new Uint8Array(1024);
  #last = -1;
  #max: number;
  /** Process groups by id: few, and rarely looked up. */
  readonly #groups = new Map<number, ProcessGroup>();
  /** How many groups each session has. */
  readonly #sessions = new Map<number, number>();

  /** @internal Makes a table without tasks, for pids below a maximum (pid_max). The first pid that it gives out is 0. */
  constructor(max: number) {
    this.family = new Family(this, this.#used.length);
    this.#max = 0;
    this.pidMax = max;
  }

  /** New pids are below this number (pid_max). */
  get pidMax(): number {
    return this.#max;
  }

  set pidMax(max: number) {
    if (!Number.isInteger(max) || max < 4 || max > PID_MAX_LIMIT) {
      throw new KernelError("EINVAL", {
        action: "set pid_max",
        found: `the value is ${max}`,
        wanted: `an integer from 4 to ${PID_MAX_LIMIT} is wanted`,
      });
    }
    this.#max = max;
  }

  /**
   * The task with a pid. Without tasklistLock the task may vanish.
   *
   * @param pid The pid.
   * @returns The task on the list, or null.
   */
  find(pid: number): Task | null {
    return this.tasks[pid] ?? null;
  }

  /** @internal Takes the next free pid; -1 when all are in use. */
  allocate(): number {
    const next = this.#last + 1;
    const used = this.#used;
    if (next >= used.length || next >= this.#max || used[next] !== 0) return this.#search();
    return this.#take(next);
  }

  /** Searches the pids above the last one, and then the lower ones. */
  #search(): number {
    const max = this.#max;
    const used = this.#used;
    for (let pid = this.#last + 1; pid < max; pid++) {
      if (pid >= used.length || used[pid] === 0) return this.#take(pid);
    }
    const start = max > RESERVED_PIDS ? RESERVED_PIDS : 1;
    const end = Math.min(this.#last + 1, max);
    for (let pid = start; pid < end; pid++) {
      if (used[pid] === 0) return this.#take(pid);
    }
    return -1;
  }

  /** @internal Takes a given pid (set_tid); returns false when it is in use. */
  allocateGiven(pid: number): boolean {
    if (pid < this.#used.length && this.#used[pid] !== 0) return false;
    const last = this.#last;
    this.#take(pid);
    this.#last = last;
    return true;
  }

  /**
   * @internal Puts a task on the list under its pid.
   *
   * Locking: needs tasklistLock for writing.
   */
  publish(task: Task): void {
    if (task.kernel.checkedBy > 0) assertListHeld(task, "publish()");
    while (this.tasks.length <= task.pid) this.tasks.push(null);
    this.tasks[task.pid] = task;
    this.count++;
    if (task.pid > this.highest) this.highest = task.pid;
  }

  /**
   * @internal Takes a task off the list and gives its pid back.
   *
   * Locking: needs tasklistLock for writing.
   */
  withdraw(task: Task): void {
    if (task.kernel.checkedBy > 0) assertListHeld(task, "withdraw()");
    this.tasks[task.pid] = null;
    this.count--;
    this.release(task.pid);
  }

  /**
   * @internal Exchanges the pids of a thread that calls exec and of its leader.
   *
   * Locking: needs tasklistLock for writing.
   */
  exchange(thread: Task, leader: Task): void {
    if (thread.kernel.checkedBy > 0) assertListHeld(thread, "exchange()");
    const pid = thread.pid;
    thread.pid = leader.pid;
    leader.pid = pid;
    this.tasks[thread.pid] = thread;
    this.tasks[leader.pid] = leader;
    this.exchanges++;
  }

  /** @internal Gives a pid back. It stays in use while a group has it for its id. */
  release(pid: number): void {
    this.#used[pid] &= ~USED_BY_TASK;
  }

  /**
   * The process group with an id.
   *
   * @param id The id.
   * @returns The process group, or null.
   */
  findGroup(id: number): ProcessGroup | null {
    return this.#groups.get(id) ?? null;
  }

  /** @internal Keeps the ids of a process group and of its session from being given out. */
  claimGroup(group: ProcessGroup): void {
    const highest = Math.max(group.id, group.session);
    if (highest >= this.#used.length) this.#grow(highest);
    this.#groups.set(group.id, group);
    this.#sessions.set(group.session, (this.#sessions.get(group.session) ?? 0) + 1);
    this.#used[group.id] |= USED_BY_GROUP;
    this.#used[group.session] |= USED_BY_GROUP;
  }

  /** @internal Forgets an empty process group. A session's id stays in use while any group of the session exists. */
  releaseGroup(group: ProcessGroup): void {
    const groupsLeft = this.#sessions.get(group.session)! - 1;
    if (groupsLeft === 0) this.#sessions.delete(group.session);
    else this.#sessions.set(group.session, groupsLeft);
    this.#groups.delete(group.id);
    this.#releaseId(group.id);
    this.#releaseId(group.session);
  }

  #releaseId(id: number): void {
    if (!this.#groups.has(id) && !this.#sessions.has(id)) this.#used[id] &= ~USED_BY_GROUP;
  }

  #take(pid: number): number {
    if (pid >= this.#used.length) this.#grow(pid);
    this.#used[pid] |= USED_BY_TASK;
    this.#last = pid;
    return pid;
  }

  #grow(pid: number): void {
    let length = this.#used.length;
    while (length <= pid) length *= 2;
    const used = new Uint8Array(length);
    used.set(this.#used);
    this.#used = used;
    this.family.grow(length);
  }
}

function assertListHeld(task: Task, call: string): void {
  assertHeld(task.kernel.tasklistLock.state, "write", call);
}
