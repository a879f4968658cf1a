import { KernelError } from "./errno.ts";
import { isAbove } from "./family.ts";
import { CLONE_THREAD, duplicate, publishQuietly } from "./fork.ts";
import { lockWrite, unlockWrite } from "./lock.ts";
import { TASK_COMM_LENGTH } from "./program.ts";
import { changedParent, moveChild } from "./reparent.ts";
import { EXIT_DEAD, PF_HAS_SUBREAPER, PF_SUBREAPER, type Task, TASK_NEW } from "./task.ts";
import type { KernelWorld } from "./world.ts";

/** What is known of a task that was there before anybody looked. */
export interface AdoptOptions {
  /** Its pid; the next free one by default. */
  readonly pid?: number;
  /** Its comm; that of its parent by default. */
  readonly comm?: string;
  /** Whether it is a thread of the parent's process rather than a child. */
  readonly thread?: boolean;
}

/**
 * Puts a task on the list that was not forked here: it existed before this world began to look. No fork hook runs, for
 * there was no fork; init hooks do, as they would have at registration (A14).
 */
export function adoptTask(kernel: KernelWorld, parent: Task, options: AdoptOptions): Task {
  const flags = options.thread ? CLONE_THREAD : 0;
  const task = duplicate(kernel, parent, flags, options.pid);
  parent.credentials.user.tasks++;
  if (options.comm !== undefined) task.comm = options.comm.slice(0, TASK_COMM_LENGTH);
  publishQuietly(kernel, task, parent, flags);
  kernel.callouts?.init?.(task);
  return task;
}

/** Corrects the parent of a process: an adoption that happened where nobody saw it. */
export function correctParent(kernel: KernelWorld, task: Task, to: Task): void {
  const child = task.groupLeader;
  checkParent(child, to);
  const from = child.parent!;
  lockWrite(kernel.tasklistLock.state);
  moveChild(kernel, child, to);
  if (to.groupLeader.flags & (PF_SUBREAPER | PF_HAS_SUBREAPER)) child.flags |= PF_HAS_SUBREAPER;
  changedParent(kernel, child, from, to);
  unlockWrite(kernel.tasklistLock.state);
  if (kernel.deferred !== null) kernel.runDeferred();
}

/** Nobody adopts one that is on no task list, and nobody descends from himself. */
function checkParent(child: Task, to: Task): void {
  if (child.state === EXIT_DEAD || child.state === TASK_NEW) {
    throw refuse("ESRCH", child, "it is not on the task list", "one that is on it is wanted");
  }
  if (isAbove(child, to)) {
    throw refuse("EINVAL", child, `${to} descends from it`, "a task that does not is wanted");
  }
}

function refuse(
  code: "EINVAL" | "ESRCH",
  child: Task,
  found: string,
  wanted: string,
): KernelError {
  return new KernelError(code, {
    action: "correct the parent of",
    name: String(child),
    found,
    wanted,
  });
}
