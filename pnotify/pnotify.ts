import type { FurtherEvent, FurtherEvents, TaskCallouts } from "../kernel/callouts.ts";
import { KernelError } from "../kernel/errno.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { lockRead, lockWrite, unlockRead, unlockWrite } from "../kernel/lock.ts";
import type { Leftover } from "../kernel/module_loader.ts";
import type { Program } from "../kernel/program.ts";
import type { RwSemaphore } from "../kernel/rw_semaphore.ts";
import { defineSymbol, type KernelSymbol } from "../kernel/symbol.ts";
import type { Task } from "../kernel/task.ts";
import { getTaskStruct, putTaskStruct } from "../kernel/task_reference.ts";
import type { PnotifyEvents } from "./events.ts";
import { askCanExec, execSubscribers } from "./exec.ts";
import { exitSubscribers } from "./exit.ts";
import { forkSubscribers, undoFork } from "./fork.ts";
import { furtherSubscribers } from "./further.ts";
import { GlobalWatchers } from "./global.ts";
import { reportLeftovers } from "./leftovers.ts";
import { initSubscribers, registerEvents } from "./register.ts";
import { type Balance, type EventsEntry, Registry } from "./registry.ts";
import {
  needsList,
  subscribeByHand,
  type SubscribeOptions,
  unsubscribeByHand,
} from "./subscribe.ts";
import { findByEntry, findByName, firstSubscriber, type Subscriber } from "./subscriber.ts";
import { unregisterEvents, type UnregisterOptions } from "./unregister.ts";
import { execUnchecked, exitUnchecked, forkUnchecked } from "./unchecked.ts";

/**
 * What pnotify offers to modules. It is exported to GPL modules only, to discourage abuse (the seed, A6).
 *
 * @example
 * ```ts
 * import { boot, defineModule, PNOTIFY } from "@pnotify/pnotify";
 * import { assertEquals } from "@std/assert";
 * const finder = defineModule({
 *   name: "finder",
 *   license: "GPL",
 *   uses: { pnotify: PNOTIFY },
 *   load: ({ pnotify }) => pnotify.registeredEvents().length,
 *   unload() {},
 * });
 * const { kernel } = boot();
 * assertEquals(kernel.modules.insmod(finder).state, "live");
 * ```
 */
export const PNOTIFY: KernelSymbol<Pnotify> = /* @__PURE__ */ defineSymbol<Pnotify>("pnotify", {
  gplOnly: true,
  cNames: [
    "pnotify_register",
    "pnotify_unregister",
    "pnotify_subscribe",
    "pnotify_unsubscribe",
    "pnotify_get_subscriber",
  ],
});

/**
 * Process notification (pnotify.c, A6): modules hear of the life of chosen tasks and hang their own data on each.
 *
 * @example
 * ```ts
 * import { boot, defineEvents, PNOTIFY_OK } from "@pnotify/pnotify";
 * import { assertEquals } from "@std/assert";
 * const exited: number[] = [];
 * const audit = defineEvents<string>({
 *   name: "audit",
 *   fork: (_child, subscriber, parentData) => (subscriber.data = `child of ${parentData}`, PNOTIFY_OK),
 *   exit: (task) => void exited.push(task.pid),
 * });
 * const { kernel, pnotify } = boot();
 * pnotify.register(audit);
 * const shell = kernel.fork(kernel.init);
 * pnotify.track(shell, audit, { data: "a shell" });
 * const child = kernel.fork(shell);
 * assertEquals(pnotify.dataOf(child, audit), "child of a shell");
 * assertEquals(pnotify.subscriptionCount(audit), 2);
 * kernel.exit(child);
 * assertEquals(exited, [4]);
 * assertEquals(pnotify.balance(audit).balanced, true);
 * pnotify.unregister(audit); // gives the shell its exit
 * assertEquals([exited, pnotify.isRegistered(audit)], [[4, 3], false]);
 * ```
 * @example With the lock in hand
 * ```ts
 * import { boot, defineEvents, PNOTIFY_OK } from "@pnotify/pnotify";
 * import { assertEquals } from "@std/assert";
 * const audit = defineEvents({ name: "audit", fork: () => PNOTIFY_OK });
 * const { kernel: { init }, pnotify } = boot();
 * init.subscriberListSem.downWrite();
 * const subscriber = pnotify.subscribe(init, audit);
 * assertEquals(pnotify.getSubscriber(init, audit) === subscriber, true);
 * pnotify.unsubscribe(init, subscriber);
 * init.subscriberListSem.upWrite();
 * assertEquals(pnotify.untrack(init, audit), false);
 * assertEquals(pnotify.balances().map(({ name, balance }) => [name, balance.unsubscribed]), [["audit", 1]]);
 * assertEquals(pnotify.entries().map(({ registered, count }) => [registered, count]), [[false, 0]]);
 * ```
 */
export class Pnotify implements TaskCallouts {
  /** Guards the list of registered events structures. Outermost of all locks (A53). */
  readonly eventsSem: RwSemaphore;
  readonly #kernel: Kernel;
  readonly #registry: Registry;
  readonly #watchers: GlobalWatchers;

  /**
   * Starts the service in a kernel.
   *
   * @param kernel The kernel.
   * @throws {KernelError} EBUSY when the kernel has a notification service already.
   */
  constructor(kernel: Kernel) {
    if (kernel.callouts !== null) {
      throw new KernelError("EBUSY", {
        action: "start pnotify",
        found: "the kernel has a notification service",
        wanted: "a kernel without one is wanted",
      });
    }
    this.#kernel = kernel;
    this.#registry = new Registry(kernel.lockdep !== null);
    this.eventsSem = kernel.createSemaphore("eventsSem");
    this.#watchers = new GlobalWatchers(kernel);
    kernel.callouts = this;
    kernel.symbols.export(PNOTIFY, { value: this, owner: null });
    kernel.modules.addReaper((module) => this.#removeLeftovers(module));
    kernel.addShutdownCheck(() => reportLeftovers(kernel, this.#registry));
  }

  /**
   * Registers an events structure (pnotify_register). With an `init` hook every task that exists is subscribed first.
   *
   * A registration that succeeds misses no task (A21). For each task that lives when it returns, `init` or `fork` was
   * called. A child under construction counts as locked by its forker. So the registration waits for a fork on another
   * CPU that runs its hooks. If tasks were forked or changed their pid during the walk, a further walk visits those
   * that were missed. No task gets `init` twice.
   *
   * Locking: takes eventsSem for writing, and each visited task's list for writing (A54).
   *
   * @param events What defineEvents returned.
   * @throws {KernelError} EINVAL for no structure and for a registered one, EBUSY when its name is taken, ENOMEM, EPERM
   * or another errno when an init hook fails; everything is undone then, and it may be registered again (A18, A19).
   */
  register<D>(events: PnotifyEvents<D>): void {
    const anyEvents = events as PnotifyEvents<unknown>;
    this.#exclusively("register", () => {
      registerEvents(this.#kernel, this.#registry, anyEvents);
      if (anyEvents.global) this.#watchers.add(this.#registry.of(anyEvents));
    });
  }

  /**
   * Unregisters an events structure (pnotify_unregister). Every subscribed task gets exit first (A23).
   *
   * It leaves no subscriber behind, and it always ends (A26). While it drains, subscribing by hand fails with EBUSY. It
   * waits for a fork on another CPU, and also drains a child that this CPU has under construction. It repeats the walk
   * only when it met a subscriber, or when tasks were forked or changed their pid. A subscription that no walk meets is
   * a bug. It is reported and left.
   *
   * Locking: takes eventsSem for writing, and each subscribed task's list for writing (A54).
   *
   * @param events The structure.
   * @param options What to do when tasks are still subscribed.
   * @throws {KernelError} EINVAL when it is not registered, EBUSY with `ifBusy: "refuse"` when tasks are subscribed.
   */
  unregister<D>(events: PnotifyEvents<D>, options: UnregisterOptions = {}): void {
    const anyEvents = events as PnotifyEvents<unknown>;
    this.#exclusively("unregister", () => {
      unregisterEvents(this.#kernel, this.#registry, anyEvents, options);
      if (anyEvents.global) this.#watchers.remove(this.#registry.of(anyEvents));
    });
  }

  #exclusively(call: string, change: () => void): void {
    this.#kernel.enter(call, null);
    try {
      this.eventsSem.downWrite();
      try {
        change();
      } finally {
        this.eventsSem.upWrite();
      }
    } finally {
      this.#kernel.leave();
    }
  }

  /**
   * Puts a module on a task's list (pnotify_subscribe). It calls no hook. The module may be on the list already, and
   * need not be registered (A27, A30, A31).
   *
   * Locking: needs the task's subscriberListSem for writing (A33); {@linkcode Pnotify.track} takes it.
   *
   * @param task Any task (A32).
   * @param events What to subscribe.
   * @param options The data to begin with.
   * @returns The subscriber.
   * @throws {KernelError} ESRCH when the task has begun to exit (A34), ENOMEM when there is no memory, EINVAL for a
   * global structure or for none, EBUSY while it is being unregistered (A26), or what `taskData.create` threw.
   */
  subscribe<D>(
    task: Task,
    events: PnotifyEvents<D>,
    options: SubscribeOptions<D> = {},
  ): Subscriber<D> {
    const entry = this.#registry.of(events as PnotifyEvents<unknown>);
    const given = options.data === undefined ? null : { data: options.data };
    const subscriber = subscribeByHand(this.#kernel, task, entry, given) as Subscriber<D>;
    if (!entry.hooksCounted) this.#registry.countHooks(entry);
    return subscriber;
  }

  /**
   * Takes a subscriber off a task's list (pnotify_unsubscribe). It calls no hook (A28).
   *
   * Locking: needs the task's subscriberListSem for writing (A33).
   *
   * @param task The task.
   * @param subscriber The subscriber.
   * @throws {KernelError} EINVAL when it is not on the list.
   */
  unsubscribe<D>(task: Task, subscriber: Subscriber<D>): void {
    unsubscribeByHand(this.#kernel, task, subscriber as Subscriber<unknown>);
  }

  /**
   * Finds a module's first subscriber on a task's list (pnotify_get_subscriber, A29).
   *
   * Locking: needs the task's subscriberListSem for reading at least (A33).
   *
   * @param task The task.
   * @param events The structure. It gives the data its type.
   * @returns The subscriber, or null.
   */
  getSubscriber<D>(task: Task, events: PnotifyEvents<D>): Subscriber<D> | null;
  /**
   * Finds the first subscriber of a name on a task's list (A29), with the same lock.
   *
   * @param task The task.
   * @param events The name. The data has no type.
   * @returns The subscriber, or null.
   */
  getSubscriber(task: Task, events: string): Subscriber<unknown> | null;
  getSubscriber(task: Task, events: PnotifyEvents<unknown> | string): Subscriber<unknown> | null {
    this.#kernel.checkTask("look at the subscribers of", task);
    needsList(this.#kernel, task, "read", "getSubscriber()");
    if (typeof events === "string") return findByName(task, events);
    const entry = this.#registry.find(events);
    return entry === null ? null : findByEntry(task, entry);
  }

  /**
   * Subscribes a task by {@linkcode Pnotify.subscribe}, with a reference and the lock around it.
   *
   * Locking: takes the task's subscriberListSem for writing.
   *
   * @param task The task.
   * @param events What to subscribe.
   * @param options The data to begin with.
   * @returns The data of the subscriber.
   * @throws {KernelError} As {@linkcode Pnotify.subscribe}.
   */
  track<D>(task: Task, events: PnotifyEvents<D>, options: SubscribeOptions<D> = {}): D {
    return this.#withList(task, "write", () => this.subscribe(task, events, options).data);
  }

  /**
   * Ends the first subscription of a task, with a reference and the lock around it. It calls no hook.
   *
   * Locking: takes the task's subscriberListSem for writing.
   *
   * @param task The task.
   * @param events What to unsubscribe.
   * @returns Whether it was subscribed.
   */
  untrack<D>(task: Task, events: PnotifyEvents<D>): boolean {
    return this.#withList(task, "write", () => {
      const subscriber = this.getSubscriber(task, events);
      if (subscriber !== null) this.unsubscribe(task, subscriber);
      return subscriber !== null;
    });
  }

  /**
   * Reads a module's data of a task, with a reference and the lock around it (the seed's last example).
   *
   * Locking: takes the task's subscriberListSem for reading.
   *
   * @param task The task.
   * @param events The module's structure.
   * @returns The data, or null when it is not subscribed.
   */
  dataOf<D>(task: Task, events: PnotifyEvents<D>): D | null {
    return this.#withList(task, "read", () => this.getSubscriber(task, events)?.data ?? null);
  }

  #withList<T>(task: Task, mode: "read" | "write", call: () => T): T {
    getTaskStruct(task);
    try {
      if (mode === "write") lockWrite(task);
      else lockRead(task);
      try {
        return call();
      } finally {
        if (mode === "write") unlockWrite(task);
        else unlockRead(task);
      }
    } finally {
      putTaskStruct(task);
    }
  }

  /**
   * Whether an events structure is registered.
   *
   * @param events The structure.
   * @returns True from register to unregister.
   */
  isRegistered<D>(events: PnotifyEvents<D>): boolean {
    return this.#registry.find(events as PnotifyEvents<unknown>)?.registered ?? false;
  }

  /**
   * The registered structures, in order of registration (the global list, A13).
   *
   * @returns A copy of the list.
   */
  registeredEvents(): PnotifyEvents<unknown>[] {
    return this.#registry.registered.map((entry) => entry.events);
  }

  /**
   * How many subscriptions an events structure has (`refcnt`, A1).
   *
   * @param events The structure.
   * @returns The number.
   */
  subscriptionCount<D>(events: PnotifyEvents<D>): number {
    return this.#registry.find(events as PnotifyEvents<unknown>)?.count ?? 0;
  }

  /**
   * The balance law (A50): init + fork + subscribed = exit + unsubscribed + current.
   *
   * @param events The structure.
   * @returns The terms, and whether it holds.
   */
  balance<D>(events: PnotifyEvents<D>): Balance {
    return balanceOf(this.#registry.of(events as PnotifyEvents<unknown>));
  }

  /**
   * The balance (A50) of every structure that was ever registered or subscribed here.
   *
   * @returns The balances, in order of first use.
   */
  balances(): { readonly name: string; readonly registered: boolean; readonly balance: Balance }[] {
    return this.#registry.listEntries().map((entry) => ({
      name: entry.events.name,
      registered: entry.registered,
      balance: balanceOf(entry),
    }));
  }

  /** Whether any events structure has a free hook. */
  get wantsFree(): boolean {
    return this.#registry.wants.free;
  }

  /**
   * What this kernel knows of every structure that was ever registered or subscribed here. Checkers read it.
   *
   * @returns The entries, in order of first use.
   */
  entries(): readonly EventsEntry[] {
    return this.#registry.listEntries();
  }

  /**
   * The callout for a task that joined the task list without a fork (A14). Locking: takes eventsSem for reading, and
   * the task's list for writing.
   *
   * @internal
   */
  init(task: Task): void {
    this.eventsSem.downRead();
    try {
      initSubscribers(this.#kernel, this.#registry, task);
    } finally {
      this.eventsSem.upRead();
    }
  }

  /**
   * The callout of copyProcess (A35). Locking: takes the parent's list for reading; the child's counts as held.
   *
   * @internal
   * @throws {KernelError} EPERM or another errno when a hook refuses, ENOMEM, or EFAULT when one breaks the rules.
   */
  fork(child: Task, parent: Task): void {
    const kernel = this.#kernel;
    const registry = this.#registry;
    const { canFork } = registry.wants;
    if (kernel.checkedBy === 0 && !canFork) forkUnchecked(kernel, registry, child, parent);
    else forkSubscribers(kernel, registry, child, parent);
  }

  /** @internal The callout of a fork that failed (A41, A44). */
  forkFailed(child: Task, parent: Task): void {
    undoFork(this.#kernel, this.#registry, child, parent);
  }

  /** Whether any events structure has a canExec hook. */
  get wantsCanExec(): boolean {
    return this.#registry.wants.canExec;
  }

  /** @internal The callout before an exec. Locking: takes the task's list for reading. */
  canExec(task: Task, program: Program): void {
    askCanExec(this.#kernel, task, program);
  }

  /** @internal The callout of exec (A51). Locking: takes the task's list for reading. */
  exec(task: Task): void {
    if (this.#kernel.checkedBy === 0) execUnchecked(this.#kernel, task);
    else execSubscribers(this.#kernel, task);
  }

  /** @internal The callout of exit (A47). Locking: takes the task's list for writing. */
  exit(task: Task): void {
    const kernel = this.#kernel;
    if (kernel.checkedBy === 0 && !this.#registry.wants.free) exitUnchecked(kernel, task);
    else exitSubscribers(kernel, task, false);
  }

  /**
   * The callout of a further event. Locking: takes the task's list, for writing if the event is `free`, else for reading.
   *
   * @internal
   */
  further<E extends FurtherEvent>(event: E, task: Task, detail: FurtherEvents[E]): void {
    if (this.#registry.wants[event]) furtherSubscribers(this.#kernel, event, task, detail);
  }

  /** @internal The names of a freed task's subscribers, in list order. It takes no lock. */
  subscribersOf(task: Task): string[] {
    const names: string[] = [];
    for (let at = firstSubscriber(task); at !== null; at = at.next) names.push(at.events.name);
    return names;
  }

  /** Unregisters the structures that a module left registered, and ends its subscriptions. */
  #removeLeftovers(module: string): Leftover[] {
    const left: Leftover[] = [];
    for (const entry of this.#registry.listEntries()) {
      if (entry.events.module !== module) continue;
      const { name } = entry.events;
      if (entry.registered) {
        left.push({ what: `events ${name} registered`, taken: entry.registeredFrom ?? undefined });
        this.unregister(entry.events);
      } else if (entry.count > 0) {
        const [oldest] = entry.places?.values() ?? [];
        left.push({ what: `${entry.count} subscriptions of ${name}`, taken: oldest?.place });
        this.#endSubscriptions(entry);
      }
    }
    return left;
  }

  #endSubscriptions(entry: EventsEntry): void {
    this.#kernel.forEachTask((task) => {
      while (entry.count > 0 && this.untrack(task, entry.events));
    });
  }
}

function balanceOf(entry: EventsEntry): Balance {
  const { init, fork, subscribed, exit, unsubscribed } = entry.counts;
  const current = entry.count - (entry.exited?.size ?? 0);
  const balanced = init + fork + subscribed === exit + unsubscribed + current;
  return { init, fork, subscribed, exit, unsubscribed, current, balanced };
}
