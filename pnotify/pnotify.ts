import type { FurtherEvent, FurtherEvents, TaskCallouts } from "../kernel/callouts.ts";
import { KernelError } from "../kernel/errno.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { lockRead, lockWrite, unlockRead, unlockWrite } from "../kernel/lock.ts";
import type { Leftover } from "../kernel/module_loader.ts";
import type { RwSemaphore } from "../kernel/rw_semaphore.ts";
import { defineSymbol, type KernelSymbol } from "../kernel/symbol.ts";
import type { Task } from "../kernel/task.ts";
import { getTaskStruct, putTaskStruct } from "../kernel/task_reference.ts";
import type { PnotifyEvents } from "./events.ts";
import { execSubscribers } from "./exec.ts";
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
import { execUnwatched, exitUnwatched, forkUnwatched, isUnwatched } from "./unwatched.ts";

/**
 * What pnotify offers to modules. All of it is exported to GPL modules only, to discourage abuse (the seed, A6).
 *
 * @example
 * ```ts
 * import { boot, defineModule, PNOTIFY } from "@pnotify/pnotify";
 * import { assertEquals } from "@std/assert";
 * const found = defineModule({
 *   name: "finder",
 *   license: "GPL",
 *   uses: { pnotify: PNOTIFY },
 *   load: ({ pnotify }) => pnotify.registeredEvents().length,
 *   unload() {},
 * });
 * const { kernel } = boot();
 * assertEquals(kernel.modules.insmod(found).state, "live");
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
 * Process notification: modules hear of the life of chosen tasks and hang their own data on each.
 *
 * Origin: the seed; the functions of pnotify.c (A6).
 *
 * @example
 * ```ts
 * import { boot, defineEvents, PNOTIFY_OK } from "@pnotify/pnotify";
 * import { assertEquals } from "@std/assert";
 * const heard: string[] = [];
 * const events = defineEvents({
 *   name: "listener",
 *   fork: (child) => (heard.push(`fork ${child.pid}`), PNOTIFY_OK),
 *   exit: (task) => void heard.push(`exit ${task.pid}`),
 * });
 * const { kernel, pnotify } = boot();
 * pnotify.register(events);
 * const shell = kernel.fork(kernel.init);
 * pnotify.track(shell, events);
 * const child = kernel.fork(shell);
 * kernel.exit(child);
 * assertEquals(heard, ["fork 4", "exit 4"]);
 * ```
 */
export class Pnotify implements TaskCallouts {
  /** Guards the list of registered events structures. Outermost of all locks (A53). */
  readonly eventsSem: RwSemaphore;
  readonly #kernel: Kernel;
  readonly #registry: Registry;
  readonly #watchers: GlobalWatchers;

  /**
   * Takes its place in a kernel.
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
   * Registers an events structure (pnotify_register). With an `init` hook every task there is gets subscribed first.
   *
   * No task escapes a registration that succeeds (A21): each that lives when it returns was asked by `init`, or by `fork`
   * as the child of one that was. A child under construction counts as locked by its forker, so another CPU's fork that
   * has got as far as its hooks is waited for; and when tasks were forked or moved to another pid during the walk, it is
   * repeated for those that it has not met. Nobody is asked twice.
   *
   * Locking: takes eventsSem for writing, and each visited task's list for writing (A54).
   *
   * @param events What defineEvents returned.
   * @throws {KernelError} EINVAL when it is none or is registered already, EBUSY when its name is taken, ENOMEM, EPERM
   * or another errno when an init hook fails; everything is undone then, and it may be registered again (A18, A19).
   * @example
   * ```ts
   * import { boot, defineEvents, PNOTIFY_OK } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const seen: string[] = [];
   * const audit = defineEvents({
   *   name: "audit",
   *   init: (task) => (seen.push(task.comm), PNOTIFY_OK),
   *   fork: () => PNOTIFY_OK,
   * });
   * const { pnotify } = boot();
   * pnotify.register(audit);
   * assertEquals(seen, ["init", "kthreadd"]);
   * ```
   */
  register<D>(events: PnotifyEvents<D>): void {
    const anyEvents = events as PnotifyEvents<unknown>;
    this.#exclusively("register", () => {
      registerEvents(this.#kernel, this.#registry, anyEvents);
      if (anyEvents.global) this.#watchers.add(this.#registry.of(anyEvents));
    });
  }

  /**
   * Unregisters an events structure (pnotify_unregister): every subscribed task gets exit first (A23).
   *
   * It leaves no subscriber behind, and does not spin (A26): while it drains, subscribing by hand fails with EBUSY; a
   * fork under way on another CPU is waited for, and a child that this CPU has under construction is drained too; the walk
   * is repeated only when it found somebody or when tasks were forked or moved meanwhile. A subscription that is on no
   * task any more could only be a bug: it is reported, and left.
   *
   * Locking: takes eventsSem for writing, and each subscribed task's list for writing (A54).
   *
   * @param events The structure.
   * @param options What to do when tasks are still subscribed.
   * @throws {KernelError} EINVAL when it is not registered, EBUSY with `ifBusy: "refuse"` when tasks are subscribed.
   * @example
   * ```ts
   * import { boot, defineEvents, PNOTIFY_OK } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const events = defineEvents({ name: "short", fork: () => PNOTIFY_OK });
   * const { pnotify } = boot();
   * pnotify.register(events);
   * pnotify.unregister(events);
   * assertEquals(pnotify.isRegistered(events), false);
   * ```
   */
  unregister<D>(events: PnotifyEvents<D>, options: UnregisterOptions = {}): void {
    const anyEvents = events as PnotifyEvents<unknown>;
    this.#exclusively("unregister", () => {
      unregisterEvents(this.#kernel, this.#registry, anyEvents, options);
      if (anyEvents.global) this.#watchers.remove(this.#registry.of(anyEvents));
    });
  }

  #exclusively(what: string, change: () => void): void {
    this.#kernel.enter(what, null);
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
   * Puts a module on a task's list (pnotify_subscribe). No hook is called, and being on it already is no obstacle
   * (A27, A30). It need not be registered (A31).
   *
   * Locking: needs the task's subscriberListSem held for writing (A33); {@linkcode Pnotify.track} takes it for you.
   *
   * @param task Any task (A32).
   * @param events What to subscribe.
   * @param options The data to begin with.
   * @returns The entry.
   * @throws {KernelError} ESRCH when the task has begun to exit (A34), ENOMEM when there is no memory, EINVAL for a
   * global structure and for what is none, EBUSY while it is being unregistered (A26), or what `taskData.create` threw.
   * @example
   * ```ts
   * import { boot, defineEvents, PNOTIFY_OK } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const events = defineEvents<string>({ name: "labels", fork: () => PNOTIFY_OK });
   * const { kernel, pnotify } = boot();
   * const { init } = kernel;
   * init.subscriberListSem.downWrite();
   * const subscriber = pnotify.subscribe(init, events, { data: "the first one" });
   * assertEquals(subscriber.data, "the first one");
   * pnotify.unsubscribe(init, subscriber);
   * init.subscriberListSem.upWrite();
   * ```
   */
  subscribe<D>(
    task: Task,
    events: PnotifyEvents<D>,
    options: SubscribeOptions<D> = {},
  ): Subscriber<D> {
    const entry = this.#registry.of(events as PnotifyEvents<unknown>);
    const given = options.data === undefined ? null : { data: options.data };
    const subscriber = subscribeByHand(this.#kernel, task, entry, given) as Subscriber<D>;
    if (!entry.wanted) this.#registry.want(entry);
    return subscriber;
  }

  /**
   * Takes an entry off a task's list (pnotify_unsubscribe). No hook is called (A28).
   *
   * Locking: needs the task's subscriberListSem held for writing (A33).
   *
   * @param task The task.
   * @param subscriber The entry.
   * @throws {KernelError} EINVAL when it is not on the list.
   * @example
   * ```ts
   * import { boot, defineEvents, PNOTIFY_OK } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const events = defineEvents({ name: "short", fork: () => PNOTIFY_OK });
   * const { kernel, pnotify } = boot();
   * const { init } = kernel;
   * init.subscriberListSem.downWrite();
   * pnotify.unsubscribe(init, pnotify.subscribe(init, events));
   * init.subscriberListSem.upWrite();
   * assertEquals(init.subscribers, null);
   * ```
   */
  unsubscribe<D>(task: Task, subscriber: Subscriber<D>): void {
    unsubscribeByHand(this.#kernel, task, subscriber as Subscriber<unknown>);
  }

  /**
   * Finds a module's entry on a task's list (pnotify_get_subscriber): the first one in list order (A29).
   *
   * Locking: needs the task's subscriberListSem held, for reading at least (A33).
   *
   * @param task The task.
   * @param events The structure; its data is typed. Or a name, and then it is not.
   * @returns The entry, or null.
   * @example
   * ```ts
   * import { boot, defineEvents, PNOTIFY_OK } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const events = defineEvents<number>({ name: "counts", fork: () => PNOTIFY_OK });
   * const { kernel, pnotify } = boot();
   * const { init } = kernel;
   * pnotify.track(init, events, { data: 7 });
   * init.subscriberListSem.downRead();
   * assertEquals(pnotify.getSubscriber(init, events)?.data, 7);
   * assertEquals(pnotify.getSubscriber(init, "others"), null);
   * init.subscriberListSem.upRead();
   * ```
   */
  getSubscriber<D>(task: Task, events: PnotifyEvents<D>): Subscriber<D> | null;
  /**
   * Finds an entry on a task's list by name: the first one in list order (A29).
   *
   * Locking: needs the task's subscriberListSem held, for reading at least (A33).
   *
   * @param task The task.
   * @param events The name; its data is not typed.
   * @returns The entry, or null.
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
   * Subscribes a task, with all that goes around it: a reference, the lock, and both given back.
   *
   * Locking: takes the task's subscriberListSem for writing.
   *
   * Origin: our own: what the seed shows around pnotify_get_subscriber.
   *
   * @param task The task.
   * @param events What to subscribe.
   * @param options The data to begin with.
   * @returns The data that the entry has.
   * @throws {KernelError} As {@linkcode Pnotify.subscribe}.
   * @example
   * ```ts
   * import { boot, defineEvents, PNOTIFY_OK } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const labels = defineEvents<string>({ name: "labels", fork: () => PNOTIFY_OK });
   * const { kernel, pnotify } = boot();
   * pnotify.track(kernel.init, labels, { data: "the first one" });
   * assertEquals(pnotify.dataOf(kernel.init, labels), "the first one");
   * assertEquals(pnotify.untrack(kernel.init, labels), true);
   * ```
   */
  track<D>(task: Task, events: PnotifyEvents<D>, options: SubscribeOptions<D> = {}): D {
    return this.#withList(task, "write", () => this.subscribe(task, events, options).data);
  }

  /**
   * Ends the first subscription of a task, with all that goes around it. No hook is called.
   *
   * Locking: takes the task's subscriberListSem for writing.
   *
   * Origin: our own.
   *
   * @param task The task.
   * @param events What to unsubscribe.
   * @returns Whether it was subscribed.
   * @example
   * ```ts
   * import { boot, defineEvents, PNOTIFY_OK } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const events = defineEvents({ name: "short", fork: () => PNOTIFY_OK });
   * const { kernel, pnotify } = boot();
   * pnotify.track(kernel.init, events);
   * assertEquals(pnotify.untrack(kernel.init, events), true);
   * assertEquals(pnotify.untrack(kernel.init, events), false);
   * ```
   */
  untrack<D>(task: Task, events: PnotifyEvents<D>): boolean {
    return this.#withList(task, "write", () => {
      const subscriber = this.getSubscriber(task, events);
      if (subscriber !== null) this.unsubscribe(task, subscriber);
      return subscriber !== null;
    });
  }

  /**
   * Reads a module's data of a task, with all that goes around it.
   *
   * Locking: takes the task's subscriberListSem for reading.
   *
   * Origin: our own: the example at the end of the seed.
   *
   * @param task The task.
   * @param events Whose data.
   * @returns The data, or null when it is not subscribed.
   * @example
   * ```ts
   * import { boot, defineEvents, PNOTIFY_OK } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const events = defineEvents<number>({ name: "counts", fork: () => PNOTIFY_OK });
   * const { kernel, pnotify } = boot();
   * pnotify.track(kernel.init, events, { data: 7 });
   * assertEquals([pnotify.dataOf(kernel.init, events), pnotify.dataOf(kernel.kthreadd, events)], [7, null]);
   * ```
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
   * Origin: our own.
   *
   * @param events The structure.
   * @returns True from register to unregister.
   * @example
   * ```ts
   * import { boot, defineEvents, PNOTIFY_OK } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const events = defineEvents({ name: "audit", fork: () => PNOTIFY_OK });
   * const { pnotify } = boot();
   * assertEquals(pnotify.isRegistered(events), false);
   * pnotify.register(events);
   * assertEquals(pnotify.isRegistered(events), true);
   * ```
   */
  isRegistered<D>(events: PnotifyEvents<D>): boolean {
    return this.#registry.find(events as PnotifyEvents<unknown>)?.registered ?? false;
  }

  /**
   * The registered structures, in order of registration (the global list, A13).
   *
   * @returns A copy of the list.
   * @example
   * ```ts
   * import { boot, defineEvents, PNOTIFY_OK } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const { pnotify } = boot();
   * pnotify.register(defineEvents({ name: "audit", fork: () => PNOTIFY_OK }));
   * assertEquals(pnotify.registeredEvents().map((events) => events.name), ["audit"]);
   * ```
   */
  registeredEvents(): PnotifyEvents<unknown>[] {
    return this.#registry.registered.map((entry) => entry.events);
  }

  /**
   * How many subscriptions an events structure has (refcnt).
   *
   * Origin: `refcnt` of the structure (A1).
   *
   * @param events The structure.
   * @returns The number.
   * @example
   * ```ts
   * import { boot, defineEvents, PNOTIFY_OK } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const events = defineEvents({ name: "audit", fork: () => PNOTIFY_OK });
   * const { kernel, pnotify } = boot();
   * pnotify.track(kernel.init, events);
   * kernel.fork(kernel.init);
   * assertEquals(pnotify.subscriptionCount(events), 2);
   * ```
   */
  subscriptionCount<D>(events: PnotifyEvents<D>): number {
    return this.#registry.find(events as PnotifyEvents<unknown>)?.count ?? 0;
  }

  /**
   * The balance law (A50): init + fork + subscribed = exit + unsubscribed + current.
   *
   * @param events The structure.
   * @returns The terms, and whether it holds.
   * @example
   * ```ts
   * import { boot, defineEvents, PNOTIFY_OK } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const events = defineEvents({ name: "audit", fork: () => PNOTIFY_OK });
   * const { kernel, pnotify } = boot();
   * pnotify.track(kernel.init, events);
   * kernel.exit(kernel.fork(kernel.init));
   * const { subscribed, fork, exit, current, balanced } = pnotify.balance(events);
   * assertEquals([subscribed, fork, exit, current, balanced], [1, 1, 1, 1, true]);
   * ```
   */
  balance<D>(events: PnotifyEvents<D>): Balance {
    return balanceOf(this.#registry.of(events as PnotifyEvents<unknown>));
  }

  /**
   * Every structure that was ever registered or subscribed here, with its balance.
   *
   * Origin: our own: the law of the example module (A50).
   *
   * @returns In order of first sight.
   * @example
   * ```ts
   * import { boot, defineEvents, PNOTIFY_OK } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const { pnotify } = boot();
   * pnotify.register(defineEvents({ name: "audit", fork: () => PNOTIFY_OK }));
   * assertEquals(pnotify.balances().map(({ name, balance }) => [name, balance.balanced]), [["audit", true]]);
   * ```
   */
  balances(): { readonly name: string; readonly registered: boolean; readonly balance: Balance }[] {
    return this.#registry.all().map((entry) => ({
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
   * What this kernel knows of every structure that was ever registered or subscribed here, for those who look a world
   * over.
   *
   * Origin: our own.
   *
   * @returns In order of first sight.
   * @example
   * ```ts
   * import { boot, defineEvents, PNOTIFY_OK } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const { kernel, pnotify } = boot();
   * pnotify.track(kernel.init, defineEvents({ name: "loose", fork: () => PNOTIFY_OK }));
   * assertEquals(pnotify.entries().map((entry) => [entry.registered, entry.count]), [[false, 1]]);
   * ```
   */
  entries(): readonly EventsEntry[] {
    return this.#registry.all();
  }

  /**
   * The callout for a task that was not forked here (A14).
   *
   * Locking: takes eventsSem for reading, and the task's list for writing.
   *
   * @internal
   * @param task The task.
   * @example
   * ```ts
   * import { boot, defineEvents, PNOTIFY_OK } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const seen: string[] = [];
   * const audit = defineEvents({
   *   name: "audit",
   *   init: (task) => (seen.push(task.comm), PNOTIFY_OK),
   *   fork: () => PNOTIFY_OK,
   * });
   * const { kernel, pnotify } = boot();
   * pnotify.register(audit);
   * kernel.adoptTask(kernel.init, { comm: "sh" });
   * assertEquals(seen, ["init", "kthreadd", "sh"]);
   * ```
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
   * The callout of copyProcess (A35).
   *
   * Locking: takes the parent's list for reading; the child's counts as held.
   *
   * @internal
   * @param child The child, not yet on the task list.
   * @param parent The task that forks.
   * @throws {KernelError} EPERM or another errno when a hook refuses, ENOMEM, or EFAULT when one breaks the rules.
   */
  fork(child: Task, parent: Task): void {
    const kernel = this.#kernel;
    const registry = this.#registry;
    if (isUnwatched(kernel) && !registry.twoPhase) forkUnwatched(kernel, registry, child, parent);
    else forkSubscribers(kernel, registry, child, parent);
  }

  /**
   * The callout of a fork that failed (A41, A44).
   *
   * @internal
   * @param child The child that never ran.
   * @param parent The task that forks.
   * @example
   * ```ts
   * import { boot, defineEvents, KernelError, PNOTIFY_ERROR, PNOTIFY_OK } from "@pnotify/pnotify";
   * import { assertEquals, assertThrows } from "@std/assert";
   * const heard: string[] = [];
   * const events = defineEvents({
   *   name: "audit",
   *   fork: () => PNOTIFY_OK,
   *   exit: (task) => void heard.push(`exit ${task.pid}`),
   * });
   * const veto = defineEvents({ name: "veto", fork: () => PNOTIFY_ERROR });
   * const { kernel, pnotify } = boot();
   * pnotify.track(kernel.init, events);
   * pnotify.track(kernel.init, veto);
   * assertThrows(() => kernel.fork(kernel.init), KernelError, "EPERM");
   * assertEquals(heard, ["exit 3"]);
   * ```
   */
  forkFailed(child: Task, parent: Task): void {
    undoFork(this.#kernel, this.#registry, child, parent);
  }

  /**
   * The callout of exec (A51).
   *
   * Locking: takes the task's list for reading.
   *
   * @internal
   * @param task The task.
   * @example
   * ```ts
   * import { boot, defineEvents, PNOTIFY_OK } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const heard: string[] = [];
   * const events = defineEvents({
   *   name: "audit",
   *   fork: () => PNOTIFY_OK,
   *   exec: (task) => void heard.push(task.comm),
   * });
   * const { kernel, pnotify } = boot();
   * pnotify.track(kernel.init, events);
   * pnotify.exec(kernel.init);
   * assertEquals(heard, ["init"]);
   * ```
   */
  exec(task: Task): void {
    if (isUnwatched(this.#kernel)) execUnwatched(this.#kernel, task);
    else execSubscribers(this.#kernel, task);
  }

  /**
   * The callout of exit (A47).
   *
   * Locking: takes the task's list for writing.
   *
   * @internal
   * @param task The task.
   */
  exit(task: Task): void {
    const kernel = this.#kernel;
    if (isUnwatched(kernel) && !this.#registry.wants.free) exitUnwatched(kernel, task);
    else exitSubscribers(kernel, task, false);
  }

  /**
   * The callouts of the further events.
   *
   * Locking: takes the task's list, for writing when the event is `free`, else for reading.
   *
   * @internal
   * @param event What happened.
   * @param task The task it happened to.
   * @param detail What goes with the event.
   * @example
   * ```ts
   * import { boot, defineEvents, PNOTIFY_OK } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const heard: string[] = [];
   * const events = defineEvents({
   *   name: "audit",
   *   fork: () => PNOTIFY_OK,
   *   rename: (_task, _subscriber, before) => void heard.push(before),
   * });
   * const { kernel, pnotify } = boot();
   * pnotify.track(kernel.init, events);
   * pnotify.further("rename", kernel.init, "swapper");
   * assertEquals(heard, ["swapper"]);
   * ```
   */
  further<E extends FurtherEvent>(event: E, task: Task, detail: FurtherEvents[E]): void {
    if (this.#registry.wants[event]) furtherSubscribers(this.#kernel, event, task, detail);
  }

  /**
   * The names of a task's subscribers, in list order.
   *
   * @internal
   * @param task The task; nobody else may use its list any more.
   * @returns The names.
   * @example
   * ```ts
   * import { boot, defineEvents, PNOTIFY_OK } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const events = defineEvents({ name: "audit", fork: () => PNOTIFY_OK });
   * const { kernel, pnotify } = boot();
   * pnotify.track(kernel.init, events);
   * assertEquals(pnotify.subscribersOf(kernel.init), ["audit"]);
   * ```
   */
  subscribersOf(task: Task): string[] {
    const names: string[] = [];
    for (let at = firstSubscriber(task); at !== null; at = at.next) names.push(at.events.name);
    return names;
  }

  /** Unregisters what a module left registered, and ends the subscriptions that it left. */
  #removeLeftovers(module: string): Leftover[] {
    const left: Leftover[] = [];
    for (const entry of this.#registry.all()) {
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
