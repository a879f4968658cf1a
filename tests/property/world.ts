/**
 * One world and its model side by side: every command goes to both, and then they are compared.
 *
 * @module
 */
import {
  boot,
  checkInvariants,
  CLONE_PARENT,
  defineEvents,
  defineModule,
  type ErrnoName,
  type EventsDescription,
  type Kernel,
  KernelError,
  type KernelModule,
  type Pending,
  PNOTIFY,
  PNOTIFY_ERROR,
  PNOTIFY_NOSUB,
  PNOTIFY_OK,
  type PnotifyEvents,
  type Task,
  type TraceEvent,
  type Verdict,
  type WaitResult,
  type World,
} from "../../mod.ts";
import { assertEquals } from "@std/assert";
import {
  type EventsPlan,
  EventsState,
  type ForkKind,
  Model,
  type ModulePlan,
  Refusal,
  type Sleep,
  type Thread,
} from "./model.ts";

/** Low, so that pids are used again soon. */
export const PID_MAX = 14;

/** Mostly content, now and then not; which is decided by the pid alone. */
function grumpy(salt: number): (hook: string, pid: number) => ReturnType<EventsPlan["answer"]> {
  return (hook, pid) => {
    const dice = (pid * 7 + salt * 5 + hook.length * 3) % 17;
    if (dice === 0) return "error";
    if (dice === 1) return salt % 2 === 0 ? "EACCES" : "ENOSPC";
    return dice < 5 ? "nosub" : "ok";
  };
}

/** The structures that commands choose from; two have one name. */
export const PLANS: readonly EventsPlan[] = [
  { name: "plain", priority: 0, hooks: [], data: null, answer: () => "ok" },
  { name: "watch", priority: 0, hooks: ["init", "exec", "exit"], data: "copy", answer: grumpy(1) },
  { name: "first", priority: 5, hooks: ["exit", "clone"], data: "none", answer: grumpy(2) },
  { name: "shared", priority: 0, hooks: ["init", "exit"], data: "share", answer: grumpy(3) },
  { name: "calm", priority: -1, hooks: ["init", "exec", "exit"], data: null, answer: () => "ok" },
  { name: "watch", priority: 1, hooks: ["exit"], data: null, answer: () => "ok" },
];

/** The modules that commands choose from. */
export const MODULES: readonly ModulePlan[] = [
  {
    name: "mod_a",
    depends: [],
    events: { name: "a", priority: 0, hooks: ["init", "exit"], data: "copy", answer: grumpy(4) },
  },
  { name: "mod_b", depends: ["mod_a"], events: null },
  { name: "mod_calm", depends: [], events: PLANS[4] },
];

/** A command, as data. Numbers choose among what there is: tasks in order of pid, plans, modules. */
export type Command =
  | { readonly do: "fork"; readonly task: number; readonly kind: ForkKind }
  | { readonly do: "exec"; readonly task: number; readonly path: string }
  | { readonly do: "exit" | "exitThread"; readonly task: number; readonly code: number }
  | { readonly do: "kill"; readonly task: number; readonly signal: number; readonly group: boolean }
  | {
    readonly do: "wait";
    readonly task: number;
    readonly child: number | null;
    readonly noHang: boolean;
  }
  | { readonly do: "setsid" | "subreaper"; readonly task: number }
  | { readonly do: "subscribe" | "unsubscribe"; readonly task: number; readonly plan: number }
  | { readonly do: "register"; readonly plan: number }
  | { readonly do: "unregister"; readonly plan: number; readonly refuse: boolean }
  | { readonly do: "insmod" | "rmmod"; readonly module: number };

const ANSWERS: Readonly<Record<string, Verdict>> = {
  ok: PNOTIFY_OK,
  nosub: PNOTIFY_NOSUB,
  error: PNOTIFY_ERROR,
};

interface Data {
  origin: number;
}

/** The structure that a plan describes, which logs as the model does. */
function events(
  plan: EventsPlan,
  log: string[],
  module: string | null,
): PnotifyEvents<Data | null> {
  const ask = (hook: "init" | "fork" | "clone") => (task: Task): Verdict => {
    log.push(`${plan.name}.${hook} ${task.pid}`);
    const answer = plan.answer(hook, task.pid);
    if (answer in ANSWERS) return ANSWERS[answer];
    throw new KernelError(answer as ErrnoName, "refused by the plan");
  };
  const tell = (hook: "exec" | "exit") => (task: Task): void => {
    log.push(`${plan.name}.${hook} ${task.pid}`);
  };
  const has = (hook: "init" | "exec" | "exit" | "clone") => plan.hooks.includes(hook);
  const description: EventsDescription<Data | null> = {
    name: plan.name,
    module,
    priority: plan.priority,
    fork: ask("fork"),
    init: has("init") ? ask("init") : undefined,
    clone: has("clone") ? ask("clone") : undefined,
    exec: has("exec") ? tell("exec") : undefined,
    exit: has("exit") ? tell("exit") : undefined,
    taskData: plan.data === null ? undefined : {
      create: (task) => ({ origin: task.pid }),
      inherit: plan.data,
      destroy: (data) => void log.push(`${plan.name}.destroy ${data!.origin}`),
    },
  };
  // Which of the two ways to define is meant depends on the plan.
  return defineEvents(description as EventsDescription<Data | null> & { taskData: undefined });
}

function kernelModule(plan: ModulePlan, log: string[]): KernelModule {
  return defineModule({
    name: plan.name,
    license: "GPL",
    uses: { pnotify: PNOTIFY },
    depends: plan.depends,
    load({ pnotify, name }) {
      if (plan.events === null) return null;
      const mine = events(plan.events, log, name);
      pnotify.register(mine);
      return mine;
    },
    unload({ pnotify }, mine) {
      if (mine !== null) pnotify.unregister(mine);
    },
  }) as unknown as KernelModule;
}

/** Runs commands in a kernel and in the model. */
export class Pair {
  readonly world: World;
  readonly model: Model = new Model(PID_MAX);
  /** The trace, a line an event. */
  readonly trace: string[] = [];
  /** What was done, for people. */
  readonly transcript: string[] = [];
  readonly #log: string[] = [];
  readonly #events: PnotifyEvents<Data | null>[];
  readonly #states: EventsState[];
  readonly #modules: KernelModule[];
  readonly #sleeps: { real: Pending<unknown>; model: Sleep }[] = [];

  constructor(seed = 0) {
    this.world = boot({ pidMax: PID_MAX, seed });
    this.world.kernel.addTraceSink((event) => this.trace.push(traceLine(event)));
    this.#events = PLANS.map((plan) => events(plan, this.#log, null));
    this.#states = PLANS.map((plan) => new EventsState(plan));
    this.#modules = MODULES.map((plan) => kernelModule(plan, this.#log));
  }

  /** Runs a command in both, and compares how it ended and what is there now. */
  run(command: Command): void {
    const wanted = this.#pick(command);
    if (wanted === null) return;
    const { text, real, model } = wanted;
    const inModel = outcome(model);
    this.transcript.push(`${text} -> ${inModel}`);
    const inKernel = outcome(real);
    assertEquals(inKernel, inModel, text);
    this.compare();
  }

  #task(thread: Thread): Task {
    return this.world.kernel.pids.find(thread.pid)!;
  }

  /** Sleepers make no calls, so they are left out; the ended are not, as they must be refused. */
  #caller(index: number): Thread {
    const all = this.model.sorted().filter((thread) => thread.waiting === null);
    return all[index % all.length];
  }

  #pick(command: Command): { text: string; real(): string; model(): string } | null {
    if (!("task" in command)) return this.#pickService(command);
    const { kernel } = this.world;
    if (command.do === "kill") return this.#pickKill(command);
    const thread = this.#caller(command.task);
    const task = this.#task(thread);
    const { model } = this;
    switch (command.do) {
      case "fork":
        return {
          text: `fork ${command.kind} of ${task}`,
          real: () => this.#fork(task, command.kind),
          model: () => this.#forkModel(thread, command.kind),
        };
      case "exec":
        return {
          text: `exec ${command.path} in ${task}`,
          real: () => done(kernel.exec(task, `/bin/${command.path}`)),
          model: () => done(model.exec(thread, command.path)),
        };
      case "exit":
        return {
          text: `exit ${task} with ${command.code}`,
          real: () => done(kernel.exit(task, command.code)),
          model: () => done(model.exit(thread, command.code << 8)),
        };
      case "exitThread":
        return {
          text: `exit thread ${task} with ${command.code}`,
          real: () => done(kernel.exitThread(task, command.code)),
          model: () => done(model.exitThread(thread, command.code << 8)),
        };
      case "wait":
        return this.#pickWait(command, thread, task);
      case "setsid":
        return {
          text: `setsid in ${task}`,
          real: () => done(kernel.setsid(task)),
          model: () => done(model.setsid(thread)),
        };
      case "subreaper":
        return {
          text: `make ${task} a subreaper`,
          real: () => done(kernel.setSubreaper(task, true)),
          model: () => done(model.setSubreaper(thread)),
        };
      default:
        return this.#pickSubscription(command, thread, task);
    }
  }

  #fork(task: Task, kind: ForkKind): string {
    const { kernel } = this.world;
    if (kind === "thread") return `pid ${kernel.createThread(task).pid}`;
    if (kind === "process") return `pid ${kernel.fork(task).pid}`;
    if (kind === "sibling") return `pid ${kernel.fork(task, { flags: CLONE_PARENT }).pid}`;
    const { child, returned } = kernel.vfork(task);
    this.#sleeps.at(-1)!.real = returned;
    return `pid ${child.pid}`;
  }

  #forkModel(thread: Thread, kind: ForkKind): string {
    const { child, sleep } = this.model.fork(thread, kind);
    if (sleep !== null) this.#sleeps.push({ real: null as never, model: sleep });
    return `pid ${child.pid}`;
  }

  #pickWait(command: Command & { do: "wait" }, thread: Thread, task: Task) {
    const { child, noHang } = command;
    const children = thread.children.map(({ leader }) => leader);
    // Now and then somebody who is no child, which is ECHILD.
    const all = [...children, ...children, this.model.init];
    const pid = child === null ? null : all[child % all.length].pid;
    const options = pid === null ? { noHang } : { pid, noHang };
    return {
      text: `wait in ${task}${pid === null ? "" : ` for ${pid}`}${noHang ? " (WNOHANG)" : ""}`,
      real: () => {
        const pending = this.world.kernel.wait(task, options);
        this.#sleeps.at(-1)!.real = pending;
        return showPending(pending);
      },
      model: () => {
        const sleep = this.model.wait(thread, pid, noHang);
        this.#sleeps.push({ real: null as never, model: sleep });
        return showSleep(sleep);
      },
    };
  }

  #pickKill(command: Command & { do: "kill" }) {
    const { signal, group } = command;
    const all = this.model.sorted();
    const thread = all[command.task % all.length];
    const pid = group ? -thread.process.group.id : thread.pid;
    // Minus 0 and minus 1 mean other things.
    if (pid === 0 || pid === -1) return null;
    return {
      text: `kill ${pid} with signal ${signal}`,
      real: () => `sent to ${this.world.kernel.kill(pid, signal)}`,
      model: () => `sent to ${this.model.kill(pid, signal)}`,
    };
  }

  #pickSubscription(
    command: Command & { do: "subscribe" | "unsubscribe" },
    thread: Thread,
    task: Task,
  ) {
    const { pnotify } = this.world;
    if (command.do === "subscribe") {
      const { plan } = command;
      return {
        text: `subscribe ${nameOf(plan)} to ${task}`,
        real: () => done(pnotify.track(task, this.#events[plan])),
        model: () => done(this.model.subscribe(thread, this.#states[plan])),
      };
    }
    // One that is on the list, if there is any.
    const listed = thread.subscriptions.map(({ events }) => this.#states.indexOf(events));
    const known = listed.filter((index) => index >= 0);
    const plan = known.length > 0 ? known[command.plan % known.length] : command.plan;
    const real = this.#events[plan];
    const state = this.#states[plan];
    return {
      text: `unsubscribe ${nameOf(plan)} from ${task}`,
      real: () => String(pnotify.untrack(task, real)),
      model: () => String(this.model.unsubscribe(thread, state)),
    };
  }

  #pickService(command: Exclude<Command, { task: number }>) {
    return "module" in command ? this.#pickModule(command) : this.#pickRegistration(command);
  }

  #pickModule(command: Command & { module: number }) {
    const { modules } = this.world.kernel;
    const plan = MODULES[command.module];
    if (command.do === "insmod") {
      return {
        text: `insmod ${plan.name}`,
        real: () => done(modules.insmod(this.#modules[command.module])),
        model: () => done(this.model.insmod(plan)),
      };
    }
    return {
      text: `rmmod ${plan.name}`,
      real: () => done(modules.rmmod(plan.name)),
      model: () => done(this.model.rmmod(plan.name)),
    };
  }

  #pickRegistration(command: Command & { do: "register" | "unregister" }) {
    const { pnotify } = this.world;
    const real = this.#events[command.plan];
    const state = this.#states[command.plan];
    const name = nameOf(command.plan);
    if (command.do === "register") {
      return {
        text: `register ${name}`,
        real: () => done(pnotify.register(real)),
        model: () => done(this.model.register(state)),
      };
    }
    const { refuse } = command;
    return {
      text: `unregister ${name}${refuse ? " unless busy" : ""}`,
      real: () => done(pnotify.unregister(real, { ifBusy: refuse ? "refuse" : "drain" })),
      model: () => done(this.model.unregister(state, refuse)),
    };
  }

  /** Compares the whole world with the model, and looks for what is broken in itself. */
  compare(): void {
    const { kernel, pnotify } = this.world;
    assertEquals(this.#log, this.model.log, "hooks called");
    assertEquals(describeKernel(this.world), describeModel(this.model));
    for (const { real, model } of this.#sleeps) {
      assertEquals(showPending(real), showSleep(model), `the call of ${real.task}`);
    }
    this.#states.forEach((state, index) => {
      const { current, balanced, ...counts } = pnotify.balance(this.#events[index]);
      const name = nameOf(index);
      assertEquals(counts, state.counts, `counts of ${name}`);
      assertEquals(current, this.model.subscriptionsOf(state), `subscriptions of ${name}`);
      assertEquals(balanced, true, `balance of ${name}`);
    });
    assertEquals(
      kernel.modules.lsmod().map((module) => [module.name, module.useCount]),
      this.model.modules.map(({ plan: { name } }) => [
        name,
        this.model.modules.filter(({ plan }) => plan.depends.includes(name)).length,
      ]),
      "modules",
    );
    assertEquals(checkInvariants(kernel, pnotify), [], "invariants");
    for (const task of kernel.pids.list()) {
      assertEquals(task.usage, 1, `references to ${task}`);
    }
    assertEquals(kernel.reports.map((report) => report.text), [], "reports");
  }

  /** Ends the world: unloads, unregisters, and lets the kernel look for leaks. */
  end(): void {
    for (const plan of [...this.model.modules].reverse().map((module) => module.plan)) {
      this.run({ do: "rmmod", module: MODULES.indexOf(plan) });
    }
    this.#states.forEach((state, plan) => {
      if (state.registered) this.run({ do: "unregister", plan, refuse: false });
    });
    assertEquals(this.world.kernel.shutdown().map((report) => report.text), [], "at shutdown");
  }
}

/** Two plans have one name. */
function nameOf(plan: number): string {
  const { name } = PLANS[plan];
  return PLANS.findIndex((other) => other.name === name) === plan ? name : `${name} (its namesake)`;
}

function done(_value: unknown): string {
  return "done";
}

function outcome(call: () => string): string {
  try {
    return call();
  } catch (error) {
    if (error instanceof Refusal || error instanceof KernelError) return error.code;
    throw error;
  }
}

function showSleep({ done, value, errno }: Sleep): string {
  return done ? `returned ${value ?? errno ?? "nothing"}` : "asleep";
}

function showPending({ done, value, errno }: Pending<unknown>): string {
  if (!done) return "asleep";
  if (value === null) return `returned ${errno ?? "nothing"}`;
  const { pid, status } = value as WaitResult;
  return status === undefined ? "returned child" : `returned pid ${pid} status ${status}`;
}

function traceLine(event: TraceEvent): string {
  return JSON.stringify(event);
}

function describeKernel({ kernel, pnotify }: World): string[] {
  const lines: string[] = [];
  for (const task of kernel.pids.list()) {
    const threads = chain(task.groupLeader, (at) => at.nextThread).map(({ pid }) => pid);
    const children: number[] = [];
    for (let at = task.firstChild; at !== null; at = at.nextSibling) children.push(at.pid);
    lines.push(describe({
      pid: task.pid,
      comm: task.comm,
      parent: task.parent?.pid ?? -1,
      state: task.state,
      threads,
      children,
      group: `${task.pgid} of session ${task.sid}`,
      subscribers: subscribersOf(kernel, pnotify, task),
    }));
  }
  return lines;
}

function subscribersOf(kernel: Kernel, pnotify: World["pnotify"], task: Task): string[] {
  task.subscriberListSem.downRead();
  const all: string[] = [];
  const names = pnotify.subscribersOf(task);
  let at = task.subscribers as { data?: Data | null; next: unknown } | null;
  for (const name of names) {
    all.push(`${name} ${at!.data?.origin ?? "-"}`);
    at = at!.next as typeof at;
  }
  task.subscriberListSem.upRead();
  return kernel.callouts === null ? [] : all;
}

function chain(from: Task, next: (task: Task) => Task): Task[] {
  const all = [from];
  for (let at = next(from); at !== from; at = next(at)) all.push(at);
  return all;
}

function describeModel(model: Model): string[] {
  return [...model.tasks.values()].sort((a, b) => a.pid - b.pid).map((thread) => {
    const { process } = thread;
    return describe({
      pid: thread.pid,
      comm: thread.comm,
      parent: process.parent?.pid ?? -1,
      state: stateOf(thread),
      threads: process.threads.map(({ pid }) => pid),
      children: thread.children.map(({ leader }) => leader.pid),
      group: `${process.group.id} of session ${process.group.session}`,
      subscribers: thread.subscriptions.map(({ events, datum }) =>
        `${events.plan.name} ${datum?.origin ?? "-"}`
      ),
    });
  });
}

function stateOf(thread: Thread): string {
  if (thread.ended) return "Z";
  if (thread.waiting === null) return "R";
  return thread.waiting.kind === "wait" ? "S" : "D";
}

function describe(task: {
  pid: number;
  comm: string;
  parent: number;
  state: string;
  threads: number[];
  children: number[];
  group: string;
  subscribers: string[];
}): string {
  const { pid, comm, parent, state, threads, children, group, subscribers } = task;
  return `${comm}[${pid}] ${state}, parent ${parent}, threads ${threads}, children ${children}, ` +
    `group ${group}, subscribers ${subscribers.join("; ") || "none"}`;
}
