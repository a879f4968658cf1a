import { assertHeld } from "./lock.ts";
import { PF_EXITING, PF_HAS_SUBREAPER, PF_SUBREAPER, type Task } from "./task.ts";
import { hasEnded, notifyParent } from "./wait.ts";
import type { KernelWorld } from "./world.ts";

/** Gives the children of a dying task to another parent (forget_original_parent). Needs tasklistLock for writing. */
export function reparentChildren(kernel: KernelWorld, father: Task): void {
  if (kernel.checkedBy > 0) assertHeld(kernel.tasklistLock.state, "write", "reparentChildren()");
  const reaper = findReaper(kernel, father);
  for (let child = father.firstChild; child !== null; child = father.firstChild) {
    moveChild(kernel, child, reaper);
    // A move to another thread of the same process is neither traced nor notified.
    if (reaper.groupLeader !== father.groupLeader) changedParent(kernel, child, father, reaper);
  }
}

/** Makes a process with all its threads the youngest child of another parent. Needs tasklistLock for writing. */
export function moveChild(kernel: KernelWorld, child: Task, parent: Task): void {
  if (kernel.checkedBy > 0) assertHeld(kernel.tasklistLock.state, "write", "moveChild()");
  kernel.family.disown(child);
  kernel.family.adopt(parent, child);
  for (let thread = child.nextThread; thread !== child; thread = thread.nextThread) {
    thread.parent = parent;
  }
}

/** Traces and notifies a new parent, and tells it if the child has ended. Needs tasklistLock for writing. */
export function changedParent(kernel: KernelWorld, child: Task, father: Task, reaper: Task): void {
  if (kernel.checkedBy > 0) assertHeld(kernel.tasklistLock.state, "write", "changedParent()");
  if (kernel.trace !== null) {
    kernel.trace.emit({
      type: "reparent",
      task: String(child),
      pid: child.pid,
      from: String(father),
      to: String(reaper),
    });
  }
  if (child.subscribers !== null || kernel.globalCallouts !== null) {
    kernel.deferReparent(child, father);
  }
  // The old parent cannot reap it any more, so the new one is told.
  if (hasEnded(child)) notifyParent(kernel, child);
}

/** A live thread of the same process, else the nearest living subreaper above, else init (find_new_reaper). */
function findReaper(kernel: KernelWorld, father: Task): Task {
  const sibling = liveThread(father);
  if (sibling !== null) return sibling;
  if (father.groupLeader.flags & PF_HAS_SUBREAPER) {
    let ancestor = father.groupLeader.parent?.groupLeader ?? null;
    while (ancestor !== null && ancestor !== kernel.init) {
      const thread = ancestor.flags & PF_SUBREAPER ? liveThread(ancestor) : null;
      if (thread !== null) return thread;
      ancestor = ancestor.parent?.groupLeader ?? null;
    }
  }
  return kernel.init;
}

function liveThread(task: Task): Task | null {
  let thread = task;
  do {
    if (!(thread.flags & PF_EXITING)) return thread;
    thread = thread.nextThread;
  } while (thread !== task);
  return null;
}
