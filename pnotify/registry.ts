import type { FurtherEvent } from "../kernel/callouts.ts";
import type { Task } from "../kernel/task.ts";
import type { PnotifyEvents } from "./events.ts";
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
  /** Subscriptions there are. */
  readonly current: number;
  /** Whether init + fork + subscribed = exit + unsubscribed + current. */
  readonly balanced: boolean;
}

/** What one kernel knows of an events structure, so that the structure itself serves many kernels. */
export class EventsEntry {
  /** The structure. */
  readonly events: PnotifyEvents<unknown>;
  /** Whether it is registered. Guarded by eventsSem. */
  registered = false;
  /** Virtual time of its registration, in nanoseconds since boot. */
  registeredAt = 0;
  /** Live subscriptions (refcnt, A1). */
  count = 0;
  /** The terms of the balance law. */
  readonly counts: Counts = { init: 0, fork: 0, subscribed: 0, exit: 0, unsubscribed: 0 };
  /** How many subscriptions have each shared value; null unless values are shared and must be destroyed. */
  readonly shares: Map<unknown, number> | null;
  /** The one subscriber of a global structure, or null. */
  watcher: Subscriber<unknown> | null = null;

  /**
   * Makes one.
   *
   * @param events The structure.
   */
  constructor(events: PnotifyEvents<unknown>) {
    this.events = events;
    const shared = events.taskData?.inherit === "share" && events.taskData.destroy !== undefined;
    this.shares = shared ? new Map() : null;
  }

  /** Whose code its hooks are, for reports: the module, or the name itself. */
  get owner(): string {
    return this.events.module ?? this.events.name;
  }
}

/** The events structures that a kernel knows. Guarded by eventsSem. */
export class Registry {
  /** Registered ones, in order of registration (the global list, A13). */
  readonly registered: EventsEntry[] = [];
  /** Every one that was ever registered or subscribed here (A31). */
  readonly #entries = new Map<PnotifyEvents<unknown>, EventsEntry>();
  /** Whether any of them has a say before forks. */
  twoPhase = false;
  /** The child whose fork was refused before any fork hook ran: its cancelFork hooks have been called. */
  refusedBefore: Task | null = null;
  /** Which further events any of them wants: asked before any lock is taken. */
  readonly wants: Record<FurtherEvent, boolean> = {
    credentials: false,
    session: false,
    rename: false,
    signal: false,
    reparent: false,
    free: false,
  };

  /** What the kernel knows of a structure, or null. */
  find(events: PnotifyEvents<unknown>): EventsEntry | null {
    return this.#entries.get(events) ?? null;
  }

  /** What the kernel knows of a structure, made on first sight. */
  of(events: PnotifyEvents<unknown>): EventsEntry {
    let entry = this.#entries.get(events);
    if (entry !== undefined) return entry;
    entry = new EventsEntry(events);
    this.#entries.set(events, entry);
    if (events.canFork !== null || events.cancelFork !== null) this.twoPhase = true;
    for (const event of Object.keys(this.wants) as FurtherEvent[]) {
      if (events[event] !== null) this.wants[event] = true;
    }
    return entry;
  }

  /** The registered structure of a name, or null. */
  byName(name: string): EventsEntry | null {
    return this.registered.find((entry) => entry.events.name === name) ?? null;
  }

  /** Puts a structure at the tail of the global list. */
  add(entry: EventsEntry): void {
    entry.registered = true;
    this.registered.push(entry);
  }

  /** Takes a structure off the global list. */
  remove(entry: EventsEntry): void {
    entry.registered = false;
    const at = this.registered.indexOf(entry);
    if (at >= 0) this.registered.splice(at, 1);
  }

  /** Every structure that was ever registered or subscribed. */
  all(): EventsEntry[] {
    return [...this.#entries.values()];
  }
}
