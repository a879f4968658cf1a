/**
 * A second opinion on the task model and on pnotify, small enough to be believed: plain arrays and maps, no locks, no
 * links, no order of steps that nobody can see. It imports nothing of the library, so an error there is not repeated
 * here.
 *
 * Each call either changes the model and returns, or throws a {@linkcode Refusal} and leaves it as it was.
 *
 * @module
 */

/** How a hook of the model's structures answers. */
export type Answer = "ok" | "nosub" | "error" | "EACCES" | "ENOSPC";

/** A call that fails with an errno. */
export class Refusal extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/** The kinds of fork. */
export type ForkKind = "process" | "thread" | "sibling" | "vfork";

/** A call that may sleep. */
export interface Sleep {
  done: boolean;
  value: string | null;
  errno: string | null;
}

/** What an events structure is made of. */
export interface EventsPlan {
  readonly name: string;
  readonly priority: number;
  /** Which hooks it has beside fork. */
  readonly hooks: readonly ("init" | "exec" | "exit" | "clone")[];
  /** What a child gets of its parent's data; null for no data. */
  readonly data: "copy" | "share" | "none" | null;
  /** What a hook answers for a pid. */
  answer(hook: "init" | "fork" | "clone", pid: number): Answer;
}

/** The value of a subscription's data. */
export interface Datum {
  origin: number;
  /** How many subscriptions have it. */
  users: number;
}

interface Subscription {
  readonly events: EventsState;
  readonly datum: Datum | null;
}

/** What the model knows of an events structure. */
export class EventsState {
  readonly plan: EventsPlan;
  registered = false;
  readonly counts = { init: 0, fork: 0, subscribed: 0, exit: 0, unsubscribed: 0 };

  constructor(plan: EventsPlan) {
    this.plan = plan;
  }
}

interface Group {
  readonly id: number;
  readonly session: number;
  readonly members: Process[];
}

/** What the threads of a process have in common. */
interface Process {
  /** In the order in which they came; the leader first. */
  threads: Thread[];
  leader: Thread;
  parent: Thread | null;
  group: Group;
  /** The status that ends every thread, or -1. */
  status: number;
  subreaper: boolean;
}

type Waiting =
  | { readonly kind: "wait"; readonly sleep: Sleep; readonly pid: number | null }
  | { readonly kind: "vfork"; readonly sleep: Sleep; readonly child: Thread };

/** A task. */
export interface Thread {
  pid: number;
  comm: string;
  process: Process;
  ended: boolean;
  /** Whether its parent may hear of its end: not before its own children have been given away. */
  zombie: boolean;
  /** Whether it is a thread of the kernel, which signals do not end. */
  ofKernel: boolean;
  status: number;
  children: Process[];
  subscriptions: Subscription[];
  waiting: Waiting | null;
}

/** A loadable module of the model. */
export interface ModulePlan {
  readonly name: string;
  readonly depends: readonly string[];
  readonly events: EventsPlan | null;
}

/** The reference model of one world. */
export class Model {
  /** Every hook call and every end of data, in order. */
  readonly log: string[] = [];
  /** Tasks on the task list, by pid. */
  readonly tasks: Map<number, Thread> = new Map();
  readonly groups: Map<number, Group> = new Map();
  init: Thread;
  readonly registered: EventsState[] = [];
  /** Loaded modules, oldest first, with what each registered. */
  readonly modules: { plan: ModulePlan; events: EventsState | null }[] = [];
  #lastPid = 2;
  readonly #pidMax: number;

  constructor(pidMax: number) {
    this.#pidMax = pidMax;
    const swapper = this.#bootTask(0, "swapper", null, this.#newGroup(0, 0));
    this.init = this.#bootTask(1, "init", swapper, this.#newGroup(1, 1));
    const kthreadd = this.#bootTask(2, "kthreadd", swapper, this.groups.get(0)!);
    swapper.ofKernel = kthreadd.ofKernel = true;
  }

  #newGroup(id: number, session: number): Group {
    const group = { id, session, members: [] };
    this.groups.set(id, group);
    return group;
  }

  #bootTask(pid: number, comm: string, parent: Thread | null, group: Group): Thread {
    const thread = this.#makeThread(pid, comm);
    thread.process = {
      threads: [thread],
      leader: thread,
      parent,
      group,
      status: -1,
      subreaper: false,
    };
    this.tasks.set(pid, thread);
    group.members.push(thread.process);
    parent?.children.push(thread.process);
    return thread;
  }

  #makeThread(pid: number, comm: string): Thread {
    return {
      pid,
      comm,
      process: null as unknown as Process,
      ended: false,
      zombie: false,
      ofKernel: false,
      status: 0,
      children: [],
      subscriptions: [],
      waiting: null,
    };
  }

  /** All tasks but pid 0, in order of pid. */
  sorted(): Thread[] {
    return [...this.tasks.values()].filter((task) => task.pid > 0).sort((a, b) => a.pid - b.pid);
  }

  // Fork.

  fork(parent: Thread, kind: ForkKind): { child: Thread; sleep: Sleep | null } {
    this.#mustRun(parent);
    if (kind === "sibling" && parent.process.leader === this.init) throw new Refusal("EINVAL");
    const child = this.#makeThread(this.#takePid(), parent.comm);
    child.ofKernel = parent.ofKernel;
    this.#callFork(child, parent, kind === "thread");
    if (kind === "thread") {
      child.process = parent.process;
      parent.process.threads.push(child);
    } else {
      const { process } = parent;
      const real = kind === "sibling" ? process.parent! : parent;
      child.process = {
        threads: [child],
        leader: child,
        parent: real,
        group: process.group,
        status: -1,
        subreaper: false,
      };
      real.children.push(child.process);
      process.group.members.push(child.process);
    }
    this.tasks.set(child.pid, child);
    if (kind !== "vfork") return { child, sleep: null };
    const sleep = { done: false, value: null, errno: null };
    parent.waiting = { kind: "vfork", sleep, child };
    return { child, sleep };
  }

  #mustRun(task: Thread): void {
    if (task.ended) throw new Refusal("ESRCH");
  }

  #takePid(): number {
    const taken = (pid: number) => {
      if (this.tasks.has(pid) || this.groups.has(pid)) return true;
      return [...this.groups.values()].some((group) => group.session === pid);
    };
    const start = this.#pidMax > 300 ? 300 : 1;
    for (let pid = this.#lastPid + 1; pid < this.#pidMax; pid++) {
      if (!taken(pid)) return this.#lastPid = pid;
    }
    for (let pid = start; pid <= this.#lastPid; pid++) {
      if (!taken(pid)) return this.#lastPid = pid;
    }
    throw new Refusal("EAGAIN");
  }

  #callFork(child: Thread, parent: Thread, isThread: boolean): void {
    for (const { events, datum } of parent.subscriptions) {
      const { plan } = events;
      const hook = isThread && plan.hooks.includes("clone") ? "clone" : "fork";
      const subscription = { events, datum: inherit(plan, datum, child) };
      place(child, subscription);
      const answer = plan.answer(hook, child.pid);
      this.log.push(`${plan.name}.${hook} ${child.pid}`);
      if (answer === "ok") {
        events.counts.fork++;
        continue;
      }
      this.#remove(child, subscription);
      if (answer === "nosub") continue;
      while (child.subscriptions.length > 0) this.#callExit(child, child.subscriptions[0]);
      throw new Refusal(answer === "error" ? "EPERM" : answer);
    }
  }

  /** The exit hook, then off the list. */
  #callExit(task: Thread, subscription: Subscription, by = subscription.events): void {
    subscription.events.counts.exit++;
    if (by.plan.hooks.includes("exit")) this.log.push(`${by.plan.name}.exit ${task.pid}`);
    this.#remove(task, subscription);
  }

  #remove(task: Thread, subscription: Subscription): void {
    task.subscriptions.splice(task.subscriptions.indexOf(subscription), 1);
    const { datum } = subscription;
    if (datum !== null && --datum.users === 0) {
      this.log.push(`${subscription.events.plan.name}.destroy ${datum.origin}`);
    }
  }

  // Exec.

  exec(task: Thread, comm: string): void {
    this.#mustRun(task);
    const { process } = task;
    const { leader } = process;
    for (const thread of process.threads.slice(1)) {
      if (thread !== task) this.#end(thread, 0);
    }
    if (leader !== task) {
      if (!leader.ended) this.#end(leader, 0);
      this.tasks.delete(task.pid);
      task.pid = leader.pid;
      this.tasks.set(task.pid, task);
      process.leader = task;
      process.status = -1;
      if (leader === this.init) this.init = task;
    }
    process.threads = [task];
    task.comm = comm;
    this.#endVfork(task);
    for (const { events } of task.subscriptions) {
      if (events.plan.hooks.includes("exec")) this.log.push(`${events.plan.name}.exec ${task.pid}`);
    }
  }

  #endVfork(child: Thread): void {
    for (const task of this.tasks.values()) {
      if (task.waiting?.kind === "vfork" && task.waiting.child === child) {
        wake(task, "child", null);
      }
    }
  }

  // Exit.

  exit(task: Thread, status: number): void {
    this.#mustRun(task);
    if (task.process.leader === this.init) throw new Refusal("EPERM");
    const { process } = task;
    process.status = status;
    this.#end(task, status);
    this.#endAll(process);
  }

  exitThread(task: Thread, status: number): void {
    this.#mustRun(task);
    if (task === this.init) throw new Refusal("EPERM");
    this.#end(task, status);
  }

  #endAll(process: Process): void {
    for (const thread of [...process.threads]) {
      if (!thread.ended) this.#end(thread, process.status);
    }
  }

  #end(task: Thread, status: number): void {
    const { process } = task;
    if (task.waiting !== null) wake(task, null, "EINTR");
    task.status = status;
    this.#endVfork(task);
    task.ended = true;
    while (task.subscriptions.length > 0) this.#callExit(task, task.subscriptions[0]);
    this.#giveChildrenAway(task);
    task.zombie = true;
    if (task !== process.leader) {
      process.threads.splice(process.threads.indexOf(task), 1);
      this.tasks.delete(task.pid);
    }
    if (hasEnded(process)) this.#tellParent(process);
  }

  #giveChildrenAway(task: Thread): void {
    const { process } = task;
    const heir = nextAlive(task) ?? this.#reaperAbove(process);
    const children = task.children.splice(0);
    for (const child of children) {
      child.parent = heir;
      heir.children.push(child);
      if (heir.process !== process && hasEnded(child)) this.#tellParent(child);
    }
  }

  #reaperAbove(process: Process): Thread {
    for (let at = process.parent?.process; at !== undefined; at = at.parent?.process) {
      if (at.leader === this.init) break;
      const alive = at.subreaper ? at.threads.find((thread) => !thread.ended) : undefined;
      if (alive !== undefined) return alive;
    }
    return this.init;
  }

  #tellParent(process: Process): void {
    const parent = process.parent!;
    if (parent.process.leader === this.init) this.#bury(process);
    for (const thread of ring(parent)) {
      const { waiting } = thread;
      if (waiting?.kind !== "wait") continue;
      const found = this.#findChild(thread, waiting.pid);
      if (found === "none") wake(thread, null, "ECHILD");
      else if (found !== "running") this.#reap(thread, found);
    }
  }

  #bury(process: Process): void {
    const { leader, group, parent } = process;
    parent!.children.splice(parent!.children.indexOf(process), 1);
    group.members.splice(group.members.indexOf(process), 1);
    if (group.members.length === 0) this.groups.delete(group.id);
    this.tasks.delete(leader.pid);
  }

  // Wait.

  wait(task: Thread, pid: number | null, noHang: boolean): Sleep {
    this.#mustRun(task);
    const found = this.#findChild(task, pid);
    if (found === "none") throw new Refusal("ECHILD");
    const sleep: Sleep = { done: false, value: null, errno: null };
    task.waiting = { kind: "wait", sleep, pid };
    if (found !== "running") this.#reap(task, found);
    else if (noHang) wake(task, null, null);
    return sleep;
  }

  #findChild(task: Thread, pid: number | null): Process | "none" | "running" {
    const all = ring(task).flatMap((thread) => thread.children);
    const fit = all.filter((child) => pid === null || child.leader.pid === pid);
    if (fit.length === 0) return "none";
    return fit.find(hasEnded) ?? "running";
  }

  #reap(task: Thread, child: Process): void {
    const status = child.status >= 0 ? child.status : child.leader.status;
    this.#bury(child);
    wake(task, `pid ${child.leader.pid} status ${status}`, null);
  }

  // Signals.

  /** Sends a signal whose default is to end the process; 0 only asks. */
  kill(pid: number, signal: number): number {
    const targets = pid > 0
      ? [this.tasks.get(pid)?.process].filter((process) => process !== undefined)
      : [...this.groups.get(-pid)?.members ?? []];
    if (targets.length === 0) throw new Refusal("ESRCH");
    if (signal === 0) return targets.length;
    for (const process of targets) {
      if (process.leader === this.init || process.leader.ofKernel) continue;
      if (hasEnded(process)) continue;
      if (process.status < 0) process.status = signal;
      this.#endAll(process);
    }
    return targets.length;
  }

  // Sessions and subreapers.

  setsid(task: Thread): void {
    this.#mustRun(task);
    const { process } = task;
    const { pid } = process.leader;
    if (this.groups.has(pid)) throw new Refusal("EPERM");
    const { group } = process;
    group.members.splice(group.members.indexOf(process), 1);
    if (group.members.length === 0) this.groups.delete(group.id);
    process.group = this.#newGroup(pid, pid);
    process.group.members.push(process);
  }

  setSubreaper(task: Thread): void {
    this.#mustRun(task);
    task.process.subreaper = true;
  }

  // pnotify.

  subscribe(task: Thread, events: EventsState): void {
    if (task.ended) throw new Refusal("ESRCH");
    place(task, { events, datum: fresh(events.plan, task) });
    events.counts.subscribed++;
  }

  unsubscribe(task: Thread, events: EventsState): boolean {
    const found = task.subscriptions.find((subscription) => subscription.events === events);
    if (found === undefined) return false;
    this.#remove(task, found);
    events.counts.unsubscribed++;
    return true;
  }

  register(events: EventsState): void {
    if (events.registered) throw new Refusal("EINVAL");
    const { plan } = events;
    if (this.registered.some((other) => other.plan.name === plan.name)) throw new Refusal("EBUSY");
    events.registered = true;
    this.registered.push(events);
    if (!plan.hooks.includes("init")) return;
    for (const task of this.sorted()) {
      if (task.ended || byName(task, plan.name) !== undefined) continue;
      const subscription = { events, datum: fresh(plan, task) };
      place(task, subscription);
      const answer = plan.answer("init", task.pid);
      this.log.push(`${plan.name}.init ${task.pid}`);
      if (answer === "nosub") {
        this.#remove(task, subscription);
        continue;
      }
      events.counts.init++;
      if (answer === "ok") continue;
      this.#forget(events);
      throw new Refusal(answer === "error" ? "EPERM" : answer);
    }
  }

  unregister(events: EventsState, refuse: boolean): void {
    if (!events.registered) throw new Refusal("EINVAL");
    if (refuse && this.subscriptionsOf(events) > 0) throw new Refusal("EBUSY");
    this.#forget(events);
  }

  #forget(events: EventsState): void {
    while (this.subscriptionsOf(events) > 0) {
      for (const task of this.sorted()) {
        const found = byName(task, events.plan.name);
        if (found !== undefined) this.#callExit(task, found, events);
        if (this.subscriptionsOf(events) === 0) break;
      }
    }
    events.registered = false;
    this.registered.splice(this.registered.indexOf(events), 1);
  }

  subscriptionsOf(events: EventsState): number {
    let count = 0;
    for (const task of this.tasks.values()) {
      count += task.subscriptions.filter((subscription) => subscription.events === events).length;
    }
    return count;
  }

  // Modules.

  insmod(plan: ModulePlan): void {
    if (this.#module(plan.name) !== undefined) throw new Refusal("EEXIST");
    for (const name of plan.depends) {
      if (this.#module(name) === undefined) throw new Refusal("ENOENT");
    }
    const events = plan.events === null ? null : new EventsState(plan.events);
    if (events !== null) this.register(events);
    this.modules.push({ plan, events });
  }

  rmmod(name: string): void {
    const found = this.#module(name);
    if (found === undefined) throw new Refusal("ENOENT");
    if (this.modules.some(({ plan }) => plan.depends.includes(name))) throw new Refusal("EBUSY");
    if (found.events !== null) this.unregister(found.events, false);
    this.modules.splice(this.modules.indexOf(found), 1);
  }

  #module(name: string): { plan: ModulePlan; events: EventsState | null } | undefined {
    return this.modules.find(({ plan }) => plan.name === name);
  }
}

function fresh(plan: EventsPlan, task: Thread): Datum | null {
  return plan.data === null ? null : { origin: task.pid, users: 1 };
}

function inherit(plan: EventsPlan, datum: Datum | null, child: Thread): Datum | null {
  if (datum === null) return null;
  if (plan.data === "none") return fresh(plan, child);
  if (plan.data === "copy") return { origin: datum.origin, users: 1 };
  datum.users++;
  return datum;
}

/** Before the first of lower priority. */
function place(task: Thread, subscription: Subscription): void {
  const { priority } = subscription.events.plan;
  const at = task.subscriptions.findIndex(({ events }) => events.plan.priority < priority);
  task.subscriptions.splice(at < 0 ? task.subscriptions.length : at, 0, subscription);
}

function byName(task: Thread, name: string): Subscription | undefined {
  return task.subscriptions.find(({ events }) => events.plan.name === name);
}

function wake(task: Thread, value: string | null, errno: string | null): void {
  const { sleep } = task.waiting!;
  task.waiting = null;
  sleep.done = true;
  sleep.value = value;
  sleep.errno = errno;
}

function hasEnded(process: Process): boolean {
  return process.leader.zombie && process.threads.length === 1;
}

/** The threads of a process, beginning with one of them. */
function ring(task: Thread): Thread[] {
  const { threads } = task.process;
  const at = threads.indexOf(task);
  return [...threads.slice(at), ...threads.slice(0, at)];
}

function nextAlive(task: Thread): Thread | undefined {
  return ring(task).find((thread) => !thread.ended);
}
