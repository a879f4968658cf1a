import type { FurtherEvent, FurtherEvents, TaskCallouts } from "../kernel/callouts.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { Task } from "../kernel/task.ts";
import { callExec } from "./exec.ts";
import { callExit } from "./exit.ts";
import { askFork } from "./fork.ts";
import { callFurther } from "./further.ts";
import type { EventsEntry } from "./registry.ts";
import { Subscriber } from "./subscriber.ts";

/**
 * Those that hear of every task: no list is walked and no data is kept for each. The kernel knows of this only while
 * there is somebody.
 */
export class GlobalWatchers implements TaskCallouts {
  readonly #kernel: Kernel;
  /** In order of priority, then of registration. */
  #watchers: readonly Subscriber<unknown>[] = [];
  /** Those that agreed to each child, for as long as its fork may still fail. */
  readonly #agreed = new WeakMap<Task, Subscriber<unknown>[]>();

  /**
   * Makes a list without watchers.
   *
   * @param kernel The world.
   */
  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Whether any watcher has a free hook. */
  get wantsFree(): boolean {
    return this.#watchers.some((watcher) => watcher.events.free !== null);
  }

  /** Adds one, and makes the kernel call. */
  add(entry: EventsEntry): void {
    entry.watcher = new Subscriber<unknown>(entry, null);
    const rest = [...this.#watchers, entry.watcher];
    this.#watchers = rest.sort((a, b) => b.events.priority - a.events.priority);
    this.#kernel.globalCallouts = this;
  }

  /** Removes one. With the last one the kernel calls no more. */
  remove(entry: EventsEntry): void {
    this.#watchers = this.#watchers.filter((watcher) => watcher !== entry.watcher);
    entry.watcher = null;
    if (this.#watchers.length === 0) this.#kernel.globalCallouts = null;
  }

  /** Asks each in turn; the first to refuse fails the fork. */
  fork(child: Task, _parent: Task): void {
    const agreed: Subscriber<unknown>[] = [];
    this.#agreed.set(child, agreed);
    for (const watcher of this.#watchers) {
      if (isLive(watcher) && askFork(this.#kernel, child, watcher, null) === 0) {
        agreed.push(watcher);
      }
    }
  }

  /** Gives exit to those that had agreed. */
  forkFailed(child: Task, _parent: Task): void {
    const agreed = this.#agreed.get(child) ?? [];
    this.#agreed.delete(child);
    for (const watcher of agreed) {
      if (isLive(watcher)) callExit(this.#kernel, child, watcher, true);
    }
  }

  /** Tells each. */
  exec(task: Task): void {
    for (const watcher of this.#watchers) {
      if (watcher.events.exec !== null && isLive(watcher)) callExec(this.#kernel, task, watcher);
    }
  }

  /** Tells each. */
  exit(task: Task): void {
    for (const watcher of this.#watchers) {
      if (isLive(watcher)) callExit(this.#kernel, task, watcher, false);
    }
  }

  /** Tells those that want to hear. */
  further<E extends FurtherEvent>(event: E, task: Task, detail: FurtherEvents[E]): void {
    for (const watcher of this.#watchers) {
      if (watcher.events[event] === null || !isLive(watcher)) continue;
      callFurther(this.#kernel, event, task, watcher, detail);
    }
  }

  /** Nothing hangs on a task. */
  subscribersOf(_task: Task): string[] {
    return [];
  }
}

/** Whether it is still registered: a hook before it may have unregistered it, for no lock is held here. */
function isLive(watcher: Subscriber<unknown>): boolean {
  return watcher.entry.watcher === watcher;
}
