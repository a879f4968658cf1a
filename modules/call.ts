import { type ErrnoName, KernelError } from "../kernel/errno.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { Task } from "../kernel/task.ts";
import { TaskReference } from "../kernel/task_reference.ts";

/** The error that refuses a call. */
export function refuse(
  code: ErrnoName,
  action: string,
  name: unknown,
  found: string,
  wanted?: string,
): KernelError {
  return new KernelError(code, { action, name: String(name), found, wanted });
}

/** A task or its pid. */
export type TaskArgument = Task | number;

/**
 * Finds a task and takes a reference to it.
 *
 * @throws {KernelError} ESRCH when there is no such task, EINVAL when the argument is neither task nor pid.
 */
export function referTo(kernel: Kernel, argument: TaskArgument, action: string): TaskReference {
  if (argument instanceof Task) return new TaskReference(argument);
  if (typeof argument !== "number") {
    throw new KernelError("EINVAL", {
      action,
      found: argument === undefined ? "no task is given" : `the task is of type ${typeof argument}`,
      wanted: "a task or its pid is wanted",
    });
  }
  const reference = kernel.getTask(argument);
  if (reference !== null) return reference;
  throw refuse("ESRCH", action, argument, "no such task", "the pid of a task is wanted");
}

/** Uses a task and holds a reference to it meanwhile. */
export function withTask<T>(
  kernel: Kernel,
  argument: TaskArgument,
  action: string,
  use: (task: Task) => T,
): T {
  const reference = referTo(kernel, argument, action);
  try {
    return use(reference.task);
  } finally {
    reference.put();
  }
}

/** Makes a call on behalf of a task, like a system call. Signals are delivered when the outermost call returns. */
export function callAs<T>(
  kernel: Kernel,
  syscall: string,
  argument: TaskArgument,
  action: string,
  call: (task: Task) => T,
): T {
  return withTask(kernel, argument, action, (task) => {
    kernel.enter(syscall, task);
    try {
      return call(task);
    } finally {
      kernel.leave();
    }
  });
}

/** Refuses options that are no object, so that the caller gets a KernelError and no TypeError. */
export function checkOptions(action: string, options: unknown): void {
  if (typeof options === "object" && options !== null) return;
  throw new KernelError("EINVAL", {
    action,
    found: options === null || options === undefined
      ? "no options are given"
      : `the options are of type ${typeof options}`,
    wanted: "an object is wanted",
  });
}
