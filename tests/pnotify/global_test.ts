import {
  boot,
  defineEvents,
  type EventsDescription,
  KernelError,
  PNOTIFY_ERROR,
  PNOTIFY_NOSUB,
  PNOTIFY_OK,
  type PnotifyEvents,
  type Task,
  type Verdict,
} from "../../mod.ts";
import { assertEquals, assertThrows } from "@std/assert";

/** A structure that hears of every task and writes it down. */
function watcher(
  name: string,
  calls: string[],
  own: Partial<EventsDescription<null>> & { answer?: Verdict } = {},
): PnotifyEvents<null> {
  const { answer = PNOTIFY_OK, ...hooks } = own;
  return defineEvents({
    name,
    global: true,
    fork: (child) => (calls.push(`${name}.fork ${child.pid}`), answer),
    exec: (task) => void calls.push(`${name}.exec ${task.pid}`),
    exit: (task) => void calls.push(`${name}.exit ${task.pid}`),
    ...hooks as { taskData?: undefined },
  });
}

Deno.test("a global structure hears of fork, exec and exit of every task, without a subscription", () => {
  const { kernel, pnotify } = boot();
  const calls: string[] = [];
  const events = watcher("all", calls);
  pnotify.register(events);
  const child = kernel.fork(kernel.kthreadd);
  kernel.exec(child, "/bin/true");
  assertEquals(child.subscribers, null);
  kernel.exit(child);
  assertEquals(calls, ["all.fork 3", "all.exec 3", "all.exit 3"]);
  assertEquals(pnotify.subscriptionCount(events), 0);
});

Deno.test("a global structure hears of exits of tasks that were there before it", () => {
  const { kernel, pnotify } = boot();
  const old = kernel.fork(kernel.init);
  const calls: string[] = [];
  const events = watcher("all", calls);
  pnotify.register(events);
  kernel.exit(old);
  assertEquals(calls, ["all.exit 3"]);
});

// The law counts subscriptions, and there are none.
Deno.test("a global structure has no part in the balance law: all its terms stay 0", () => {
  const { kernel, pnotify } = boot();
  const old = kernel.fork(kernel.init);
  const events = watcher("all", []);
  pnotify.register(events);
  kernel.exit(old);
  kernel.fork(kernel.init);
  pnotify.unregister(events);
  assertEquals(pnotify.balance(events), {
    init: 0,
    fork: 0,
    subscribed: 0,
    exit: 0,
    unsubscribed: 0,
    current: 0,
    balanced: true,
  });
});

Deno.test("global and per-task structures hear side by side, those of the list first", () => {
  const { kernel, pnotify } = boot();
  const calls: string[] = [];
  pnotify.register(watcher("all", calls));
  const listed = defineEvents({
    name: "listed",
    fork: (child) => (calls.push(`listed.fork ${child.pid}`), PNOTIFY_OK),
    exec: (task) => void calls.push(`listed.exec ${task.pid}`),
    exit: (task) => void calls.push(`listed.exit ${task.pid}`),
  });
  pnotify.track(kernel.init, listed);
  const child = kernel.fork(kernel.init);
  kernel.exec(child, "/bin/true");
  kernel.exit(child);
  const hooks = ["fork", "exec", "exit"];
  assertEquals(calls, hooks.flatMap((hook) => [`listed.${hook} 3`, `all.${hook} 3`]));
});

Deno.test("a global fork that refuses fails the fork, and those that had agreed get exit in order", () => {
  const { kernel, pnotify } = boot();
  const calls: string[] = [];
  for (const name of ["a", "b"]) pnotify.register(watcher(name, calls));
  pnotify.register(watcher("no", calls, { answer: PNOTIFY_ERROR }));
  pnotify.register(watcher("later", calls));
  const listed = defineEvents({
    name: "listed",
    fork: () => PNOTIFY_OK,
    exit: (task) => void calls.push(`listed.exit ${task.pid}`),
  });
  pnotify.track(kernel.init, listed);
  assertEquals(assertThrows(() => kernel.fork(kernel.init), KernelError).code, "EPERM");
  assertEquals(calls, [
    "a.fork 3",
    "b.fork 3",
    "no.fork 3",
    "listed.exit 3",
    "a.exit 3",
    "b.exit 3",
  ]);
  assertEquals(kernel.taskCount, 3);
});

Deno.test("a global fork answered with PNOTIFY_NOSUB lets the fork go on, and gets no roll-back", () => {
  const { kernel, pnotify } = boot();
  const calls: string[] = [];
  const shy = watcher("shy", calls, { answer: PNOTIFY_NOSUB });
  const no = watcher("no", calls, { answer: PNOTIFY_ERROR });
  pnotify.register(shy);
  pnotify.register(no);
  assertThrows(() => kernel.fork(kernel.init), KernelError);
  assertEquals(calls, ["shy.fork 3", "no.fork 3"]);
  pnotify.unregister(no);
  kernel.exit(kernel.fork(kernel.init));
  // It is not subscribed to anybody, so there is nothing to be taken off: it hears of all exits.
  assertEquals(calls.slice(2), ["shy.fork 4", "shy.exit 4"]);
});

Deno.test("global structures get exit when a signal fails the fork after all had agreed", () => {
  const { kernel, pnotify } = boot();
  const shell = kernel.fork(kernel.init);
  const calls: string[] = [];
  pnotify.register(watcher("all", calls));
  const killer = () => (kernel.kill(shell.pid, "SIGKILL"), PNOTIFY_OK);
  pnotify.register(watcher("killer", [], { fork: killer }));
  assertEquals(assertThrows(() => kernel.fork(shell), KernelError).code, "EINTR");
  assertEquals(calls, ["all.fork 4", "all.exit 4", "all.exit 3"]);
});

Deno.test("global structures are called by priority, then in order of registration", () => {
  const { kernel, pnotify } = boot();
  const calls: string[] = [];
  const priorities = { low: -1, first: 0, high: 7, second: 0 };
  for (const [name, priority] of Object.entries(priorities)) {
    pnotify.register(watcher(name, calls, { priority }));
  }
  kernel.fork(kernel.init);
  assertEquals(calls, ["high.fork 3", "first.fork 3", "second.fork 3", "low.fork 3"]);
});

Deno.test("a global structure hears clone and the further events of every task", () => {
  const { kernel, pnotify } = boot();
  const calls: string[] = [];
  const note = (what: string) => (task: Task) => void calls.push(`${what} ${task.pid}`);
  pnotify.register(watcher("all", [], {
    clone: (child) => (note("clone")(child), PNOTIFY_OK),
    credentials: note("credentials"),
    session: note("session"),
    rename: note("rename"),
    signal: note("signal"),
    reparent: note("reparent"),
    free: note("free"),
  }));
  const shell = kernel.fork(kernel.init);
  const child = kernel.fork(shell);
  kernel.createThread(child);
  kernel.rename(child, "worker");
  kernel.setsid(child);
  kernel.setuid(child, 1000);
  kernel.kill(shell.pid, "SIGKILL");
  assertEquals(calls, [
    "clone 5",
    "rename 4",
    "session 4",
    "credentials 4",
    "signal 3",
    "reparent 4",
    "free 3",
  ]);
});

Deno.test("a fault in a global hook keeps nobody else from hearing", () => {
  const { kernel, pnotify } = boot();
  const calls: string[] = [];
  const exec = () => {
    throw new TypeError("broken");
  };
  pnotify.register(watcher("broken", calls, { exec }));
  pnotify.register(watcher("next", calls));
  const child = kernel.fork(kernel.init);
  calls.length = 0;
  kernel.exec(child, "/bin/true");
  assertEquals(calls, ["next.exec 3"]);
  assertEquals(kernel.reports.map(({ kind }) => kind), ["module-fault"]);
});

Deno.test("a global structure that another one unregisters in a hook hears no more", () => {
  const { kernel, pnotify } = boot();
  const calls: string[] = [];
  const victim = watcher("victim", calls);
  const fork = () => (pnotify.unregister(victim), PNOTIFY_OK);
  pnotify.register(watcher("meddler", calls, { fork }));
  pnotify.register(victim);
  kernel.fork(kernel.init);
  assertEquals([calls, pnotify.isRegistered(victim)], [[], false]);
});

Deno.test("a global structure that is unregistered during a fork gets no roll-back", () => {
  const { kernel, pnotify } = boot();
  const calls: string[] = [];
  const victim = watcher("victim", calls);
  const fork = () => (pnotify.unregister(victim), PNOTIFY_ERROR);
  pnotify.register(victim);
  pnotify.register(watcher("meddler", calls, { fork }));
  assertThrows(() => kernel.fork(kernel.init), KernelError);
  assertEquals(calls, ["victim.fork 3"]);
});

Deno.test("subscribe() refuses a global structure with EINVAL", () => {
  const { kernel, pnotify } = boot();
  const events = watcher("all", []);
  const error = assertThrows(() => pnotify.track(kernel.init, events), KernelError);
  assertEquals([error.code, kernel.init.subscribers], ["EINVAL", null]);
});

for (const field of ["init", "canFork", "cancelFork", "canExec"] as const) {
  Deno.test(`defineEvents() refuses ${field} of a global structure with EINVAL`, () => {
    const hook = () => PNOTIFY_OK;
    const error = assertThrows(() => watcher("all", [], { [field]: hook }), KernelError);
    assertEquals([error.code, error.details?.found], ["EINVAL", `${field} is set`]);
  });
}

Deno.test("defineEvents() refuses taskData of a global structure with EINVAL", () => {
  const description = { name: "all", global: true, fork: () => PNOTIFY_OK };
  const taskData = { create: () => 1 };
  const error = assertThrows(() => defineEvents({ ...description, taskData }), KernelError);
  assertEquals(error.code, "EINVAL");
});

Deno.test("the kernel calls no global structure while there is none", () => {
  const { kernel, pnotify } = boot();
  assertEquals(kernel.globalCallouts, null);
  const one = watcher("one", []);
  const two = watcher("two", []);
  pnotify.register(one);
  pnotify.register(two);
  pnotify.unregister(one);
  assertEquals(kernel.globalCallouts === null, false);
  pnotify.unregister(two);
  assertEquals(kernel.globalCallouts, null);
});

Deno.test("a global structure takes no lock of any list", () => {
  const { kernel, pnotify } = boot();
  pnotify.register(watcher("all", []));
  const locks: string[] = [];
  const reached = (site: string) => {
    const held = kernel.context.held.at(-1);
    if (site === "lock" && held !== undefined) locks.push(held.lock.lockClass.name);
  };
  kernel.preemption = { nested: false, reached, blocked() {} };
  const child = kernel.fork(kernel.init);
  kernel.exec(child, "/bin/true");
  kernel.exit(child);
  assertEquals(locks.filter((name) => name !== "tasklistLock"), []);
});
