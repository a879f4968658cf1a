import * as fromFamily from "./family.ts";
import type { Kernel } from "./kernel.ts";
import * as fromProcessGroup from "./process_group.ts";
import type { Task } from "./task.ts";
import * as fromTask from "./task.ts";
import * as fromTaskReference from "./task_reference.ts";

// V8 reads an import anew at each use, and a constant never: "Hot imports" in docs/decisions.md.
const { leaveThreads } = fromFamily;
const { leaveGroup } = fromProcessGroup;
const { EXIT_DEAD, PF_THREAD } = fromTask;
const { putTaskStruct } = fromTaskReference;

/**
 * Takes an ended task off the task list (release_task). Its pid is free from here on; the task itself goes with the
 * last reference. Holds tasklistLock for writing, so its callout is deferred until that is dropped.
 */
export function releaseTask(kernel: Kernel, task: Task): void {
  if (task.flags & PF_THREAD) {
    leaveThreads(task);
  } else {
    kernel.family.disown(task);
    leaveGroup(kernel, task);
  }
  kernel.pids.withdraw(task);
  task.credentials.user.tasks--;
  task.state = EXIT_DEAD;
  const isHeard = kernel.globalCallouts !== null && kernel.globalCallouts.wantsFree;
  if (task.subscribers !== null || isHeard) {
    kernel.deferFree(task);
  } else {
    putTaskStruct(task);
  }
}
