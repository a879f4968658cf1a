/** Process notification: modules hear of the life of chosen tasks, and keep data for each. @module */
export { boot, type World } from "./boot.ts";
export {
  defineEvents,
  type EventsDescription,
  type Hook,
  type HookName,
  HOOKS,
  PnotifyEvents,
} from "./events.ts";
export { PNOTIFY, Pnotify } from "./pnotify.ts";
export type { Balance, Counts, EventsEntry, Subscribed } from "./registry.ts";
export type { SubscribeOptions } from "./subscribe.ts";
export type { Subscriber } from "./subscriber.ts";
export type { Inheritance, TaskData } from "./task_data.ts";
export type { UnregisterOptions } from "./unregister.ts";
export {
  PNOTIFY_ERROR,
  PNOTIFY_NAMELN,
  PNOTIFY_NOSUB,
  PNOTIFY_OK,
  type Verdict,
} from "./verdict.ts";
