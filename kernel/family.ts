import type { Task } from "./task.ts";
import * as fromTask from "./task.ts";

// V8 reads an import anew at each use, and a constant never: "Hot imports" in docs/decisions.md.
const { NO_PID } = fromTask;

/*
 * The family tree, and the threads of a group, as links inside the tasks. All of it is guarded by tasklistLock.
 * Children are in order of age; the oldest one's prevSibling is the youngest, so that both ends are at hand.
 *
 * Siblings are linked by pid: a reference that is stored into an old object is one that the garbage collector must be
 * told of, and each fork and reap would store three. It also lets a thread that takes over a pid take over its place.
 */

/** Appends a child to a parent's children. The child has its pid, and need not be on the task list yet. */
export function adopt(parent: Task, child: Task): void {
  child.parent = parent;
  child.nextSiblingPid = NO_PID;
  if (parent.firstChildPid === NO_PID) {
    parent.firstChildPid = child.prevSiblingPid = child.pid;
    return;
  }
  const { tasks } = parent.kernel.pids;
  const first = tasks[parent.firstChildPid]!;
  const last = tasks[first.prevSiblingPid]!;
  last.nextSiblingPid = child.pid;
  child.prevSiblingPid = last.pid;
  first.prevSiblingPid = child.pid;
}

/** Takes a child out of its parent's children. */
export function disown(child: Task): void {
  const { nextSiblingPid, prevSiblingPid } = child;
  const parent = child.parent!;
  const { tasks } = child.kernel.pids;
  const isOldest = parent.firstChildPid === child.pid;
  if (isOldest) parent.firstChildPid = nextSiblingPid;
  else tasks[prevSiblingPid]!.nextSiblingPid = nextSiblingPid;
  if (nextSiblingPid !== NO_PID) tasks[nextSiblingPid]!.prevSiblingPid = prevSiblingPid;
  else if (!isOldest) tasks[parent.firstChildPid]!.prevSiblingPid = prevSiblingPid;
  child.nextSiblingPid = NO_PID;
  child.prevSiblingPid = NO_PID;
}

/** Puts one task in another's place among its siblings, after it has got the other's pid: all links to it are right. */
export function replaceChild(old: Task, heir: Task): void {
  heir.parent = old.parent;
  heir.nextSiblingPid = old.nextSiblingPid;
  heir.prevSiblingPid = old.prevSiblingPid;
  old.nextSiblingPid = NO_PID;
  old.prevSiblingPid = NO_PID;
}

/** Whether a task is of a process, or descends from it. */
export function isAbove(leader: Task, task: Task): boolean {
  for (let at: Task | null = task.groupLeader; at !== null; at = at.parent?.groupLeader ?? null) {
    if (at === leader) return true;
  }
  return false;
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
