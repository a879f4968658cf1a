import type { Task } from "../kernel/task.ts";
import type { PnotifyEvents } from "./events.ts";
import type { EventsEntry } from "./registry.ts";

/**
 * A module on a task's list, with its data for that task (struct pnotify_subscriber, A2).
 *
 * @typeParam D The data that the module hangs on each task.
 * @example
 * ```ts
 * import { boot, defineEvents, PNOTIFY_OK, Subscriber } from "@pnotify/pnotify";
 * import { assertEquals } from "@std/assert";
 * const heirs = new Map<string, Subscriber<number>>();
 * const events = defineEvents<number>({
 *   name: "heirs",
 *   taskData: { create: () => 0 },
 *   fork: (child, subscriber, parentData) => {
 *     subscriber.data = parentData + 1;
 *     heirs.set(String(child), subscriber);
 *     return PNOTIFY_OK;
 *   },
 * });
 * const { kernel, pnotify } = boot();
 * pnotify.track(kernel.init, events, { data: 1 });
 * kernel.fork(kernel.init);
 * assertEquals(heirs.get("init[3]")?.data, 2);
 * ```
 */
export class Subscriber<D> {
  /** The structure that subscribed, as this kernel knows it. */
  declare readonly entry: EventsEntry;
  /** The module's data for this task. Guarded by the task's subscriberListSem. */
  declare data: D;
  /** The next subscriber, or null. Guarded by the task's subscriberListSem. */
  next: Subscriber<unknown> | null = null;

  /**
   * Makes a subscriber that is on no list yet.
   *
   * @param entry The structure that subscribes.
   * @param data The data to begin with.
   */
  constructor(entry: EventsEntry, data: D) {
    this.entry = entry;
    this.data = data;
  }

  /** The structure that subscribed. */
  get events(): PnotifyEvents<D> {
    return this.entry.events as PnotifyEvents<D>;
  }
}

/** The first subscriber of a task, or null. */
export function firstSubscriber(task: Task): Subscriber<unknown> | null {
  return task.subscribers as Subscriber<unknown> | null;
}

/** The first subscriber with a name, in list order (A29). */
export function findByName(task: Task, name: string): Subscriber<unknown> | null {
  for (let at = firstSubscriber(task); at !== null; at = at.next) {
    if (at.entry.events.name === name) return at;
  }
  return null;
}

/** The first subscriber of an events structure, in list order. */
export function findByEntry(task: Task, entry: EventsEntry): Subscriber<unknown> | null {
  for (let at = firstSubscriber(task); at !== null; at = at.next) {
    if (at.entry === entry) return at;
  }
  return null;
}

/** Whether a subscriber is on a task's list. */
export function isListed(task: Task, subscriber: Subscriber<unknown>): boolean {
  for (let at = firstSubscriber(task); at !== null; at = at.next) {
    if (at === subscriber) return true;
  }
  return false;
}

/**
 * Puts a subscriber on a task's list: at the tail (A27), or before the first one of lower priority. The search starts
 * behind `after`, which must not have a lower priority, or at the head when `after` is null.
 */
export function link(
  task: Task,
  subscriber: Subscriber<unknown>,
  after: Subscriber<unknown> | null,
): void {
  const { entry } = subscriber;
  entry.count++;
  let before = after;
  const first = firstSubscriber(task);
  for (let at = after === null ? first : after.next; at !== null; at = at.next) {
    if (at.entry.events.priority < entry.events.priority) break;
    before = at;
  }
  if (before === null) {
    subscriber.next = first;
    task.subscribers = subscriber;
  } else {
    subscriber.next = before.next;
    before.next = subscriber;
  }
}

/** Takes a subscriber off a task's list. Its `next` stays, so that a walk that is at this subscriber can go on. */
export function unlink(task: Task, subscriber: Subscriber<unknown>): boolean {
  let before: Subscriber<unknown> | null = null;
  for (let at = firstSubscriber(task); at !== null; at = at.next) {
    if (at === subscriber) {
      if (before === null) task.subscribers = subscriber.next;
      else before.next = subscriber.next;
      subscriber.entry.count--;
      subscriber.entry.unlinked.count++;
      return true;
    }
    before = at;
  }
  return false;
}
