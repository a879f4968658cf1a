import type { Credentials } from "../kernel/cred.ts";
import { KernelError } from "../kernel/errno.ts";
import type { Program } from "../kernel/program.ts";
import type { Task } from "../kernel/task.ts";
import type { Subscriber } from "./subscriber.ts";
import type { TaskData } from "./task_data.ts";
import { PNOTIFY_NAMELN, type Verdict } from "./verdict.ts";

/** The hooks that an events structure may have. To add a hook, begin here: the compiler names the places that follow. */
export const HOOKS = [
  "init",
  "fork",
  "exec",
  "exit",
  "clone",
  "canFork",
  "cancelFork",
  "canExec",
  "credentials",
  "session",
  "rename",
  "signal",
  "reparent",
  "free",
] as const;

/** The name of a hook. */
export type HookName = typeof HOOKS[number];

/**
 * The events that a module hears of, as its author writes them (struct pnotify_events). Only `fork` is required (A11).
 *
 * Each hook gets the task that it is about, and the module's subscriber on that task's list. `init`, `fork`, `clone`,
 * `canFork` and `canExec` return a verdict. The other hooks return nothing and cannot refuse.
 *
 * An exec that `canExec` permits may fail later, and a live run asks before the call: count in `exec`. What a recording
 * does not tell is null in the program, and `task.credentials` says whether its user is assumed.
 *
 * Locking: `init`, `exit` and `free` run with the list held for writing, `init` also with the events semaphore (A54).
 * `canExec`, `exec` and the further events hold the list for reading. The four hooks of a fork hold the parent's list for reading;
 * the child's list counts as held.
 *
 * @typeParam D The data that the module hangs on each task.
 * @example
 * ```ts
 * import { boot, type EventsDescription, HOOKS, PNOTIFY_NOSUB, PNOTIFY_OK, PnotifyEvents, type Task } from "@pnotify/pnotify";
 * import { assertEquals } from "@std/assert";
 * const calls: string[] = [];
 * const tell = (hook: string) => (task: Task) => void calls.push(`${hook} ${task}`);
 * const agree = (hook: string) => (task: Task) => (calls.push(`${hook} ${task}`), PNOTIFY_OK);
 * const description: EventsDescription<null> = {
 *   name: "everything",
 *   init: () => PNOTIFY_NOSUB,
 *   canFork: agree("canFork"),
 *   cancelFork: tell("cancelFork"),
 *   fork: agree("fork"),
 *   clone: agree("clone"),
 *   canExec: agree("canExec"),
 *   exec: tell("exec"),
 *   rename: tell("rename"),
 *   session: tell("session"),
 *   credentials: tell("credentials"),
 *   reparent: tell("reparent"),
 *   signal: tell("signal"),
 *   exit: tell("exit"),
 *   free: tell("free"),
 * };
 * const { kernel, pnotify } = boot();
 * const events = new PnotifyEvents(description);
 * assertEquals(HOOKS.filter((hook) => events[hook] === null), []);
 * pnotify.register(events);
 * const shell = kernel.fork(kernel.init);
 * pnotify.track(shell, events);
 * const child = kernel.fork(shell);
 * kernel.exec(child, "/bin/make");
 * kernel.setsid(child);
 * kernel.setuid(child, 1000);
 * kernel.kill(child.pid, "SIGTERM");
 * kernel.wait(shell);
 * assertEquals(calls, [
 *   "canFork init[3]",
 *   "fork init[4]",
 *   "canExec init[4]",
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
  /** The name, 1 to 32 characters, unique among registered structures. Usually that of the module. */
  readonly name: string;
  /** The module that it belongs to, as `env.name` gives it. Null for users of the library. */
  readonly module?: string | null;
  /** Any value that the module keeps with it (the seed's `data`). */
  readonly data?: unknown;
  /** The life of the data that each task has. Without it data begins as null (A27, A46). */
  readonly taskData?: TaskData<D>;
  /** Modules of higher priority are called first, equal ones in order of subscription. 0 by default. */
  readonly priority?: number;
  /** Hears of every task, without subscriptions, data or balance (A50). PNOTIFY_NOSUB then allows a fork, too. */
  readonly global?: boolean;

  /** Registration subscribed an existing task, and calls this for it (A14). PNOTIFY_ERROR fails the registration. */
  init?(task: Task, subscriber: Subscriber<D>): Verdict;
  /** A subscribed task forks; the child is not yet on the task list (A35, A37). PNOTIFY_ERROR fails the fork. */
  fork(child: Task, subscriber: Subscriber<D>, parentData: D): Verdict;
  /** The task runs a new program (A51). */
  exec?(task: Task, subscriber: Subscriber<D>): void;
  /** The task ends, the module is unregistered, or a fork is undone (A47, A23, A41). The task is still subscribed. */
  exit?(task: Task, subscriber: Subscriber<D>): void;
  /** Called in place of `fork` when the child is a thread. */
  clone?(thread: Task, subscriber: Subscriber<D>, parentData: D): Verdict;
  /** Called before any `fork` hook, for each subscriber of the parent. PNOTIFY_ERROR fails the fork. */
  canFork?(parent: Task, subscriber: Subscriber<D>, child: Task): Verdict;
  /** A fork failed after `canFork` agreed. Called in reverse order, after the exits of the roll-back. */
  cancelFork?(parent: Task, subscriber: Subscriber<D>, child: Task): void;
  /** The task is about to execute a program, and nothing has changed yet. PNOTIFY_ERROR fails the exec. */
  canExec?(task: Task, subscriber: Subscriber<D>, program: Program): Verdict;
  /** A user, a group or a capability changed. */
  credentials?(task: Task, subscriber: Subscriber<D>, before: Credentials): void;
  /** The task made a session. `before` is the id of its session before. */
  session?(task: Task, subscriber: Subscriber<D>, before: number): void;
  /** The comm changed without exec. `before` is the old comm. */
  rename?(task: Task, subscriber: Subscriber<D>, before: string): void;
  /** A fatal signal ends the task; its exit follows. `signal` is the number. */
  signal?(task: Task, subscriber: Subscriber<D>, signal: number): void;
  /** The parent ended and another task adopted the process. Called for the leader only. */
  reparent?(task: Task, subscriber: Subscriber<D>, before: Task): void;
  /** The task is reaped. It stays subscribed from exit until then. Meanwhile unregistering calls this, and not exit. */
  free?(task: Task, subscriber: Subscriber<D>): void;
}

/** The type of a hook. */
export type Hook<D, H extends HookName> = NonNullable<EventsDescription<D>[H]>;

/**
 * A checked description, with every field set (`struct pnotify_events`, A1). It holds no state of a kernel, so many
 * kernels can use it.
 *
 * @typeParam D The data that the module hangs on each task.
 */
export class PnotifyEvents<D> implements Readonly<Record<HookName, unknown>> {
  /** The name. */
  readonly name: string;
  /** The module that it belongs to, or null. */
  readonly module: string | null;
  /** Any value that the module keeps with it. */
  readonly data: unknown;
  /** The life of the data that each task has, or null. */
  readonly taskData: TaskData<D> | null;
  /** Modules of higher priority are called first. */
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
  /** The canExec hook, or null. */
  readonly canExec: Hook<D, "canExec"> | null;
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
    this.canExec = from.canExec ?? null;
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
 * Describes the events that a module hears of: checks and fills a `struct pnotify_events` (the seed, A10). With
 * `taskData` every subscriber has data; without it data begins as null.
 *
 * @typeParam D The data that the module hangs on each task.
 * @param description The description.
 * @returns The description, checked and frozen.
 * @throws {KernelError} EINVAL, with the field that is wrong.
 * @example
 * ```ts
 * import { boot, defineEvents, KernelError, PNOTIFY_ERROR, PNOTIFY_NAMELN, PNOTIFY_OK } from "@pnotify/pnotify";
 * import { assertEquals, assertThrows } from "@std/assert";
 * const ended: string[] = [];
 * const onlyChild = defineEvents<string>({
 *   name: "only_child",
 *   taskData: { create: (task) => `data of ${task}`, destroy: (data) => void ended.push(data) },
 *   fork: (child) => child.pid === 3 ? PNOTIFY_OK : PNOTIFY_ERROR,
 * });
 * const { kernel, pnotify } = boot();
 * pnotify.track(kernel.init, onlyChild);
 * kernel.exit(kernel.fork(kernel.init));
 * assertEquals(ended, ["data of init[3]"]);
 * assertThrows(() => kernel.fork(kernel.init), KernelError, "EPERM");
 * const name = "x".repeat(PNOTIFY_NAMELN + 1);
 * assertThrows(() => defineEvents({ name, fork: () => PNOTIFY_OK }), KernelError, "EINVAL");
 * ```
 */
export function defineEvents<D>(
  description: EventsDescription<D> & { readonly taskData: TaskData<D> },
): PnotifyEvents<D>;
/**
 * Describes the events that a module hears of, with data that begins as null.
 *
 * @typeParam D The data that the module may hang on each task.
 * @param description The description.
 * @returns The description, checked and frozen.
 * @throws {KernelError} EINVAL, with the field that is wrong.
 */
export function defineEvents<D = never>(
  description: EventsDescription<D | null> & { readonly taskData?: undefined },
): PnotifyEvents<D | null>;
export function defineEvents(description: EventsDescription<unknown>): PnotifyEvents<unknown> {
  checkDescription(description);
  return new PnotifyEvents(description);
}

/** The fields of a description beside its hooks. The compiler refuses a list that lacks one. */
const SETTINGS: Readonly<Record<Exclude<keyof EventsDescription<unknown>, HookName>, true>> =
  /* @__PURE__ */ Object.freeze<Record<Exclude<keyof EventsDescription<unknown>, HookName>, true>>({
    name: true,
    module: true,
    data: true,
    taskData: true,
    priority: true,
    global: true,
  });

function refuse(name: unknown, found: string, wanted: string): KernelError {
  return new KernelError("EINVAL", { action: "define events", name: String(name), found, wanted });
}

/** The checks of A10, and the checks of what is new here. */
function checkDescription(description: EventsDescription<unknown>): void {
  if (typeof description !== "object" || description === null) {
    throw refuse(description, "it is no object", "a description is wanted");
  }
  const { name } = description;
  const fields: readonly string[] = [...Object.keys(SETTINGS), ...HOOKS];
  for (const field of Object.keys(description)) {
    if (fields.includes(field)) continue;
    throw refuse(name, `there is no field "${field}"`, `one of ${fields.join(", ")} is wanted`);
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
  for (const field of ["init", "taskData", "canFork", "cancelFork", "canExec"] as const) {
    if (description[field] === undefined) continue;
    throw refuse(name, `${field} is set`, "a global one has no subscriptions, so none is wanted");
  }
}
