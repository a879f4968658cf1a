import type { Kernel } from "../kernel/kernel.ts";
import { lockRead, unlockRead } from "../kernel/lock.ts";
import type { Task } from "../kernel/task.ts";
import { hookCall, tellHook } from "./hook.ts";
import { firstSubscriber } from "./subscriber.ts";

/** Tells every subscriber of a task that it runs a new program, in list order (A51). */
export function execSubscribers(kernel: Kernel, task: Task): void {
  lockRead(task);
  try {
    for (let at = firstSubscriber(task); at !== null; at = at.next) {
      if (at.entry.events.exec !== null) tellHook(hookCall(kernel, "exec", task, at));
    }
  } finally {
    unlockRead(task);
  }
}
