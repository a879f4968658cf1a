/**
 * Process notification: register for the life of chosen tasks, and hang data on each.
 *
 * @example
 * ```ts
 * import { boot, defineEvents, PNOTIFY_ERROR } from "@pnotify/pnotify/pnotify";
 * import { assertThrows } from "@std/assert";
 * const { kernel, pnotify } = boot();
 * const noChildren = defineEvents({ name: "no_children", fork: () => PNOTIFY_ERROR });
 * pnotify.register(noChildren);
 * const shell = kernel.fork(kernel.init);
 * pnotify.track(shell, noChildren);
 * assertThrows(() => kernel.fork(shell));
 * ```
 *
 * @module
 */
export * from "./boot.ts";
export {
  defineEvents,
  type EventsDescription,
  type Hook,
  type HookName,
  HOOKS,
  PnotifyEvents,
} from "./events.ts";
export * from "./pnotify.ts";
export type { Balance, Counts, EventsEntry, Subscribed } from "./registry.ts";
export type { SubscribeOptions } from "./subscribe.ts";
export type { Subscriber } from "./subscriber.ts";
export type { Inheritance, TaskData } from "./task_data.ts";
export type { UnregisterOptions } from "./unregister.ts";
export * from "./verdict.ts";
