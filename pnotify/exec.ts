import type { Kernel } from "../kernel/kernel.ts";
import { lockRead, unlockRead } from "../kernel/lock.ts";
import type { Program } from "../kernel/program.ts";
import type { Task } from "../kernel/task.ts";
import { askHook, hookCall, tellHook } from "./hook.ts";
import { firstSubscriber } from "./subscriber.ts";

/**
 * Asks every subscriber of a task whether it may execute a program, in list order. Throws the error of the first one that
 * refuses. Nothing has changed, so those that agreed have nothing to undo.
 */
export function askCanExec(kernel: Kernel, task: Task, program: Program): void {
  lockRead(task);
  try {
    for (let at = firstSubscriber(task); at !== null; at = at.next) {
      if (at.entry.events.canExec !== null) askHook(hookCall(kernel, "canExec", task, at), program);
    }
  } finally {
    unlockRead(task);
  }
}

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
