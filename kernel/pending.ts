import { type ErrnoName, KernelError } from "./errno.ts";
import {
  PF_EXITING,
  type Task,
  TASK_INTERRUPTIBLE,
  TASK_RUNNING,
  TASK_UNINTERRUPTIBLE,
} from "./task.ts";
import type { KernelWorld } from "./world.ts";

/**
 * A call that may sleep (wait_event_interruptible). It is done at once, or when the sleeper is woken. A signal ends an
 * interruptible one with EINTR.
 *
 * @example
 * ```ts
 * import { boot } from "@pnotify/pnotify";
 * import { assertEquals } from "@std/assert";
 * const { kernel } = boot();
 * const shell = kernel.fork(kernel.init);
 * const child = kernel.fork(shell);
 * const status = kernel.wait(shell);
 * assertEquals([status.done, shell.state], [false, "S"]);
 * kernel.exit(child, 3);
 * assertEquals([status.done, shell.state], [true, "R"]);
 * assertEquals(status.value?.status, 3 << 8);
 * ```
 */
export class Pending<T> {
  /** Whether the call has returned. */
  done = false;
  /** What it returned; null while it has not, or when it failed. */
  value: T | null = null;
  /** Why it failed, or null. */
  errno: ErrnoName | null = null;
  /** Whether a signal ends it. */
  declare readonly interruptible: boolean;
  /** Whether a fatal signal ends it although it is not interruptible, as in vfork. */
  declare killable: boolean;
  /** The task that sleeps. */
  declare readonly task: Task;

  /**
   * Makes a call that has not returned. The task does not sleep yet.
   *
   * @param task The task that made the call.
   * @param interruptible Whether a signal ends it.
   */
  constructor(task: Task, interruptible: boolean) {
    this.task = task;
    this.interruptible = interruptible;
    this.killable = interruptible;
  }
}

/** A call that is done without a sleep. */
export function returned<T>(task: Task, value: T | null): Pending<T> {
  const pending = new Pending<T>(task, true);
  pending.done = true;
  pending.value = value;
  return pending;
}

/**
 * Notes the call that a task is about to sleep on (prepare_to_wait). A caller that sleeps on a condition still holds the
 * lock of the condition. So an event before the sleep is not missed: it ends the call.
 */
export function prepareToSleep(kernel: KernelWorld, pending: Pending<unknown>): void {
  const task = pending.task;
  // A sleeping task must not call the kernel, and enter() has reported this call. Its first sleep ends here.
  if (task.sleep !== null && task.sleep !== pending) wakeUp(kernel, task.sleep, null, "EINTR");
  task.sleep = pending;
}

/** Puts a task to sleep on a call. It refuses a task that is exiting, as no code would wake that task. */
export function fallAsleep(kernel: KernelWorld, pending: Pending<unknown>): void {
  if (kernel.lockdep !== null) kernel.lockdep.mightSleep("sleeping");
  const task = pending.task;
  if (task.flags & PF_EXITING) {
    task.sleep = null;
    throw new KernelError("ESRCH", {
      action: "put to sleep",
      name: String(task),
      found: "it is exiting",
      wanted: "a running task is wanted",
    });
  }
  prepareToSleep(kernel, pending);
  task.state = pending.interruptible ? TASK_INTERRUPTIBLE : TASK_UNINTERRUPTIBLE;
  if (kernel.trace !== null) {
    kernel.trace.emit({ type: "sleep", task: String(task), pid: task.pid });
  }
}

/** Ends a sleep. The call returns a value, or fails with an error when one is given. */
export function wakeUp<T>(
  kernel: KernelWorld,
  pending: Pending<T>,
  value: T | null,
  errno: ErrnoName | null = null,
): void {
  if (pending.done) return;
  pending.done = true;
  pending.value = value;
  pending.errno = errno;
  const task = pending.task;
  if (task.sleep !== pending) return;
  task.sleep = null;
  task.state = TASK_RUNNING;
  if (kernel.trace !== null) {
    kernel.trace.emit({ type: "wake", task: String(task), pid: task.pid, errno });
  }
}

/**
 * A queue of tasks that sleep until they are woken (wait_queue_head_t), for modules.
 *
 * @example
 * ```ts
 * import { boot } from "@pnotify/pnotify";
 * import { WaitQueue } from "@pnotify/pnotify/kernel";
 * import { assertEquals } from "@std/assert";
 * const { kernel } = boot();
 * const queue = new WaitQueue<string>(kernel);
 * const task = kernel.fork(kernel.init);
 * const answer = queue.sleep(task);
 * queue.wakeAll("go");
 * assertEquals(answer.value, "go");
 * ```
 */
export class WaitQueue<T> {
  readonly #kernel: KernelWorld;
  readonly #waiting: Pending<T>[] = [];

  /**
   * Makes an empty queue (init_waitqueue_head).
   *
   * @param kernel The world.
   */
  constructor(kernel: KernelWorld) {
    this.#kernel = kernel;
  }

  /** How many tasks sleep in it. */
  get length(): number {
    let count = 0;
    for (const pending of this.#waiting) if (!pending.done) count++;
    return count;
  }

  /**
   * Puts a running task to sleep in the queue.
   *
   * @param task The task.
   * @param options Whether a signal ends the sleep with EINTR; true by default.
   * @returns The call, to be completed by {@linkcode WaitQueue.wakeAll} or by a signal.
   * @throws {KernelError} ESRCH when the task has ended or is exiting.
   */
  sleep(task: Task, options: { interruptible?: boolean } = {}): Pending<T> {
    this.#kernel.enter("sleep", task);
    try {
      const pending = new Pending<T>(task, options.interruptible ?? true);
      fallAsleep(this.#kernel, pending);
      this.#waiting.push(pending);
      return pending;
    } finally {
      this.#kernel.leave();
    }
  }

  /**
   * Wakes every task in the queue, in the order in which they fell asleep.
   *
   * @param value What their calls return.
   * @returns How many were woken.
   */
  wakeAll(value: T): number {
    let woken = 0;
    // This is a call, so that leave() delivers the signals that had to wait for a sleeper.
    this.#kernel.enter("wake", null);
    try {
      for (const pending of this.#waiting.splice(0)) {
        if (pending.done) continue;
        wakeUp(this.#kernel, pending, value);
        woken++;
      }
    } finally {
      this.#kernel.leave();
    }
    return woken;
  }
}
