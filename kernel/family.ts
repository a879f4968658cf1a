import { assertHeld } from "./lock.ts";
import type { PidTable } from "./pid.ts";
import type { Task } from "./task.ts";

/*
 * Each pid has two nodes of two links: one is the head of its children, the other its place among its siblings. Parent
 * and children are a ring, so that both ends are at hand and neither is a special case (list_head). A link that was
 * never set is 0, as is one to the head of pid 0: both end the way.
 */

// The nodes of a pid: `pid << BITS` and `pid << BITS | SIBLING`. The links of a node: `node | NEXT` and `node | PREV`.
const BITS = 2;
const SIBLING = 2;
const NEXT = 0;
const PREV = 1;

/**
 * Who is whose child: parents with their children in order of age. Guarded by tasklistLock.
 *
 * The links lie beside the tasks, by pid. A fork or reap touches three relatives, which are in no cache when there are
 * many tasks, and a reference that is stored into an old object is one that the garbage collector must be told of. A
 * thread that takes over a pid so takes over its place as well.
 *
 * Origin: `children` and `sibling` of `struct task_struct`.
 *
 * @example
 * ```ts
 * import { boot, type Family } from "@pnotify/pnotify";
 * import { assertEquals } from "@std/assert";
 * const { kernel } = boot();
 * const family: Family = kernel.family;
 * const shell = kernel.fork(kernel.init);
 * const [first, second] = [kernel.fork(shell), kernel.fork(shell)];
 * assertEquals([family.hasChildren(shell), family.hasChildren(second)], [true, false]);
 * assertEquals([family.firstChild(shell), family.lastChild(shell)], [first, second]);
 * assertEquals([family.nextSibling(first), family.prevSibling(second)], [second, first]);
 * ```
 */
export class Family {
  readonly #pids: PidTable;
  #links: Int32Array;

  /**
   * Makes a family without members.
   *
   * @internal
   * @param pids The tasks, by pid.
   * @param length How many pids there is room for.
   */
  constructor(pids: PidTable, length: number) {
    this.#pids = pids;
    this.#links = new Int32Array(length << BITS);
  }

  /**
   * Makes room for more pids. The pid table calls it before it gives out the first of them.
   *
   * @internal
   * @param length How many.
   */
  grow(length: number): void {
    const links = new Int32Array(length << BITS);
    links.set(this.#links);
    this.#links = links;
  }

  /**
   * Appends a child to a parent's children. The child has its pid, and need not be on the task list yet.
   *
   * Locking: needs tasklistLock for writing.
   *
   * @internal
   * @param parent The parent.
   * @param child The child; it is nobody's child until now.
   */
  adopt(parent: Task, child: Task): void {
    if (child.kernel.watchedBy > 0) assertFamilyHeld(child, "adopt()");
    const links = this.#links;
    const head = parent.pid << BITS;
    const node = child.pid << BITS | SIBLING;
    const last = links[head | PREV] || head;
    links[last | NEXT] = node;
    links[head | PREV] = node;
    links[node | NEXT] = head;
    links[node | PREV] = last;
    child.parent = parent;
  }

  /**
   * Takes a child out of its parent's children.
   *
   * Locking: needs tasklistLock for writing.
   *
   * @internal
   * @param child The child.
   */
  disown(child: Task): void {
    if (child.kernel.watchedBy > 0) assertFamilyHeld(child, "disown()");
    const links = this.#links;
    const node = child.pid << BITS | SIBLING;
    const next = links[node | NEXT];
    const prev = links[node | PREV];
    links[prev | NEXT] = next;
    links[next | PREV] = prev;
    links[node | NEXT] = links[node | PREV] = 0;
  }

  /**
   * Lets a thread be the child that its leader was, after the two have exchanged their pids: its place among the siblings
   * goes with the pid, and its children come after it. The leader has ended, and so has none.
   *
   * Locking: needs tasklistLock for writing.
   *
   * @internal
   * @param leader The old leader.
   * @param heir The thread, with the leader's old pid.
   */
  takeOver(leader: Task, heir: Task): void {
    if (heir.kernel.watchedBy > 0) assertFamilyHeld(heir, "takeOver()");
    const links = this.#links;
    const from = leader.pid << BITS;
    const to = heir.pid << BITS;
    heir.parent = leader.parent;
    if ((links[from | NEXT] & SIBLING) !== 0) {
      links[to | NEXT] = links[from | NEXT];
      links[to | PREV] = links[from | PREV];
      links[links[to | NEXT] | PREV] = links[links[to | PREV] | NEXT] = to;
    }
    links[from | NEXT] = links[from | PREV] = 0;
  }

  /**
   * Whether a task has children, ended ones included.
   *
   * @param task A task on the task list.
   * @returns Whether it has any.
   */
  hasChildren(task: Task): boolean {
    return (this.#links[task.pid << BITS | NEXT] & SIBLING) !== 0;
  }

  /**
   * The oldest child of a task.
   *
   * @param task The parent.
   * @returns The child, or null when it has none.
   */
  firstChild(task: Task): Task | null {
    return this.#relative(task, NEXT);
  }

  /**
   * The youngest child of a task.
   *
   * @param task The parent.
   * @returns The child, or null when it has none.
   */
  lastChild(task: Task): Task | null {
    return this.#relative(task, PREV);
  }

  /**
   * The sibling that is next younger than a task.
   *
   * @param task The task.
   * @returns The sibling; null for the youngest, for a thread, and for what is on no task list.
   */
  nextSibling(task: Task): Task | null {
    return this.#relative(task, SIBLING | NEXT);
  }

  /**
   * The sibling that is next older than a task.
   *
   * @param task The task.
   * @returns The sibling; null for the oldest, for a thread, and for what is on no task list.
   */
  prevSibling(task: Task): Task | null {
    return this.#relative(task, SIBLING | PREV);
  }

  #relative(task: Task, link: number): Task | null {
    // The pid of a task that is gone may be another one's by now.
    if (this.#pids.find(task.pid) !== task) return null;
    const node = this.#links[task.pid << BITS | link];
    return (node & SIBLING) === 0 ? null : this.#pids.find(node >> BITS);
  }
}

function assertFamilyHeld(task: Task, call: string): void {
  assertHeld(task.kernel.tasklistLock.state, "write", call);
}

/** Whether a task is of a process, or descends from it. */
export function isAbove(leader: Task, task: Task): boolean {
  for (let at: Task | null = task.groupLeader; at !== null; at = at.parent?.groupLeader ?? null) {
    if (at === leader) return true;
  }
  return false;
}

/*
 * The threads of a group are a ring inside the tasks. Guarded by tasklistLock.
 */

/** Adds a thread to a group, as its last one. */
export function joinThreads(leader: Task, thread: Task): void {
  if (thread.kernel.watchedBy > 0) assertFamilyHeld(thread, "joinThreads()");
  const last = leader.prevThread;
  thread.groupLeader = leader;
  thread.prevThread = last;
  thread.nextThread = leader;
  last.nextThread = thread;
  leader.prevThread = thread;
  leader.liveThreads++;
}

/** Takes a thread out of the ring of its group. */
export function leaveThreads(thread: Task): void {
  if (thread.kernel.watchedBy > 0) assertFamilyHeld(thread, "leaveThreads()");
  thread.nextThread.prevThread = thread.prevThread;
  thread.prevThread.nextThread = thread.nextThread;
  thread.nextThread = thread.prevThread = thread;
}
