import { assertHeld } from "./lock.ts";
import type { PidTable } from "./pid.ts";
import { PAGED_PIDS } from "./pid_pages.ts";
import type { Task } from "./task.ts";

/*
 * The index of a pid is the pid itself, or the place that PidTable gave it. Each index has two nodes: the head of the list of its children, and its own place in the list of its parent. The head
 * and the places of the children form a ring (list_head). So the first and the last child need no special case. A link
 * that was never set is 0, and so is a link to the head of pid 0. A walk ends at 0. A head without children links to
 * itself or to 0.
 *
 * The nodes of an index are `index << BITS` and `index << BITS | SIBLING`. The links of a node are `node | NEXT` and
 * `node | PREV`.
 */

const BITS = 2;
const SIBLING = 2;
const NEXT = 0;
const PREV = 1;

/**
 * The family tree (`children` and `sibling` of task_struct): each parent with its children in order of age. Guarded by
 * tasklistLock.
 *
 * The links are numbers in an array by index, and not references in the tasks. A fork or reap changes the links of three
 * relatives. With many tasks these are in no cache, and V8 records each reference that is stored in an old object. A
 * thread that takes over a pid also takes over the place of that pid in the family.
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

  /** @internal Makes a family without members, with room for so many indexes. */
  constructor(pids: PidTable, length: number) {
    this.#pids = pids;
    this.#links = new Int32Array(length << BITS);
  }

  /** @internal Makes room for more indexes, before the first of them is given out. */
  grow(length: number): void {
    const links = new Int32Array(length << BITS);
    links.set(this.#links);
    this.#links = links;
  }

  /**
   * @internal Appends a child to the children of a parent. The child has no other parent, and may be on no task list.
   *
   * Locking: needs tasklistLock for writing.
   */
  adopt(parent: Task, child: Task): void {
    if (child.kernel.checkedBy > 0) assertFamilyHeld(child, "adopt()");
    const links = this.#links;
    const head = this.#headOf(parent);
    const node = this.#headOf(child) | SIBLING;
    const last = links[head | PREV] || head;
    links[last | NEXT] = node;
    links[head | PREV] = node;
    links[node | NEXT] = head;
    links[node | PREV] = last;
    child.parent = parent;
  }

  /**
   * @internal Takes a child out of its parent's children.
   *
   * Locking: needs tasklistLock for writing.
   */
  disown(child: Task): void {
    if (child.kernel.checkedBy > 0) assertFamilyHeld(child, "disown()");
    const links = this.#links;
    const node = this.#headOf(child) | SIBLING;
    const next = links[node | NEXT];
    const prev = links[node | PREV];
    links[prev | NEXT] = next;
    links[next | PREV] = prev;
    links[node | NEXT] = links[node | PREV] = 0;
  }

  /**
   * @internal Moves the family of a thread in exec, after it exchanged pids with its leader. The pid brought the
   * leader's place among the siblings. The thread gets the leader's parent, and its children move to its new pid. The
   * leader has ended, so it has no children.
   *
   * Locking: needs tasklistLock for writing.
   */
  takeOver(leader: Task, heir: Task): void {
    if (heir.kernel.checkedBy > 0) assertFamilyHeld(heir, "takeOver()");
    const links = this.#links;
    const from = this.#headOf(leader);
    const to = this.#headOf(heir);
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
    return (this.#links[this.#headOf(task) | NEXT] & SIBLING) !== 0;
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
   * @returns The sibling; null for the youngest, for a thread, and for a task on no task list.
   */
  nextSibling(task: Task): Task | null {
    return this.#relative(task, SIBLING | NEXT);
  }

  /**
   * The sibling that is next older than a task.
   *
   * @param task The task.
   * @returns The sibling; null for the oldest, for a thread, and for a task on no task list.
   */
  prevSibling(task: Task): Task | null {
    return this.#relative(task, SIBLING | PREV);
  }

  /** The node of the list of a task's children. */
  #headOf({ pid }: Task): number {
    return (pid < PAGED_PIDS ? pid : this.#pids.indexOf(pid)) << BITS;
  }

  #relative(task: Task, link: number): Task | null {
    // A task that was reaped may have a pid that another task has now.
    if (this.#pids.find(task.pid) !== task) return null;
    const node = this.#links[this.#headOf(task) | link];
    return (node & SIBLING) === 0 ? null : this.#pids.taskAt(node >> BITS);
  }
}

function assertFamilyHeld(task: Task, call: string): void {
  assertHeld(task.kernel.tasklistLock.state, "write", call);
}

/** Whether a task belongs to a process or descends from it. */
export function isAbove(leader: Task, task: Task): boolean {
  let ancestor: Task | null = task.groupLeader;
  while (ancestor !== null && ancestor !== leader) ancestor = ancestor.parent?.groupLeader ?? null;
  return ancestor === leader;
}

/*
 * The threads of a group form a ring inside the tasks. Guarded by tasklistLock.
 */

/** Adds a thread to a group, as the last in its ring. Needs tasklistLock for writing. */
export function joinThreads(leader: Task, thread: Task): void {
  if (thread.kernel.checkedBy > 0) assertFamilyHeld(thread, "joinThreads()");
  const last = leader.prevThread;
  thread.groupLeader = leader;
  thread.prevThread = last;
  thread.nextThread = leader;
  last.nextThread = thread;
  leader.prevThread = thread;
  leader.liveThreads++;
}

/** Takes a thread out of the ring of its group. Needs tasklistLock for writing. */
export function leaveThreads(thread: Task): void {
  if (thread.kernel.checkedBy > 0) assertFamilyHeld(thread, "leaveThreads()");
  thread.nextThread.prevThread = thread.prevThread;
  thread.prevThread.nextThread = thread.nextThread;
  thread.nextThread = thread.prevThread = thread;
}
