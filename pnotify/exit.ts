import type { Kernel } from "../kernel/kernel.ts";
import { lockWrite, unlockWrite } from "../kernel/lock.ts";
import type { Task } from "../kernel/task.ts";
import { type HookCall, hookCall, tellHook } from "./hook.ts";
import { detach } from "./subscribe.ts";
import { firstSubscriber, type Subscriber, unlink } from "./subscriber.ts";

/**
 * Tells every subscriber that a task ends, in list order, and takes each off the list after its hook (A48). A
 * subscriber with a free hook stays, unless the task never ran.
 */
export function exitSubscribers(kernel: Kernel, task: Task, rollback: boolean): void {
  lockWrite(task);
  try {
    let kept: Subscriber<unknown> | null = null;
    let lastKept: Subscriber<unknown> | null = null;
    for (;;) {
      // Take the first one each time: a hook may have taken others off the list.
      const subscriber = firstSubscriber(task);
      if (subscriber === null) break;
      tellExit(hookCall(kernel, "exit", task, subscriber, rollback));
      if (rollback || subscriber.entry.events.free === null) {
        detach(kernel, task, subscriber);
      } else if (unlink(task, subscriber)) {
        subscriber.entry.count++;
        subscriber.entry.exited!.set(subscriber, task);
        subscriber.next = null;
        if (lastKept === null) kept = subscriber;
        else lastKept.next = subscriber;
        lastKept = subscriber;
      }
    }
    task.subscribers = kept;
  } finally {
    unlockWrite(task);
  }
}

/** Calls an exit hook, where there is one, and counts the exit. */
export function tellExit(call: HookCall): void {
  const { entry } = call.subscriber;
  // A global structure has no subscription that could end.
  if (entry.watcher === null) entry.counts.exit++;
  if (call.events.exit !== null) tellHook(call);
}
