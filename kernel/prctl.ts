import { KernelError } from "./errno.ts";
import { TASK_COMM_LENGTH } from "./program.ts";
import { PF_HAS_SUBREAPER, PF_SUBREAPER, type Task } from "./task.ts";
import type { KernelWorld } from "./world.ts";

/** Renames a task without exec (PR_SET_NAME). Longer names are cut. */
export function rename(kernel: KernelWorld, task: Task, comm: string): void {
  if (typeof comm !== "string") {
    throw new KernelError("EINVAL", {
      action: "rename",
      name: String(task),
      found: `the comm is of type ${typeof comm}`,
      wanted: "a string is wanted",
    });
  }
  const oldComm = task.comm;
  const from = String(task);
  task.comm = comm.slice(0, TASK_COMM_LENGTH);
  if (kernel.trace !== null) {
    kernel.trace.emit({ type: "rename", task: String(task), pid: task.pid, from });
  }
  kernel.notify("rename", task, oldComm);
}

/** Makes a process adopt the orphans below it, or stop doing so (PR_SET_CHILD_SUBREAPER). */
export function setSubreaper(task: Task, on: boolean): void {
  const leader = task.groupLeader;
  if (!on) {
    leader.flags &= ~PF_SUBREAPER;
    return;
  }
  leader.flags |= PF_SUBREAPER;
  markDescendants(leader);
}

/** Marks the descendants of a new subreaper. A marked process looks for a subreaper when its parent ends. */
function markDescendants(subreaper: Task): void {
  const pending: Task[] = [subreaper];
  for (let task = pending.pop(); task !== undefined; task = pending.pop()) {
    let thread = task;
    do {
      for (let child = thread.firstChild; child !== null; child = child.nextSibling) {
        child.flags |= PF_HAS_SUBREAPER;
        pending.push(child);
      }
      thread = thread.nextThread;
    } while (thread !== task);
  }
}
