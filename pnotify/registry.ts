import type { FurtherEvent } from "../kernel/callouts.ts";
import { KernelError } from "../kernel/errno.ts";
import type { Place } from "../kernel/report.ts";
import type { Task } from "../kernel/task.ts";
import { PnotifyEvents } from "./events.ts";
import { Shares } from "./shares.ts";
import type { Subscriber } from "./subscriber.ts";

/** How often each thing happened to an events structure in one kernel: the terms of the balance law (A50). */
export interface Counts {
  /** Init hooks not answered with PNOTIFY_NOSUB, a failing one included. */
  init: number;
  /** Forks answered with PNOTIFY_OK. */
  fork: number;
  /** Subscriptions made by hand. */
  subscribed: number;
  /** Exits handled, of tasks, of roll-backs and of the drain, whether or not there is an exit hook. */
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

/** How often entries were taken off lists in one kernel: says whether a place in a list that was kept may be gone. */
export interface Unlinked {
  /** The count. */
  count: number;
}

/**
 * What one kernel knows of an events structure, so that the structure itself serves many kernels.
 *
 * Origin: our own: `entry` and `refcnt` of `struct pnotify_events` (A1).
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
  /** Whose code its hooks are, for reports: the module, or the name itself. */
  readonly owner: string;
  /** Whether it is registered. Guarded by eventsSem. */
  registered = false;
  /** Whether it was ever registered or subscribed; a failed attempt leaves no trace. */
  used = false;
  /** Virtual time of its registration, in nanoseconds since boot. */
  registeredAt = 0;
  /** Live subscriptions (refcnt, A1). */
  count = 0;
  /**
   * How often entries of any structure were taken off lists.
   *
   * @internal
   */
  readonly unlinked: Unlinked;
  /** The terms of the balance law. */
  readonly counts: Counts = { init: 0, fork: 0, subscribed: 0, exit: 0, unsubscribed: 0 };
  /**
   * Which subscriptions have which value; null unless values may be shared and must be destroyed.
   *
   * @internal
   */
  readonly shares: Shares | null;
  /** Subscriptions that have had their exit and stay to hear of free, with their tasks; null without a free hook. */
  readonly exited: Map<Subscriber<unknown>, Task> | null;
  /** Where it was registered, while checks are on. */
  registeredFrom: Place | null = null;
  /** Where each live subscription was made; null while checks are off. */
  readonly places: Map<Subscriber<unknown>, Subscribed> | null;
  /** What it wants to hear of is counted in. */
  wanted = false;
  /** Its subscriptions are being drained: a new one would make that endless (A26). Guarded by eventsSem. */
  draining = false;
  /** The one subscriber of a global structure, or null. */
  watcher: Subscriber<unknown> | null = null;

  /**
   * Makes the entry of a structure that is neither registered nor subscribed.
   *
   * @internal
   * @param events The structure.
   * @param unlinked The kernel's.
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
  /** Registered ones, in order of registration (the global list, A13). */
  readonly registered: EventsEntry[] = [];
  /** Every one that was ever registered or subscribed here (A31). */
  readonly #entries = new Map<PnotifyEvents<unknown>, EventsEntry>();
  /** How often entries were taken off the lists of tasks. */
  readonly unlinked: Unlinked = { count: 0 };
  /** Whether any of them has a say before forks. */
  twoPhase = false;
  /** Those that canFork asked and that agreed to each child, for as long as its fork may still fail. */
  readonly agreed: WeakMap<Task, Subscriber<unknown>[]> = new WeakMap();
  /** Which further events any of them wants: asked before any lock is taken. */
  readonly wants: Record<FurtherEvent, boolean> = {
    credentials: false,
    session: false,
    rename: false,
    signal: false,
    reparent: false,
    free: false,
  };

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

  /** Counts in what a structure wants to hear of on the lists of tasks. */
  want(entry: EventsEntry): void {
    const { events } = entry;
    entry.wanted = true;
    if (events.global) return;
    if (events.canFork !== null) this.twoPhase = true;
    for (const event of Object.keys(this.wants) as FurtherEvent[]) {
      if (events[event] !== null) this.wants[event] = true;
    }
  }

  /** Counts anew, so that what nobody wants any more costs nothing. */
  #recount(): void {
    this.twoPhase = false;
    for (const event of Object.keys(this.wants) as FurtherEvent[]) this.wants[event] = false;
    for (const entry of this.#entries.values()) {
      entry.wanted = false;
      if (entry.registered || entry.count > 0) this.want(entry);
    }
  }

  /** Puts a structure at the tail of the global list. */
  add(entry: EventsEntry): void {
    entry.registered = entry.used = true;
    this.want(entry);
    this.registered.push(entry);
  }

  /** Takes a structure off the global list. */
  remove(entry: EventsEntry): void {
    entry.registered = false;
    const at = this.registered.indexOf(entry);
    if (at >= 0) this.registered.splice(at, 1);
    this.#recount();
  }

  /** Every structure that was ever registered or subscribed. */
  all(): EventsEntry[] {
    return [...this.#entries.values()].filter((entry) => entry.used);
  }
}

/** Refuses what is no events structure (A10, A22). */
export function checkEvents(action: string, events: unknown): void {
  if (events instanceof PnotifyEvents) return;
  const missing = events === null || events === undefined;
  throw new KernelError("EINVAL", {
    action: `${action} events`,
    found: missing ? `it is ${events}` : "it is no events structure",
    wanted: "what defineEvents returned is wanted",
  });
}
