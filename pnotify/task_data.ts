import type { Task } from "../kernel/task.ts";

/** What a child gets at fork: a shallow copy of the parent's data, the same value, a new one, or a function's result. */
export type Inheritance<D> =
  | "copy"
  | "share"
  | "none"
  | ((parentData: D, child: Task, parent: Task) => D);

/**
 * The life of the data that a module has for each task. On every path, each value gets exactly one `destroy`. A shared
 * value gets it with the last task that has it. An `inherit` function that returns the parent's own object shares it,
 * too. A module that sets another value in `subscriber.data` must end the old one itself, so a shared value must stay.
 */
export interface TaskData<D> {
  /** Makes the data of a task that is subscribed without data. */
  create(task: Task): D;
  /** What a child gets at fork. By default it gets a new value from `create`: nothing is copied (A46). */
  readonly inherit?: Inheritance<D>;
  /** Ends a value. `task` is the task of the last subscription to end. */
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
