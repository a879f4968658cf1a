import { KernelError } from "../kernel/errno.ts";
import type { Place } from "../kernel/report.ts";
import type { Task } from "../kernel/task.ts";
import { type HookName, HOOKS, PnotifyEvents } from "./events.ts";
import { Shares } from "./shares.ts";
import type { Subscriber } from "./subscriber.ts";

/** The terms of the balance law (A50) for an events structure in one kernel. */
export interface Counts {
  /** Init hooks not answered with PNOTIFY_NOSUB, a failing one included. */
  init: number;
  /** Forks answered with PNOTIFY_OK. */
  fork: number;
  /** Subscriptions made by hand. */
  subscribed: number;
  /** Exits of tasks, of roll-backs and of the drain, with or without an exit hook. */
  exit: number;
  /** Subscriptions ended by hand. */
  unsubscribed: number;
}

/** The terms of the balance law, and whether it holds. */
export interface Balance extends Readonly<Counts> {
  /** Subscriptions that have not had their exit. */
  readonly current: number;
  /** Whether init + fork + subscribed = exit + unsubscribed + current. */
  readonly balanced: boolean;
}

/** Where a subscription was made. */
export interface Subscribed {
  /** The task. */
  readonly task: Task;
  /** The place. */
  readonly place: Place;
}

/** Counts the subscribers taken off lists in one kernel. Until it changes, a position in a list stays valid. */
export interface Unlinked {
  /** The count. */
  count: number;
}

/**
 * What one kernel knows of an events structure: `entry` and `refcnt` of `struct pnotify_events` (A1). The structure
 * itself serves many kernels.
 *
 * @example
 * ```ts
 * import { boot, defineEvents, type EventsEntry, PNOTIFY_OK } from "@pnotify/pnotify";
 * import { assertEquals } from "@std/assert";
 * const events = defineEvents({ name: "audit", fork: () => PNOTIFY_OK });
 * const { kernel, pnotify } = boot();
 * pnotify.register(events);
 * pnotify.track(kernel.init, events);
 * const [entry]: readonly EventsEntry[] = pnotify.entries();
 * assertEquals([entry.owner, entry.registered, entry.count], ["audit", true, 1]);
 * ```
 */
export class EventsEntry {
  /** The structure. */
  readonly events: PnotifyEvents<unknown>;
  /** The module whose code its hooks are, for reports. Without a module, its own name. */
  readonly owner: string;
  /** Whether it is registered. Guarded by eventsSem. */
  registered = false;
  /** Whether it was ever registered or subscribed. A failed attempt does not count. */
  used = false;
  /** Virtual time of its registration, in nanoseconds since boot. */
  registeredAt = 0;
  /** Live subscriptions (refcnt, A1). */
  count = 0;
  /** @internal The kernel's count of subscribers taken off lists. */
  readonly unlinked: Unlinked;
  /** The terms of the balance law. */
  readonly counts: Counts = { init: 0, fork: 0, subscribed: 0, exit: 0, unsubscribed: 0 };
  /** @internal The subscriptions that share values. Null unless values may be shared and must be destroyed. */
  readonly shares: Shares | null;
  /** Subscribers that had their exit and wait for free, with their tasks. Null without a free hook. */
  readonly exited: Map<Subscriber<unknown>, Task> | null;
  /** Where it was registered, while checks are on. */
  registeredFrom: Place | null = null;
  /** Where each live subscription was made. Null while checks are off. */
  readonly places: Map<Subscriber<unknown>, Subscribed> | null;
  /** Whether the registry has counted its hooks. */
  hooksCounted = false;
  /** Whether it is being drained. New subscriptions would make that endless (A26). Guarded by eventsSem. */
  draining = false;
  /** The only subscriber of a global structure, or null. */
  watcher: Subscriber<unknown> | null = null;

  /**
   * Makes the entry of a structure that is neither registered nor subscribed.
   *
   * @internal
   * @param events The structure.
   * @param unlinked The kernel's count of subscribers taken off lists.
   * @param checked Whether checks are on.
   */
  constructor(events: PnotifyEvents<unknown>, unlinked: Unlinked, checked: boolean) {
    this.events = events;
    this.unlinked = unlinked;
    this.owner = events.module ?? events.name;
    this.places = checked ? new Map() : null;
    const { inherit, destroy } = events.taskData ?? {};
    const mayShare = inherit === "share" || typeof inherit === "function";
    this.shares = mayShare && destroy !== undefined ? new Shares() : null;
    this.exited = events.free === null ? null : new Map();
  }
}

/** The events structures that a kernel knows. Guarded by eventsSem. */
export class Registry {
  /** Whether checks are on. */
  readonly #checked: boolean;
  /** The registered structures, in order of registration (the global list, A13). */
  readonly registered: EventsEntry[] = [];
  /** Every structure that was ever registered or subscribed here (A31). */
  readonly #entries = new Map<PnotifyEvents<unknown>, EventsEntry>();
  /** The count of subscribers taken off the lists of tasks. */
  readonly unlinked: Unlinked = { count: 0 };
  /** The subscribers whose canFork agreed to each child, for as long as its fork may still fail. */
  readonly agreed: WeakMap<Task, Subscriber<unknown>[]> = new WeakMap();
  /** For each hook, whether a structure that may be on task lists has it. It is read before any lock is taken. */
  readonly wants: Record<HookName, boolean> = noHooks();

  /**
   * Makes a registry that knows of no structure.
   *
   * @param checked Whether checks are on.
   */
  constructor(checked: boolean) {
    this.#checked = checked;
  }

  /** What the kernel knows of a structure, or null. */
  find(events: PnotifyEvents<unknown>): EventsEntry | null {
    return this.#entries.get(events) ?? null;
  }

  /** What the kernel knows of a structure, made on first sight. */
  of(events: PnotifyEvents<unknown>): EventsEntry {
    let entry = this.#entries.get(events);
    if (entry !== undefined) return entry;
    checkEvents("subscribe", events);
    entry = new EventsEntry(events, this.unlinked, this.#checked);
    this.#entries.set(events, entry);
    return entry;
  }

  /** The registered structure of a name, or null. */
  byName(name: string): EventsEntry | null {
    return this.registered.find((entry) => entry.events.name === name) ?? null;
  }

  /** Counts the hooks of a structure that may be on the lists of tasks. */
  countHooks(entry: EventsEntry): void {
    const { events } = entry;
    entry.hooksCounted = true;
    if (events.global) return;
    for (const hook of HOOKS) {
      if (events[hook] !== null) this.wants[hook] = true;
    }
  }

  /** Counts all hooks again, so that an event without any hook costs nothing. */
  #recountHooks(): void {
    Object.assign(this.wants, noHooks());
    for (const entry of this.#entries.values()) {
      entry.hooksCounted = false;
      if (entry.registered || entry.count > 0) this.countHooks(entry);
    }
  }

  /** Puts a structure at the tail of the global list. */
  add(entry: EventsEntry): void {
    entry.registered = entry.used = true;
    this.countHooks(entry);
    this.registered.push(entry);
  }

  /** Takes a structure off the global list. */
  remove(entry: EventsEntry): void {
    entry.registered = false;
    const index = this.registered.indexOf(entry);
    if (index >= 0) this.registered.splice(index, 1);
    this.#recountHooks();
  }

  /** Every structure that was ever registered or subscribed. */
  listEntries(): EventsEntry[] {
    return [...this.#entries.values()].filter((entry) => entry.used);
  }
}

function noHooks(): Record<HookName, boolean> {
  return Object.fromEntries(HOOKS.map((hook) => [hook, false])) as Record<HookName, boolean>;
}

/** Refuses a value that is no events structure (A10, A22). */
export function checkEvents(action: string, events: unknown): void {
  if (events instanceof PnotifyEvents) return;
  const missing = events === null || events === undefined;
  throw new KernelError("EINVAL", {
    action: `${action} events`,
    found: missing ? `it is ${events}` : "it is no events structure",
    wanted: "what defineEvents returned is wanted",
  });
}
