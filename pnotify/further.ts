import type { FurtherEvent, FurtherEvents } from "../kernel/callouts.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { lockRead, lockWrite, unlockRead, unlockWrite } from "../kernel/lock.ts";
import type { Task } from "../kernel/task.ts";
import {
  beginHook,
  checkVoid,
  endHook,
  hookFails,
  INJECTED,
  traceHook,
  voidHookError,
} from "./hook.ts";
import { detach } from "./subscribe.ts";
import { firstSubscriber, type Subscriber } from "./subscriber.ts";

/** Tells those subscribers of a task that want to hear of a further event, in list order. */
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
      if (at.entry.events[event] !== null) callFurther(kernel, event, task, at, detail);
    }
  } finally {
    unlockRead(task);
  }
}

/** Tells those that stayed after exit that the task is reaped, and takes them off. */
function freeSubscribers(kernel: Kernel, task: Task): void {
  lockWrite(task);
  try {
    for (;;) {
      const subscriber = firstSubscriber(task);
      if (subscriber === null) return;
      if (subscriber.events.free !== null) callFurther(kernel, "free", task, subscriber, null);
      detach(kernel, task, subscriber);
    }
  } finally {
    unlockWrite(task);
  }
}

/** Calls one hook of a further event. A fault in it does not keep the others from being called. */
export function callFurther<E extends FurtherEvent>(
  kernel: Kernel,
  event: E,
  task: Task,
  subscriber: Subscriber<unknown>,
  detail: FurtherEvents[E],
): void {
  const { entry } = subscriber;
  const hook = entry.events[event] as unknown as (
    task: Task,
    subscriber: Subscriber<unknown>,
    detail: FurtherEvents[E],
  ) => void;
  const outer = beginHook(kernel, entry, event, task);
  try {
    if (hookFails(kernel, entry, event)) throw INJECTED;
    checkVoid(hook.call(entry.events, task, subscriber, detail));
    if (kernel.trace !== null) traceHook(kernel, entry, event, task);
  } catch (error) {
    voidHookError(kernel, entry, event, task, error);
  } finally {
    endHook(kernel, outer);
  }
}
