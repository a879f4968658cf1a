import type { FurtherEvent, FurtherEvents } from "../kernel/callouts.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { lockRead, lockWrite, unlockRead, unlockWrite } from "../kernel/lock.ts";
import type { Task } from "../kernel/task.ts";
import { hookCall, tellHook } from "./hook.ts";
import { detach } from "./subscribe.ts";
import { firstSubscriber } from "./subscriber.ts";

/** Tells a task's subscribers of a further event, in list order. Those without a hook for it are skipped. */
export function furtherSubscribers<E extends FurtherEvent>(
  kernel: Kernel,
  event: E,
  task: Task,
  detail: FurtherEvents[E],
): void {
  if (event === "free") return freeSubscribers(kernel, task);
  lockRead(task);
  try {
    for (let at = firstSubscriber(task); at !== null; at = at.next) {
      if (at.entry.events[event] !== null) tellHook(hookCall(kernel, event, task, at), detail);
    }
  } finally {
    unlockRead(task);
  }
}

/** Tells the subscribers that wait for free that the task is reaped, and takes them off the list. */
function freeSubscribers(kernel: Kernel, task: Task): void {
  lockWrite(task);
  try {
    for (;;) {
      const subscriber = firstSubscriber(task);
      if (subscriber === null) return;
      const call = hookCall(kernel, "free", task, subscriber);
      if (call.events.free !== null) tellHook(call, null);
      detach(kernel, task, subscriber);
    }
  } finally {
    unlockWrite(task);
  }
}
