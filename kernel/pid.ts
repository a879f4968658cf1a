import { KernelError } from "./errno.ts";
import { Family } from "./family.ts";
import { assertHeld } from "./lock.ts";
import { PAGED_PIDS, PidPages } from "./pid_pages.ts";
import type { Task } from "./task.ts";

/** The highest pid_max there is. */
export const PID_MAX_LIMIT = 4194304;
/** The pid_max of a new kernel. */
export const PID_MAX_DEFAULT = 32768;
/** A search that wraps around begins here. Pids below it are not used again. */
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
 * The pid table (alloc_pid, find_vpid). It is an array by pid, so a look-up is one load, and two from pid 32768 on.
 * Memory grows with the pids in use, and not with pid_max. Pids are given out in a cycle. A pid that is the id of a
 * process group or session stays in use after its task. tasklistLock guards the list of tasks.
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
 * assertEquals([pids.findFrom(3), pids.findFrom(4), pids.list().length], [daemon, null, 4]);
 * pids.forEach((task, pid) => assertEquals(pids.find(pid), task));
 * assertEquals([pids.isFree(3), pids.isFree(4), pids.isFree(PID_MAX_LIMIT)], [false, true, false]);
 * const worker = kernel.fork(daemon);
 * kernel.setpgid(daemon, { target: worker });
 * assertEquals(pids.findGroup(worker.pid), worker.processGroup);
 * kernel.rename(worker, "a-very-long-thread-name");
 * assertEquals(worker.comm.length, TASK_COMM_LENGTH);
 * ```
 */
export class PidTable {
  /** How many tasks are on the list. */
  count = 0;
  /** How often a thread took over the pid of its leader. A walk may have passed that pid already. */
  exchanges = 0;
  /** Parents and children, with room for every pid that was given out. */
  readonly family: Family;
  /** Tasks on the task list, by pid. */
  readonly #tasks: (Task | null)[] = [];
  /** The same for paged pids, by the index of the pid less PAGED_PIDS. */
  readonly #pagedTasks: (Task | null)[] = [];
  /** The USED_BY_ bits of pids, by index. */
  #used = new Uint8Array(1024);
  /** The indexes of pids from PAGED_PIDS on. */
  readonly #pages = new PidPages();
  #last = -1;
  #max: number;
  /** Pids below this number are their own index, have room in the arrays, and are below pid_max. */
  #near = 0;
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
    this.#moveNear();
  }

  #moveNear(): void {
    this.#near = Math.min(this.#max, this.#used.length, PAGED_PIDS);
  }

  /**
   * @internal The index of a pid into arrays by pid. It is the same for as long as the pid is in use.
   *
   * @returns The index; -1 for a pid without a place.
   */
  indexOf(pid: number): number {
    return pid < PAGED_PIDS ? pid : this.#pages.indexOf(pid);
  }

  /** @internal The task at an index, or null. */
  taskAt(index: number): Task | null {
    return (index < PAGED_PIDS ? this.#tasks[index] : this.#pagedTasks[index - PAGED_PIDS]) ?? null;
  }

  /**
   * The task with a pid. Without tasklistLock the task may vanish.
   *
   * @param pid The pid.
   * @returns The task on the list, or null.
   */
  find(pid: number): Task | null {
    return pid < PAGED_PIDS ? this.#tasks[pid] ?? null : this.#findPaged(pid);
  }

  #findPaged(pid: number): Task | null {
    const isPid = Number.isInteger(pid) && pid < PID_MAX_LIMIT;
    return isPid ? this.taskAt(this.#pages.indexOf(pid)) : null;
  }

  /**
   * The task with the lowest pid from a given one on (find_ge_pid). A walk over all tasks goes on behind each one.
   *
   * @param pid The lowest pid.
   * @returns The task on the list, or null when there is none.
   */
  findFrom(pid: number): Task | null {
    const lowest = this.#nextOnList(pid);
    return lowest < 0 ? null : this.taskAt(this.indexOf(lowest));
  }

  /** The lowest pid on the list from a given one on; -1 when there is none. */
  #nextOnList(from: number): number {
    const tasks = this.#tasks;
    const first = from > 0 ? Math.ceil(from) : 0;
    for (let pid = first; pid < tasks.length; pid++) {
      if (tasks[pid] !== null) return pid;
    }
    const pages = this.#pages;
    if (first >= PID_MAX_LIMIT) return -1;
    let pid = pages.nextMapped(Math.max(first, PAGED_PIDS));
    while (pid >= 0 && this.taskAt(pages.indexOf(pid)) === null) pid = pages.nextMapped(pid + 1);
    return pid;
  }

  /**
   * The tasks on the list, in order of pid.
   *
   * @returns A copy of the list, pid 0 included.
   */
  list(): Task[] {
    const tasks: Task[] = [];
    this.forEach((task) => void tasks.push(task));
    return tasks;
  }

  /**
   * Calls a function for every task on the list, in order of pid, pid 0 included.
   *
   * @param visit The function. It gets the task, and the pid under which it is on the list.
   */
  forEach(visit: (task: Task, pid: number) => void): void {
    for (let pid = this.#nextOnList(0); pid >= 0; pid = this.#nextOnList(pid + 1)) {
      visit(this.taskAt(this.indexOf(pid))!, pid);
    }
  }

  /**
   * Whether a task could get a pid now (set_tid).
   *
   * @param pid The pid.
   * @returns False for what is no pid below pid_max, and for the pid of a task or the id of a process group or session.
   */
  isFree(pid: number): boolean {
    if (!Number.isInteger(pid) || pid < 1 || pid >= this.#max) return false;
    return this.#uses(pid) === 0;
  }

  /** @internal Takes the next free pid; -1 when all are in use. */
  allocate(): number {
    const next = this.#last + 1;
    const used = this.#used;
    if (next >= this.#near || used[next] !== 0) return this.#search();
    used[next] = USED_BY_TASK;
    return this.#last = next;
  }

  /** Searches the pids above the last one, and then the lower ones. */
  #search(): number {
    const max = this.#max;
    for (let pid = this.#last + 1; pid < max; pid++) {
      if (this.#uses(pid) === 0) return this.#take(pid);
    }
    const start = max > RESERVED_PIDS ? RESERVED_PIDS : 1;
    const end = Math.min(this.#last + 1, max);
    for (let pid = start; pid < end; pid++) {
      if (this.#uses(pid) === 0) return this.#take(pid);
    }
    return -1;
  }

  #take(pid: number): number {
    this.#use(pid, USED_BY_TASK);
    return this.#last = pid;
  }

  /** @internal Takes a given pid (set_tid); returns false when it is in use. */
  allocateGiven(pid: number): boolean {
    if (this.#uses(pid) !== 0) return false;
    this.#use(pid, USED_BY_TASK);
    return true;
  }

  /**
   * @internal Puts a task on the list under its pid.
   *
   * Locking: needs tasklistLock for writing.
   */
  publish(task: Task): void {
    if (task.kernel.checkedBy > 0) assertListHeld(task, "publish()");
    const { pid } = task;
    if (pid < PAGED_PIDS) {
      const tasks = this.#tasks;
      while (tasks.length <= pid) tasks.push(null);
      tasks[pid] = task;
    } else {
      this.#putPaged(pid, task);
    }
    this.count++;
  }

  #putPaged(pid: number, task: Task | null): void {
    const place = this.#pages.indexOf(pid) - PAGED_PIDS;
    const tasks = this.#pagedTasks;
    while (tasks.length <= place) tasks.push(null);
    tasks[place] = task;
  }

  /**
   * @internal Takes a task off the list and gives its pid back.
   *
   * Locking: needs tasklistLock for writing.
   */
  withdraw(task: Task): void {
    if (task.kernel.checkedBy > 0) assertListHeld(task, "withdraw()");
    const { pid } = task;
    if (pid < PAGED_PIDS) this.#tasks[pid] = null;
    else this.#putPaged(pid, null);
    this.count--;
    this.release(pid);
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
    this.#put(thread);
    this.#put(leader);
    this.exchanges++;
  }

  #put(task: Task): void {
    if (task.pid < PAGED_PIDS) this.#tasks[task.pid] = task;
    else this.#putPaged(task.pid, task);
  }

  /** @internal Gives a pid back. It stays in use while a group has it for its id. */
  release(pid: number): void {
    if (pid < PAGED_PIDS) this.#used[pid] &= ~USED_BY_TASK;
    else this.#disuse(pid, USED_BY_TASK);
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
    this.#groups.set(group.id, group);
    this.#sessions.set(group.session, (this.#sessions.get(group.session) ?? 0) + 1);
    this.#use(group.id, USED_BY_GROUP);
    this.#use(group.session, USED_BY_GROUP);
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
    if (!this.#groups.has(id) && !this.#sessions.has(id)) this.#disuse(id, USED_BY_GROUP);
  }

  /** The USED_BY_ bits of a pid; 0 while it is free. */
  #uses(pid: number): number {
    return this.#used[this.indexOf(pid)] ?? 0;
  }

  #use(pid: number, by: number): void {
    let index = this.indexOf(pid);
    // A page counts each pid once, however many uses it has.
    const isNew = pid >= PAGED_PIDS && (index < 0 || this.#used[index] === 0);
    if (isNew) index = this.#pages.use(pid);
    if (index >= this.#used.length) this.#grow(index);
    this.#used[index] |= by;
  }

  #disuse(pid: number, by: number): void {
    const index = this.indexOf(pid);
    if (index < 0 || this.#used[index] === 0) return;
    this.#used[index] &= ~by;
    if (pid >= PAGED_PIDS && this.#used[index] === 0) this.#pages.release(pid);
  }

  #grow(index: number): void {
    let length = this.#used.length;
    while (length <= index) length *= 2;
    const used = new Uint8Array(length);
    used.set(this.#used);
    this.#used = used;
    this.#moveNear();
    this.family.grow(length);
  }
}

function assertListHeld(task: Task, call: string): void {
  assertHeld(task.kernel.tasklistLock.state, "write", call);
}
