import type { Task } from "./task.ts";

/*
 * The family tree, and the threads of a group, as links inside the tasks. All of it is guarded by tasklistLock.
 * Children are in order of age; the oldest one's prevSibling is the youngest, so that both ends are at hand.
 */

/** Appends a child to a parent's children. */
export function adopt(parent: Task, child: Task): void {
  child.parent = parent;
  child.nextSibling = null;
  const first = parent.firstChild;
  if (first === null) {
    parent.firstChild = child;
    child.prevSibling = child;
    return;
  }
  const last = first.prevSibling;
  last.nextSibling = child;
  child.prevSibling = last;
  first.prevSibling = child;
}

/** Takes a child out of its parent's children. */
export function disown(child: Task): void {
  const parent = child.parent!;
  const next = child.nextSibling;
  const first = parent.firstChild!;
  if (first === child) parent.firstChild = next;
  else child.prevSibling.nextSibling = next;
  if (next !== null) next.prevSibling = child.prevSibling;
  else if (first !== child) first.prevSibling = child.prevSibling;
  child.nextSibling = null;
  child.prevSibling = child;
}

/** Puts one task in another's place among its siblings. */
export function replaceChild(old: Task, heir: Task): void {
  const parent = heir.parent = old.parent!;
  heir.nextSibling = old.nextSibling;
  if (old.prevSibling === old) {
    heir.prevSibling = heir;
  } else {
    heir.prevSibling = old.prevSibling;
  }
  if (parent.firstChild === old) parent.firstChild = heir;
  else heir.prevSibling.nextSibling = heir;
  if (heir.nextSibling !== null) heir.nextSibling.prevSibling = heir;
  else if (parent.firstChild !== heir) parent.firstChild!.prevSibling = heir;
  old.nextSibling = null;
  old.prevSibling = old;
}

/** Adds a thread to a group, as its last one. */
export function joinThreads(leader: Task, thread: Task): void {
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
  thread.nextThread.prevThread = thread.prevThread;
  thread.prevThread.nextThread = thread.nextThread;
  thread.nextThread = thread.prevThread = thread;
}
