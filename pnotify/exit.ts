import type { Kernel } from "../kernel/kernel.ts";
import { lockWrite, unlockWrite } from "../kernel/lock.ts";
import type { Task } from "../kernel/task.ts";
import type { PnotifyEvents } from "./events.ts";
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
import { firstSubscriber, type Subscriber, unlink } from "./subscriber.ts";

/**
 * Tells every subscriber that a task ends, in list order, and takes each off the list after its hook (A48). Those that
 * want to hear when it is freed stay, unless the task never ran.
 */
export function exitSubscribers(kernel: Kernel, task: Task, rollback: boolean): void {
  lockWrite(task);
  try {
    let kept: Subscriber<unknown> | null = null;
    let lastKept: Subscriber<unknown> | null = null;
    for (;;) {
      // Always the first: a hook may have taken others off the list.
      const subscriber = firstSubscriber(task);
      if (subscriber === null) break;
      callExit(kernel, task, subscriber, rollback);
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

/**
 * Calls one exit hook and counts the exit. A fault in it does not keep the others from being called.
 *
 * @param rollback Whether that undoes a fork or a registration.
 * @param events Whose hook is called: the one being unregistered, which need not be the subscriber's own (A25).
 */
export function callExit(
  kernel: Kernel,
  task: Task,
  subscriber: Subscriber<unknown>,
  rollback: boolean,
  events: PnotifyEvents<unknown> = subscriber.entry.events,
): void {
  const { entry } = subscriber;
  // A global one has no subscription that would end.
  if (entry.watcher === null) entry.counts.exit++;
  if (events.exit === null) return;
  const outer = beginHook(kernel, entry, "exit", task);
  try {
    if (hookFails(kernel, entry, "exit")) throw INJECTED;
    const answer: unknown = events.exit(task, subscriber);
    if (answer !== undefined) checkVoid(answer);
    if (kernel.trace !== null) traceHook(kernel, entry, "exit", task, { rollback });
  } catch (error) {
    voidHookError(kernel, entry, "exit", task, error, rollback);
  } finally {
    endHook(kernel, outer);
  }
}
