import { formatTaken, type Place } from "./report.ts";
import { EXIT_DEAD, type Task } from "./task.ts";
import type { KernelWorld } from "./world.ts";

/**
 * Takes a reference to a task, so that it does not vanish (get_task_struct).
 *
 * @param task The task.
 * @throws {KernelBug} When it was freed.
 */
export function getTaskStruct(task: Task): void {
  if (task.usage === 0) task.kernel.useAfterFree("take a reference to", task);
  task.usage++;
}

/**
 * Gives a reference back (put_task_struct). The task is freed with the last one.
 *
 * @param task The task.
 * @throws {KernelBug} When it was freed.
 */
export function putTaskStruct(task: Task): void {
  if (task.usage === 0) task.kernel.useAfterFree("drop a reference to", task);
  task.usage--;
  if (task.usage === 0 && task.subscribers !== null) reportLeft(task);
}

/** Reports the subscribers that are left on a freed task. No code can take them off any more. */
function reportLeft(task: Task): void {
  const kernel = task.kernel;
  kernel.report("subscriber-leak", `${task} was freed with subscribers on its list`, {
    lines: kernel.callouts?.subscribersOf(task).map((name) => `still subscribed: ${name}`),
  });
}

/**
 * A counted reference to a task (get_task_struct, put_task_struct). The task does not vanish until the reference is put.
 * A reference that is never put is reported at shutdown.
 *
 * @example
 * ```ts
 * import { boot, getTaskStruct, KernelBug, putTaskStruct, TaskReference } from "@pnotify/pnotify";
 * import { assertEquals, assertThrows } from "@std/assert";
 * const { kernel } = boot();
 * const shell = kernel.fork(kernel.init);
 * const reference = new TaskReference(shell);
 * getTaskStruct(shell);
 * kernel.exit(shell);
 * assertEquals([shell.state, shell.usage], ["X", 2]);
 * putTaskStruct(shell);
 * reference.put();
 * assertThrows(() => kernel.checkTask("count", shell), KernelBug, "it was freed");
 * assertThrows(() => kernel.useAfterFree("count", shell), KernelBug, "it was freed");
 * ```
 */
export class TaskReference implements Disposable {
  /** The task. */
  readonly task: Task;
  /** Where it was taken, while checks are on. */
  readonly taken: Place | null;
  #held = true;

  /**
   * Takes a reference to a task that was not freed.
   *
   * @param task The task; a reference to it is taken.
   */
  constructor(task: Task) {
    getTaskStruct(task);
    this.task = task;
    const kernel = task.kernel;
    this.taken = kernel.references === null ? null : kernel.place();
    kernel.references?.add(this);
  }

  /**
   * Gives the reference back (put_task_struct).
   *
   * @throws {KernelBug} When it was given back before.
   */
  put(): void {
    const kernel = this.task.kernel;
    if (!this.#held) {
      kernel.bug("double-put", `Cannot put the reference to ${this.task}: it was put before`, {
        taken: this.taken ?? undefined,
        lines: this.taken === null ? [] : [`taken ${formatTaken(this.taken)}`],
      });
    }
    this.#held = false;
    kernel.references?.delete(this);
    putTaskStruct(this.task);
  }

  /** Gives the reference back unless that is done already. */
  [Symbol.dispose](): void {
    if (this.#held) this.put();
  }
}

/** Finds a task and takes a reference under one lock, so that the task cannot vanish in between. */
export function getTaskByPid(kernel: KernelWorld, pid: number): TaskReference | null {
  kernel.tasklistLock.readLock();
  try {
    const task = kernel.pids.find(pid);
    return task === null || task.state === EXIT_DEAD ? null : new TaskReference(task);
  } finally {
    kernel.tasklistLock.readUnlock();
  }
}
