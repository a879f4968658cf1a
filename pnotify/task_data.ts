import type { Task } from "../kernel/task.ts";

/**
 * What a child gets of its parent's data: a shallow copy, the same value, a fresh one, or what a function makes of it.
 *
 * @typeParam D The data.
 */
export type Inheritance<D> =
  | "copy"
  | "share"
  | "none"
  | ((parentData: D, child: Task, parent: Task) => D);

/**
 * The life of a module's per-task data. Every value ends in exactly one `destroy`, on every path.
 *
 * @typeParam D The data.
 * @example
 * ```ts
 * import { boot, defineEvents, PNOTIFY_OK, type TaskData } from "@pnotify/pnotify";
 * import { assertEquals } from "@std/assert";
 * const ended: string[] = [];
 * const pages: TaskData<string[]> = {
 *   create: (task) => [task.comm],
 *   inherit: "copy",
 *   destroy: (data, task) => void ended.push(`${data} of ${task.pid}`),
 * };
 * const events = defineEvents({ name: "pages", taskData: pages, fork: () => PNOTIFY_OK });
 * const { kernel, pnotify } = boot();
 * pnotify.track(kernel.init, events);
 * kernel.exit(kernel.fork(kernel.init));
 * assertEquals(ended, ["init of 3"]);
 * ```
 */
export interface TaskData<D> {
  /**
   * Makes the data of a task that is subscribed without any.
   *
   * @param task The task.
   * @returns The data.
   */
  create(task: Task): D;
  /** What a child gets at fork; a fresh value by default, since nothing is copied by itself (A46). */
  readonly inherit?: Inheritance<D>;
  /**
   * Ends a value: its subscription is gone. A shared value ends with the last task that has it, and shared is also the
   * parent's own object when an `inherit` function hands it on. A module that puts another value into
   * `subscriber.data` ends the old one itself, and so does not replace what is shared.
   *
   * @param data The value.
   * @param task The task whose subscription ended last.
   */
  destroy?(data: D, task: Task): void;
}

/** A copy one level deep, of the same class. */
export function shallowCopy(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.slice();
  if (value instanceof Map) return new Map(value);
  if (value instanceof Set) return new Set(value);
  return Object.assign(Object.create(Object.getPrototypeOf(value)), value);
}
