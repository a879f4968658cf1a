import type { Task } from "../kernel/task.ts";
import type { Counters, Data } from "./workload.ts";

/** A module that hears of every task, and finds its data in a Map of its own: undefined for tasks it does not track. */
export class MapModule {
  readonly #data = new Map<Task, Data>();
  readonly #own: Counters;

  /** Makes one. */
  constructor(own: Counters) {
    this.#own = own;
  }

  /** Tracks a task. */
  track(task: Task, n: number): void {
    this.#data.set(task, { n, e: 0 });
  }

  /** A child is tracked if its parent is. */
  fork(child: Task, parent: Task): void {
    const from = this.#data.get(parent);
    if (from !== undefined) this.#data.set(child, this.#own.fork(from));
  }

  /** Forgets a child that never ran. */
  forkFailed(child: Task): void {
    this.#data.delete(child);
  }

  /** Counts. */
  exec(task: Task): void {
    const data = this.#data.get(task);
    if (data !== undefined) this.#own.exec(data);
  }

  /** Counts, and forgets. */
  exit(task: Task): void {
    const data = this.#data.get(task);
    if (data === undefined) return;
    this.#own.exit(data);
    this.#data.delete(task);
  }
}
