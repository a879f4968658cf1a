import type { FurtherEvent, FurtherEvents, TaskCallouts } from "../kernel/callouts.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { Task } from "../kernel/task.ts";
import { tellExit } from "./exit.ts";
import { askFork } from "./fork.ts";
import { hookCall, tellHook } from "./hook.ts";
import type { EventsEntry } from "./registry.ts";
import { Subscriber } from "./subscriber.ts";
import { PNOTIFY_OK } from "./verdict.ts";

/**
 * The global structures. They hear of every task. So no list is walked for them, and no task has data for them. The
 * kernel calls this object only while a global structure is registered.
 */
export class GlobalWatchers implements TaskCallouts {
  readonly #kernel: Kernel;
  /** In order of priority, then of registration. */
  #watchers: readonly Subscriber<unknown>[] = [];
  /** The watchers that agreed to each child, for as long as its fork may still fail. */
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

  /** Adds a global structure, and makes the kernel call. */
  add(entry: EventsEntry): void {
    entry.watcher = new Subscriber<unknown>(entry, null);
    const watchers = [...this.#watchers, entry.watcher];
    this.#watchers = watchers.sort((a, b) => b.events.priority - a.events.priority);
    this.#kernel.globalCallouts = this;
  }

  /** Removes a global structure. After the last one the kernel calls no more. */
  remove(entry: EventsEntry): void {
    this.#watchers = this.#watchers.filter((watcher) => watcher !== entry.watcher);
    entry.watcher = null;
    if (this.#watchers.length === 0) this.#kernel.globalCallouts = null;
  }

  /** Calls each fork hook in turn. The first one that refuses fails the fork. */
  fork(child: Task, _parent: Task): void {
    const agreed: Subscriber<unknown>[] = [];
    this.#agreed.set(child, agreed);
    for (const watcher of this.#watchers) {
      if (isLive(watcher) && askFork(this.#kernel, child, watcher, null) === PNOTIFY_OK) {
        agreed.push(watcher);
      }
    }
  }

  /** Gives exit to the watchers that had agreed. */
  forkFailed(child: Task, _parent: Task): void {
    const agreed = this.#agreed.get(child) ?? [];
    this.#agreed.delete(child);
    for (const watcher of agreed) {
      if (isLive(watcher)) tellExit(hookCall(this.#kernel, "exit", child, watcher, true));
    }
  }

  /** Tells each watcher with an exec hook. */
  exec(task: Task): void {
    for (const watcher of this.#watchers) {
      if (watcher.events.exec === null || !isLive(watcher)) continue;
      tellHook(hookCall(this.#kernel, "exec", task, watcher));
    }
  }

  /** Tells each watcher. */
  exit(task: Task): void {
    for (const watcher of this.#watchers) {
      if (isLive(watcher)) tellExit(hookCall(this.#kernel, "exit", task, watcher));
    }
  }

  /** Tells each watcher that has a hook for the event. */
  further<E extends FurtherEvent>(event: E, task: Task, detail: FurtherEvents[E]): void {
    for (const watcher of this.#watchers) {
      if (watcher.events[event] === null || !isLive(watcher)) continue;
      tellHook(hookCall(this.#kernel, event, task, watcher), detail);
    }
  }

  /** Returns nothing: a global structure is on no list. */
  subscribersOf(_task: Task): string[] {
    return [];
  }
}

/** Whether a watcher is still registered. No lock is held here, so an earlier hook may have unregistered it. */
function isLive(watcher: Subscriber<unknown>): boolean {
  return watcher.entry.watcher === watcher;
}
