import type { Credentials } from "../kernel/cred.ts";
import { KernelError } from "../kernel/errno.ts";
import type { Task } from "../kernel/task.ts";
import type { Subscriber } from "./subscriber.ts";
import type { TaskData } from "./task_data.ts";
import { PNOTIFY_NAMELN, type Verdict } from "./verdict.ts";

/**
 * What a module wants to hear of (struct pnotify_events), as its author describes it.
 *
 * @typeParam D The data that the module hangs on each task.
 * @example
 * ```ts
 * import { boot, type EventsDescription, PNOTIFY_NOSUB, PNOTIFY_OK, PnotifyEvents, type Task } from "@pnotify/pnotify";
 * import { assertEquals } from "@std/assert";
 * const heard: string[] = [];
 * const hear = (what: string) => (task: Task) => void heard.push(`${what} ${task}`);
 * const agree = (what: string) => (task: Task) => (heard.push(`${what} ${task}`), PNOTIFY_OK);
 * const description: EventsDescription<null> = {
 *   name: "everything",
 *   init: () => PNOTIFY_NOSUB,
 *   canFork: agree("canFork"),
 *   cancelFork: hear("cancelFork"),
 *   fork: agree("fork"),
 *   clone: agree("clone"),
 *   exec: hear("exec"),
 *   rename: hear("rename"),
 *   session: hear("session"),
 *   credentials: hear("credentials"),
 *   reparent: hear("reparent"),
 *   signal: hear("signal"),
 *   exit: hear("exit"),
 *   free: hear("free"),
 * };
 * const { kernel, pnotify } = boot();
 * const events = new PnotifyEvents(description);
 * pnotify.register(events);
 * const shell = kernel.fork(kernel.init);
 * pnotify.track(shell, events);
 * const child = kernel.fork(shell);
 * kernel.exec(child, "/bin/make");
 * kernel.setsid(child);
 * kernel.setuid(child, 1000);
 * kernel.kill(child.pid, "SIGTERM");
 * kernel.wait(shell);
 * assertEquals(heard, [
 *   "canFork init[3]",
 *   "fork init[4]",
 *   "exec make[4]",
 *   "session make[4]",
 *   "credentials make[4]",
 *   "signal make[4]",
 *   "exit make[4]",
 *   "free make[4]",
 * ]);
 * ```
 */
export interface EventsDescription<D> {
  /** The name, unique among registered ones: 1 to 32 characters. Usually that of the module. */
  readonly name: string;
  /** The module that it belongs to, as `env.name` gives it. Null for users of the library. */
  readonly module?: string | null;
  /** Whatever the module wants to keep with it (the seed's `data`). */
  readonly data?: unknown;
  /** How the data of a task comes to be, is inherited, and ends. Without it, data begins as null (A27, A46). */
  readonly taskData?: TaskData<D>;
  /** Subscribers with a higher priority are called first; those of equal priority in order of subscription. */
  readonly priority?: number;
  /**
   * Hear of every task, without subscriptions and without per-task data. The balance law (A50) has nothing to count
   * then, and a fork answered with PNOTIFY_NOSUB goes on like one answered with PNOTIFY_OK, without exit in a roll-back.
   */
  readonly global?: boolean;

  /**
   * At registration, for every task there is, subscribed already (A14).
   *
   * Locking: the events semaphore and the task's list are held for writing (A54).
   *
   * @param task The task.
   * @param subscriber The module's entry on its list.
   * @returns PNOTIFY_OK to stay, PNOTIFY_NOSUB to be taken off again, PNOTIFY_ERROR to fail the registration.
   */
  init?(task: Task, subscriber: Subscriber<D>): Verdict;
  /**
   * A subscribed task forks; runs in the parent's context before the child is on the task list (A35, A37).
   *
   * Locking: the parent's list is held for reading; the child's counts as held.
   *
   * @param child The child.
   * @param subscriber The module's entry on the child's list.
   * @param parentData The parent's data for this module.
   * @returns PNOTIFY_OK to stay, PNOTIFY_NOSUB to be taken off again, PNOTIFY_ERROR to fail the fork.
   */
  fork(child: Task, subscriber: Subscriber<D>, parentData: D): Verdict;
  /**
   * A subscribed task runs a new program (A51).
   *
   * Locking: its list is held for reading.
   *
   * @param task The task.
   * @param subscriber The module's entry on its list.
   */
  exec?(task: Task, subscriber: Subscriber<D>): void;
  /**
   * A subscribed task ends, or the module is unregistered, or a fork is rolled back (A47, A23, A41).
   *
   * Locking: its list is held for writing.
   *
   * @param task The task.
   * @param subscriber The module's entry on its list, still there.
   */
  exit?(task: Task, subscriber: Subscriber<D>): void;

  /**
   * Instead of `fork`, when the child is a thread.
   *
   * Locking: as `fork`.
   *
   * @param thread The thread.
   * @param subscriber The module's entry on the thread's list.
   * @param parentData The forker's data for this module.
   * @returns As `fork`.
   */
  clone?(thread: Task, subscriber: Subscriber<D>, parentData: D): Verdict;
  /**
   * Asked of all modules before any fork hook. Answering PNOTIFY_ERROR or throwing a KernelError fails the fork;
   * anything else is a yes, and the fork hook decides about the child.
   *
   * Locking: the parent's list is held for reading.
   *
   * @param parent The task that forks.
   * @param subscriber The module's entry on the parent's list.
   * @param child The child, with its pid set.
   * @returns PNOTIFY_ERROR to fail the fork, anything else to go on.
   */
  canFork?(parent: Task, subscriber: Subscriber<D>, child: Task): Verdict;
  /**
   * A fork that `canFork` agreed to has failed; called in reverse order, after the exits of the roll-back. Who was not
   * asked is not called.
   *
   * Locking: the parent's list is held for reading.
   *
   * @param parent The task that forks.
   * @param subscriber The module's entry on the parent's list.
   * @param child The child that never ran.
   */
  cancelFork?(parent: Task, subscriber: Subscriber<D>, child: Task): void;
  /**
   * A user, group or capability changed. Locking: the task's list is held for reading.
   *
   * @param task The task.
   * @param subscriber The module's entry on its list.
   * @param before What they were.
   */
  credentials?(task: Task, subscriber: Subscriber<D>, before: Credentials): void;
  /**
   * A session was made. Locking: the task's list is held for reading.
   *
   * @param task The task.
   * @param subscriber The module's entry on its list.
   * @param before The id of its session before.
   */
  session?(task: Task, subscriber: Subscriber<D>, before: number): void;
  /**
   * A comm changed without exec. Locking: the task's list is held for reading.
   *
   * @param task The task.
   * @param subscriber The module's entry on its list.
   * @param before The old comm.
   */
  rename?(task: Task, subscriber: Subscriber<D>, before: string): void;
  /**
   * A fatal signal ends the task; its exit follows. Locking: the task's list is held for reading.
   *
   * @param task The task.
   * @param subscriber The module's entry on its list.
   * @param signal The number of the signal.
   */
  signal?(task: Task, subscriber: Subscriber<D>, signal: number): void;
  /**
   * The parent of its process ended and another adopted it; its leader hears.
   *
   * Locking: the task's list is held for reading.
   *
   * @param task The leader of the process.
   * @param subscriber The module's entry on its list.
   * @param before The parent it had.
   */
  reparent?(task: Task, subscriber: Subscriber<D>, before: Task): void;
  /**
   * The task is reaped. A module with this hook stays on the list, data and all, from exit until here. When it is
   * unregistered in between, this comes then, in place of a second exit.
   *
   * Locking: the task's list is held for writing.
   *
   * @param task The task, off the task list.
   * @param subscriber The module's entry on its list, still there.
   */
  free?(task: Task, subscriber: Subscriber<D>): void;
}

/** The name of a hook. */
export type HookName =
  | "init"
  | "fork"
  | "exec"
  | "exit"
  | "clone"
  | "canFork"
  | "cancelFork"
  | "credentials"
  | "session"
  | "rename"
  | "signal"
  | "reparent"
  | "free";

/**
 * The hooks that an events structure may have.
 *
 * @example
 * ```ts
 * import { defineEvents, HOOKS, PNOTIFY_OK } from "@pnotify/pnotify";
 * import { assertEquals } from "@std/assert";
 * const events = defineEvents({ name: "small", fork: () => PNOTIFY_OK });
 * assertEquals(HOOKS.filter((hook) => events[hook] !== null), ["fork"]);
 * ```
 */
export const HOOKS: readonly HookName[] = /* @__PURE__ */ Object.freeze([
  "init",
  "fork",
  "exec",
  "exit",
  "clone",
  "canFork",
  "cancelFork",
  "credentials",
  "session",
  "rename",
  "signal",
  "reparent",
  "free",
]);

/** The type of a hook. */
export type Hook<D, H extends HookName> = NonNullable<EventsDescription<D>[H]>;

/**
 * A checked description, with every field set. It holds no state of any kernel, so one serves many.
 *
 * Origin: `struct pnotify_events` (A1).
 *
 * @typeParam D The data that the module hangs on each task.
 * @example
 * ```ts
 * import { defineEvents, PNOTIFY_OK, PnotifyEvents } from "@pnotify/pnotify";
 * import { assertEquals } from "@std/assert";
 * const events: PnotifyEvents<null> = defineEvents({ name: "small", fork: () => PNOTIFY_OK });
 * assertEquals([events.name, events.exit, events.priority, events.global], ["small", null, 0, false]);
 * assertEquals(events instanceof PnotifyEvents, true);
 * ```
 */
export class PnotifyEvents<D> {
  /** The name. */
  readonly name: string;
  /** The module that it belongs to, or null. */
  readonly module: string | null;
  /** Whatever the module wants to keep with it. */
  readonly data: unknown;
  /** How the data of a task comes to be, is inherited, and ends, or null. */
  readonly taskData: TaskData<D> | null;
  /** Higher is called first. */
  readonly priority: number;
  /** Whether it hears of every task. */
  readonly global: boolean;
  /** The init hook, or null. */
  readonly init: Hook<D, "init"> | null;
  /** The fork hook. */
  readonly fork: Hook<D, "fork">;
  /** The exec hook, or null. */
  readonly exec: Hook<D, "exec"> | null;
  /** The exit hook, or null. */
  readonly exit: Hook<D, "exit"> | null;
  /** The clone hook, or null. */
  readonly clone: Hook<D, "clone"> | null;
  /** The canFork hook, or null. */
  readonly canFork: Hook<D, "canFork"> | null;
  /** The cancelFork hook, or null. */
  readonly cancelFork: Hook<D, "cancelFork"> | null;
  /** The credentials hook, or null. */
  readonly credentials: Hook<D, "credentials"> | null;
  /** The session hook, or null. */
  readonly session: Hook<D, "session"> | null;
  /** The rename hook, or null. */
  readonly rename: Hook<D, "rename"> | null;
  /** The signal hook, or null. */
  readonly signal: Hook<D, "signal"> | null;
  /** The reparent hook, or null. */
  readonly reparent: Hook<D, "reparent"> | null;
  /** The free hook, or null. */
  readonly free: Hook<D, "free"> | null;

  /**
   * Sets every field of a description that was checked.
   *
   * @param from A checked description; use {@linkcode defineEvents}.
   */
  constructor(from: EventsDescription<D>) {
    this.name = from.name;
    this.module = from.module ?? null;
    this.data = from.data ?? null;
    this.taskData = from.taskData === undefined ? null : Object.freeze({ ...from.taskData });
    this.priority = from.priority ?? 0;
    this.global = from.global ?? false;
    this.init = from.init ?? null;
    this.fork = from.fork;
    this.exec = from.exec ?? null;
    this.exit = from.exit ?? null;
    this.clone = from.clone ?? null;
    this.canFork = from.canFork ?? null;
    this.cancelFork = from.cancelFork ?? null;
    this.credentials = from.credentials ?? null;
    this.session = from.session ?? null;
    this.rename = from.rename ?? null;
    this.signal = from.signal ?? null;
    this.reparent = from.reparent ?? null;
    this.free = from.free ?? null;
    Object.freeze(this);
  }
}

/**
 * Describes what a module wants to hear of. Only `fork` is required (the seed; A11).
 *
 * With `taskData` every subscriber has data; without it data begins as null.
 *
 * Origin: the seed fills out a `struct pnotify_events`; that is checked here (A10).
 *
 * @typeParam D The data that the module hangs on each task.
 * @param description The description.
 * @returns The description, checked and frozen.
 * @throws {KernelError} EINVAL naming the field that is wrong.
 * @example
 * ```ts
 * import { boot, defineEvents, PNOTIFY_OK } from "@pnotify/pnotify";
 * import { assertEquals } from "@std/assert";
 * const children = defineEvents<{ count: number }>({
 *   name: "children",
 *   taskData: { create: () => ({ count: 0 }), inherit: "share" },
 *   fork(_child, subscriber) {
 *     subscriber.data.count++;
 *     return PNOTIFY_OK;
 *   },
 * });
 * const { kernel, pnotify } = boot();
 * pnotify.register(children);
 * const shell = kernel.fork(kernel.init);
 * pnotify.track(shell, children);
 * kernel.fork(kernel.fork(shell));
 * assertEquals(pnotify.dataOf(shell, children)?.count, 2);
 * ```
 */
export function defineEvents<D>(
  description: EventsDescription<D> & { readonly taskData: TaskData<D> },
): PnotifyEvents<D>;
/**
 * Describes what a module wants to hear of, with data that begins as null.
 *
 * @typeParam D The data that the module may hang on each task.
 * @param description The description.
 * @returns The description, checked and frozen.
 * @throws {KernelError} EINVAL naming the field that is wrong.
 */
export function defineEvents<D = never>(
  description: EventsDescription<D | null> & { readonly taskData?: undefined },
): PnotifyEvents<D | null>;
export function defineEvents(description: EventsDescription<unknown>): PnotifyEvents<unknown> {
  checkDescription(description);
  return new PnotifyEvents(description);
}

/** What a description may have. */
const FIELDS: readonly string[] = /* @__PURE__ */ Object.freeze([
  "name",
  "module",
  "data",
  "taskData",
  "priority",
  "global",
  ...HOOKS,
]);

function refuse(name: unknown, found: string, wanted: string): KernelError {
  return new KernelError("EINVAL", { action: "define events", name: String(name), found, wanted });
}

/** The checks of A10, and those that a typed description adds. */
function checkDescription(description: EventsDescription<unknown>): void {
  if (typeof description !== "object" || description === null) {
    throw refuse(description, "it is no object", "a description is wanted");
  }
  const { name } = description;
  for (const field of Object.keys(description)) {
    if (FIELDS.includes(field)) continue;
    throw refuse(name, `there is no field "${field}"`, `one of ${FIELDS.join(", ")} is wanted`);
  }
  if (typeof name !== "string" || name.length < 1 || name.length > PNOTIFY_NAMELN) {
    const found = typeof name === "string"
      ? `${name.length} characters long`
      : `of type ${typeof name}`;
    throw refuse(name, `name is ${found}`, `1 to ${PNOTIFY_NAMELN} characters are wanted`);
  }
  if (typeof description.fork !== "function") {
    throw refuse(name, `fork is of type ${typeof description.fork}`, "a function is wanted");
  }
  for (const hook of HOOKS) {
    const value = description[hook];
    if (value === undefined || value === null || typeof value === "function") continue;
    throw refuse(name, `${hook} is of type ${typeof value}`, "a function or nothing is wanted");
  }
  if (!Number.isFinite(description.priority ?? 0)) {
    throw refuse(name, `priority is ${description.priority}`, "a finite number is wanted");
  }
  const { module, global } = description;
  if (module !== undefined && module !== null && typeof module !== "string") {
    throw refuse(name, `module is of type ${typeof module}`, "the name of a module is wanted");
  }
  if (global !== undefined && typeof global !== "boolean") {
    throw refuse(name, `global is of type ${typeof global}`, "true or false is wanted");
  }
  if (description.taskData !== undefined) checkTaskData(name, description.taskData);
  if (description.global) checkGlobal(name, description);
}

function checkTaskData(name: string, taskData: TaskData<unknown>): void {
  if (typeof taskData !== "object" || taskData === null) {
    throw refuse(name, "taskData is no object", "an object with create is wanted");
  }
  if (typeof taskData.create !== "function") {
    throw refuse(
      name,
      `taskData.create is of type ${typeof taskData.create}`,
      "a function is wanted",
    );
  }
  const { inherit, destroy } = taskData;
  if (
    inherit !== undefined && typeof inherit !== "function" &&
    !["copy", "share", "none"].includes(inherit)
  ) {
    throw refuse(
      name,
      `taskData.inherit is "${inherit}"`,
      "copy, share, none or a function is wanted",
    );
  }
  if (destroy !== undefined && typeof destroy !== "function") {
    throw refuse(name, `taskData.destroy is of type ${typeof destroy}`, "a function is wanted");
  }
}

function checkGlobal(name: string, description: EventsDescription<unknown>): void {
  for (const field of ["init", "taskData", "canFork", "cancelFork"] as const) {
    if (description[field] === undefined) continue;
    throw refuse(name, `${field} is set`, "a global one has no subscriptions, so none is wanted");
  }
}
