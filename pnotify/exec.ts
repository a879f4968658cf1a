import type { Kernel } from "../kernel/kernel.ts";
import { lockRead, unlockRead } from "../kernel/lock.ts";
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
import { firstSubscriber, type Subscriber } from "./subscriber.ts";

/** Tells every subscriber of a task that it runs a new program, in list order (A51). */
export function execSubscribers(kernel: Kernel, task: Task): void {
  lockRead(task);
  try {
    for (let at = firstSubscriber(task); at !== null; at = at.next) {
      if (at.entry.events.exec !== null) callExec(kernel, task, at);
    }
  } finally {
    unlockRead(task);
  }
}

/** Calls one exec hook. A fault in it does not keep the others from being called. */
export function callExec(kernel: Kernel, task: Task, subscriber: Subscriber<unknown>): void {
  const { entry } = subscriber;
  const outer = beginHook(kernel, entry, "exec", task);
  try {
    if (hookFails(kernel, entry, "exec")) throw INJECTED;
    const answer: unknown = entry.events.exec!(task, subscriber);
    if (answer !== undefined) checkVoid(answer);
    if (kernel.trace !== null) traceHook(kernel, entry, "exec", task);
  } catch (error) {
    voidHookError(kernel, entry, "exec", task, error);
  } finally {
    endHook(kernel, outer);
  }
}
