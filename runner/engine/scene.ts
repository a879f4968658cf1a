import { type Errno, KernelError } from "../../kernel/errno.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import type { KernelModule } from "../../kernel/module.ts";
import { createProgram } from "../../kernel/program.ts";
import type { TaskReference } from "../../kernel/task_reference.ts";
import { EXIT_DEAD, type Task } from "../../kernel/task.ts";
import { WaitQueue } from "../../kernel/pending.ts";
import type { RwSemaphore } from "../../kernel/rw_semaphore.ts";
import { boot, type World } from "../../pnotify/boot.ts";
import type { PnotifyEvents } from "../../pnotify/events.ts";
import type { Pnotify } from "../../pnotify/pnotify.ts";
import type { Subscriber } from "../../pnotify/subscriber.ts";
import { PlannedFaults } from "./planned_faults.ts";
import { Naming } from "./naming.ts";
import type { Json, ModulePlan, ScenarioPlan, TaskPlan } from "./plan.ts";
import { Recorder } from "./recorder.ts";
import type { Replayed, ReplayInto, ReplayWish } from "./replayed.ts";
import { type Scripted, scriptModule } from "./scripted.ts";

/** Modules by their name in the scenario. */
export type Modules = ReadonlyMap<string, KernelModule>;

/** The parts of a scene that do not come from the scenario. */
export interface SceneOptions {
  /** A world that is booted already. */
  readonly world?: World;
  /** Whether to keep the trace. True by default. */
  readonly keepTrace?: boolean;
  /** Whether reports name the line of the module. The line may hold a path of this machine. */
  readonly stacks?: boolean;
  /** The function for the step `replay`. Null in a scenario without such a step. */
  readonly replayInto: ReplayInto | null;
}

/** A world of a scenario, with the names that its steps introduced. */
export class Scene {
  /** The kernel. */
  readonly kernel: Kernel;
  /** Its notification service. */
  readonly pnotify: Pnotify;
  /** The scenario. */
  readonly plan: ScenarioPlan;
  /** The names of pids. */
  readonly naming: Naming;
  /** The trace so far. */
  readonly recorder: Recorder;
  /** Faults that steps have planned. */
  readonly faults: PlannedFaults = new PlannedFaults();
  /** The values that steps have bound. Tasks are elsewhere. */
  readonly values: Map<string, unknown> = new Map();
  /** The step that has bound each value, in words. */
  readonly bound: Map<string, string> = new Map();
  /** The outcome of the last recording that a step replayed. */
  replayed: Replayed | null = null;
  /** The semaphores of the scenario. */
  readonly semaphores: Map<string, RwSemaphore> = new Map();
  /** The wait queues of the scenario. */
  readonly queues: Map<string, WaitQueue<unknown>> = new Map();
  /** References that steps hold. */
  readonly references: Map<string, TaskReference> = new Map();
  /** The paths that cannot be executed, with the error of each. */
  readonly unexecutable: Map<string, keyof typeof Errno> = new Map();
  readonly #tasks = new Map<string, Task>();
  readonly #modules: Modules;
  readonly #replayInto: ReplayInto | null;
  readonly #scripted = new Map<string, Scripted>();
  /** The owner of each events structure that was ever registered, by its name. */
  readonly #owners = new Map<string, string>();

  /**
   * Boots a world. Tasks and modules come with {@linkcode Scene.makeTasks} and {@linkcode Scene.load}.
   *
   * @param plan The scenario.
   * @param modules The modules that are no scripts, by name.
   * @param options The parts that do not come from the scenario.
   */
  constructor(plan: ScenarioPlan, modules: Modules, options: SceneOptions) {
    this.plan = plan;
    this.#modules = modules;
    const { world, keepTrace = true, stacks = false, replayInto } = options;
    this.#replayInto = replayInto;
    const { debug = true } = plan.kernel;
    const checks = debug && stacks ? { stacks: "reports" as const } : debug;
    const { kernel, pnotify } = world ?? boot({ ...plan.kernel, debug: checks, seed: plan.seed });
    this.kernel = kernel;
    this.pnotify = pnotify;
    this.naming = new Naming(kernel);
    this.naming.set(kernel.init.pid, "init");
    this.naming.set(kernel.kthreadd.pid, "kthreadd");
    this.#tasks.set("init", kernel.init);
    this.#tasks.set("kthreadd", kernel.kthreadd);
    this.recorder = new Recorder(kernel, this.naming, keepTrace);
    for (const module of plan.modules) {
      if (module.source.kind !== "script") continue;
      const print = (text: string) => kernel.printk(text);
      const scripted = scriptModule(module.name, module.source.script, print);
      this.#scripted.set(module.name, scripted);
      this.#owners.set(module.name, module.name);
    }
  }

  /** Replays a recording in this world. */
  replay(wish: ReplayWish): Replayed {
    return this.replayed = this.#replayInto!(this.kernel, wish);
  }

  /** Makes the tasks that are there before the first step. */
  makeTasks(): void {
    for (const task of this.plan.tasks) this.#makeTask(task);
  }

  #makeTask(plan: TaskPlan): void {
    const { kernel } = this;
    const parent = this.task(plan.parent, "fork");
    this.naming.await(plan.name);
    const task = kernel.fork(parent, plan.pid === undefined ? {} : { pid: plan.pid });
    this.bindTask(plan.name, task);
    kernel.exec(task, createProgram(plan.path));
    if (plan.gid !== undefined) kernel.setgid(task, plan.gid);
    if (plan.uid !== undefined) kernel.setuid(task, plan.uid);
  }

  // Tasks by name.

  /** Gives a name to a task. */
  bindTask(name: string, task: Task): void {
    this.#tasks.set(name, task);
    this.naming.await(null);
    this.naming.set(task.pid, name);
  }

  /** The task with a name, alive or ended, or null. */
  findTask(name: string): Task | null {
    return this.#tasks.get(name) ?? null;
  }

  /** Whether a task is on the task list. */
  isThere(task: Task | null): task is Task {
    return task !== null && task.usage > 0 && task.state !== EXIT_DEAD;
  }

  /**
   * The task of a name, for a call.
   *
   * @param name Its name.
   * @param action The call, for messages.
   * @returns The task. It may be a zombie.
   * @throws {KernelError} ESRCH when it was never born, or is reaped.
   */
  task(name: Json | undefined, action: string): Task {
    const task = this.findTask(String(name));
    if (this.isThere(task)) return task;
    throw new KernelError("ESRCH", {
      action,
      name: String(name),
      found: task === null ? "it was never born" : "it has ended and was reaped",
      wanted: "a task that is there is wanted",
    });
  }

  /** The task of a name if one was given. */
  optionalTask(name: Json | undefined, action: string): Task | undefined {
    return name === undefined ? undefined : this.task(name, action);
  }

  /** A task in words: `name[pid]`. */
  display(task: Task): string {
    return this.naming.display(`${task.comm}[${task.pid}]`);
  }

  // Modules and their events.

  /** The plan of a module. */
  modulePlan(name: string): ModulePlan {
    return this.plan.modules.find((module) => module.name === name)!;
  }

  /**
   * Loads a module of the scenario.
   *
   * @param name Its name.
   * @param options Parameters on top of those of the scenario, and how to load it.
   * @throws {KernelError} The errno of insmod.
   */
  load(name: string, options: { params?: object; force?: boolean } = {}): void {
    const plan = this.modulePlan(name);
    const scripted = this.#scripted.get(name);
    const module = scripted?.module ?? this.#renamed(name);
    const params = { ...plan.params, ...options.params } as Record<string, never>;
    const outOfTree = plan.source.kind === "file";
    this.kernel.modules.insmod(module, { params, outOfTree, force: options.force ?? false });
    this.noteOwners();
  }

  /** Records the owner of registered events. It is needed after they are unregistered. */
  noteOwners(): void {
    for (const events of this.pnotify.registeredEvents()) {
      this.#owners.set(events.name, events.module ?? events.name);
    }
  }

  #renamed(name: string): KernelModule {
    const module = this.#modules.get(name);
    if (module === undefined) {
      throw new KernelError("ENOENT", { action: "load module", name, found: "it is not there" });
    }
    return module.name === name ? module : { ...module, name };
  }

  /**
   * The events structure of a module.
   *
   * @param name The name of the structure or of its module.
   * @param action The call, for messages.
   * @returns The structure.
   * @throws {KernelError} ENOENT when the module has none registered.
   */
  events(name: string, action: string): PnotifyEvents<unknown> {
    const scripted = this.#scripted.get(name);
    if (scripted !== undefined) return scripted.events;
    const registered = this.pnotify.registeredEvents();
    const owned = registered.find((events) => events.name === name) ??
      registered.find((events) => events.module === name);
    if (owned !== undefined) return owned;
    throw new KernelError("ENOENT", {
      action,
      name,
      found: "the module has no events registered",
      wanted: "a loaded module that registers events is wanted",
    });
  }

  /** Whether the events structure of a name belongs to a module. */
  belongsTo(events: string, module: string): boolean {
    return events === module || this.#owners.get(events) === module;
  }

  /** A task's subscribers, in list order. They are read without the lock, since no other code runs meanwhile. */
  subscribers(task: Task): Subscriber<unknown>[] {
    const subscribers: Subscriber<unknown>[] = [];
    let subscriber = task.subscribers as Subscriber<unknown> | null;
    for (; subscriber !== null; subscriber = subscriber.next) subscribers.push(subscriber);
    return subscribers;
  }

  /** The entry of a module on a task's list, or null. */
  subscriberOf(task: Task, module: string): Subscriber<unknown> | null {
    const owned = ({ events }: Subscriber<unknown>) => this.belongsTo(events.name, module);
    return this.subscribers(task).find(owned) ?? null;
  }

  /** Every task there is, in order of pid. */
  tasks(): Task[] {
    return this.kernel.pids.list().filter(({ pid }) => pid > 0);
  }

  // Files, queues, semaphores and faults.

  /** The text of a file that a step needs. */
  attachment(path: string): string {
    const attached = this.plan.attachments.find((attachment) => attachment.path === path);
    if (attached !== undefined) return attached.text;
    throw new KernelError("ENOENT", { action: "read", name: path, found: "it is not attached" });
  }

  /** The wait queue with a name. It is made on first use. */
  queue(name: string): WaitQueue<unknown> {
    let queue = this.queues.get(name);
    if (queue === undefined) this.queues.set(name, queue = new WaitQueue(this.kernel));
    return queue;
  }

  /** The semaphore with a name. It is made on first use. */
  semaphore(name: string): RwSemaphore {
    let semaphore = this.semaphores.get(name);
    if (semaphore === undefined) {
      this.semaphores.set(name, semaphore = this.kernel.createSemaphore(name));
    }
    return semaphore;
  }

  /** Plans a fault. */
  inject(site: string | null, nth: number, times: number): void {
    this.kernel.faults = this.faults;
    this.faults.add(site, nth, times);
  }

  /** Makes a path fail to execute. */
  makeUnexecutable(path: string, errno: keyof typeof Errno): void {
    this.unexecutable.set(path, errno);
    this.kernel.binaries = {
      load: (program) => {
        const { path } = program;
        const code = path === null ? undefined : this.unexecutable.get(path);
        if (code === undefined) return;
        throw new KernelError(code, {
          action: "execute",
          name: path!,
          found: "the scenario says so",
        });
      },
    };
  }

  /**
   * Replaces `$name` by the task or value, at any depth. `$name.field` reads a field.
   *
   * @param value The arguments of a step.
   * @returns The arguments, with references resolved.
   * @throws {KernelError} ENOENT for a name without a task or value.
   */
  resolve(value: Json): unknown {
    if (typeof value === "string") {
      if (value.startsWith("$$")) return value.slice(1);
      return value.startsWith("$") ? this.#reference(value.slice(1)) : value;
    }
    if (Array.isArray(value)) return value.map((item) => this.resolve(item));
    if (typeof value !== "object" || value === null) return value;
    const entries = Object.entries(value);
    return Object.fromEntries(entries.map(([key, item]) => [key, this.#byKey(key, item)]));
  }

  /**
   * Resolves a field by its key. A field `task` may hold the name of a task without a `$`, and a field `pid` then gives
   * its pid.
   */
  #byKey(key: string, item: Json): unknown {
    if (Array.isArray(item) && /s$/.test(key)) {
      return item.map((part) => this.#byKey(key.slice(0, -1), part));
    }
    if (typeof item !== "string" || !this.#tasks.has(item)) return this.resolve(item);
    if (/pid$/i.test(key)) return this.task(item, "name").pid;
    const isTask = /^(task|parent|child|leader|target|sender|caller)$/.test(key);
    return isTask ? this.task(item, "name") : this.resolve(item);
  }

  #reference(path: string): unknown {
    const [name, ...fields] = path.split(".");
    if (!this.values.has(name) && !this.#tasks.has(name)) {
      throw new KernelError("ENOENT", {
        action: "read",
        name: `$${name}`,
        found: "nothing was bound to it",
        wanted: "a name that a step bound with as is wanted",
      });
    }
    let value: unknown = this.values.has(name) ? this.values.get(name) : this.task(name, "read");
    for (const field of fields) {
      value = (value as Record<string, unknown> | null | undefined)?.[field];
    }
    return value;
  }
}
