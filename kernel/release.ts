import { leaveThreads } from "./family.ts";
import { assertHeld } from "./lock.ts";
import { leaveGroup } from "./process_group.ts";
import { EXIT_DEAD, PF_THREAD, type Task } from "./task.ts";
import { putTaskStruct } from "./task_reference.ts";
import type { KernelWorld } from "./world.ts";

/**
 * Takes an ended task off the task list (release_task). Its pid is free from here on. The task is freed with its last
 * reference. Needs tasklistLock for writing. The free callout waits until that lock is dropped.
 */
export function releaseTask(kernel: KernelWorld, task: Task): void {
  if (kernel.checkedBy > 0) assertHeld(kernel.tasklistLock.state, "write", "releaseTask()");
  if (task.flags & PF_THREAD) {
    leaveThreads(task);
  } else {
    kernel.family.disown(task);
    leaveGroup(kernel, task);
  }
  kernel.pids.withdraw(task);
  task.credentials.user.tasks--;
  task.state = EXIT_DEAD;
  const hearsFree = kernel.globalCallouts !== null && kernel.globalCallouts.wantsFree;
  if (task.subscribers !== null || hearsFree) kernel.deferFree(task);
  else putTaskStruct(task);
}
