import type { Task } from "../kernel/task.ts";

/** What a child gets of its parent's data: a shallow copy, the same value, a fresh one, or what a function makes of it. */
export type Inheritance<D> =
  | "copy"
  | "share"
  | "none"
  | ((parentData: D, child: Task, parent: Task) => D);

/**
 * The life of a module's per-task data. Every value ends in exactly one `destroy`, on every path. A shared value ends with
 * the last task that has it; an `inherit` function that hands on the parent's own object shares it too. A module that
 * puts another value into `subscriber.data` ends the old one itself, so it does not replace a shared one.
 */
export interface TaskData<D> {
  /** Makes the data of a task that is subscribed without any. */
  create(task: Task): D;
  /** What a child gets at fork. Without it, a fresh value: nothing is copied by itself (A46). */
  readonly inherit?: Inheritance<D>;
  /** Ends a value. `task` is the task whose subscription ended last. */
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
