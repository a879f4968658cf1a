import {
  boot,
  defineEvents,
  type EventsDescription,
  type Kernel,
  KernelError,
  type Pnotify,
  PNOTIFY_ERROR,
  PNOTIFY_NOSUB,
  PNOTIFY_OK,
  type PnotifyEvents,
  type Task,
  TASK_NEW,
  type Verdict,
} from "../../mod.ts";
import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";

interface Answers {
  readonly canFork?: Verdict | (() => Verdict);
  readonly fork?: Verdict | (() => Verdict);
}

/** A structure with all hooks of a fork, which writes down its calls. */
function listener(
  name: string,
  calls: string[],
  answers: Answers = {},
  own: Partial<EventsDescription<null>> = {},
): PnotifyEvents<null> {
  const answer = (hook: "canFork" | "fork"): Verdict => {
    calls.push(`${name}.${hook}`);
    const given = answers[hook] ?? PNOTIFY_OK;
    return typeof given === "function" ? given() : given;
  };
  return defineEvents({
    name,
    canFork: () => answer("canFork"),
    fork: () => answer("fork"),
    exit: () => void calls.push(`${name}.exit`),
    cancelFork: () => void calls.push(`${name}.cancelFork`),
    ...own as { taskData?: undefined },
  });
}

interface World {
  readonly kernel: Kernel;
  readonly pnotify: Pnotify;
  readonly shell: Task;
  readonly calls: string[];
}

/** A world whose shell is watched by the given modules, in this order. */
function world(modules: Record<string, Answers>): World {
  const { kernel, pnotify } = boot();
  const shell = kernel.fork(kernel.init);
  const calls: string[] = [];
  for (const [name, answers] of Object.entries(modules)) {
    pnotify.track(shell, listener(name, calls, answers));
  }
  return { kernel, pnotify, shell, calls };
}

function refusedWith({ kernel, shell }: World): string {
  return assertThrows(() => kernel.fork(shell), KernelError).code;
}

Deno.test("canFork() is asked of all modules before any fork hook runs", () => {
  const { kernel, shell, calls } = world({ a: {}, b: {}, c: {} });
  kernel.fork(shell);
  assertEquals(calls, ["a.canFork", "b.canFork", "c.canFork", "a.fork", "b.fork", "c.fork"]);
});

// The whole sequence: can all, fork in order, a veto, the exits of A41 in list order, and cancel in reverse.
Deno.test("a veto after canFork gives exit in list order, then cancelFork in reverse order", () => {
  const scene = world({
    a: {},
    shy: { fork: PNOTIFY_NOSUB },
    b: {},
    no: { fork: PNOTIFY_ERROR },
    later: {},
  });
  assertEquals(refusedWith(scene), "EPERM");
  assertEquals(scene.calls, [
    "a.canFork",
    "shy.canFork",
    "b.canFork",
    "no.canFork",
    "later.canFork",
    "a.fork",
    "shy.fork",
    "b.fork",
    "no.fork",
    "a.exit",
    "b.exit",
    "later.cancelFork",
    "no.cancelFork",
    "b.cancelFork",
    "shy.cancelFork",
    "a.cancelFork",
  ]);
  assertEquals([scene.kernel.taskCount, scene.kernel.reports], [4, []]);
});

Deno.test("the whole sequence of a fork that succeeds ends with the fork hooks", () => {
  const { kernel, shell, calls } = world({ a: {}, b: {} });
  const child = kernel.fork(shell);
  kernel.exit(child);
  assertEquals(calls, ["a.canFork", "b.canFork", "a.fork", "b.fork", "a.exit", "b.exit"]);
});

Deno.test("a veto of canFork runs no fork hook and no exit; those that had agreed get cancelFork", () => {
  const scene = world({ a: {}, b: {}, no: { canFork: PNOTIFY_ERROR }, later: {} });
  assertEquals(refusedWith(scene), "EPERM");
  assertEquals(scene.calls, [
    "a.canFork",
    "b.canFork",
    "no.canFork",
    "b.cancelFork",
    "a.cancelFork",
  ]);
});

Deno.test("a veto of the first canFork calls nobody else", () => {
  const scene = world({ no: { canFork: PNOTIFY_ERROR }, later: {} });
  refusedWith(scene);
  assertEquals(scene.calls, ["no.canFork"]);
});

Deno.test("canFork() refuses with the errno that it throws", () => {
  const refusal = new KernelError("EAGAIN");
  const canFork = () => {
    throw refusal;
  };
  const { kernel, shell } = world({ no: { canFork } });
  assertStrictEquals(assertThrows(() => kernel.fork(shell)), refusal);
});

Deno.test("canFork() that breaks down is a module fault, and EFAULT", () => {
  const canFork = () => {
    throw new TypeError("broken");
  };
  const scene = world({ a: {}, broken: { canFork } });
  assertEquals(refusedWith(scene), "EFAULT");
  assertEquals(scene.calls, ["a.canFork", "broken.canFork", "a.cancelFork"]);
  assertEquals(scene.kernel.reports.map(({ kind }) => kind), ["module-fault"]);
});

Deno.test("canFork() answered with PNOTIFY_NOSUB is a yes: the fork hook decides about the child", () => {
  const { kernel, shell, calls } = world({ a: { canFork: PNOTIFY_NOSUB } });
  const child = kernel.fork(shell);
  assertEquals([calls, child.subscribers === null], [["a.canFork", "a.fork"], false]);
});

Deno.test("canFork() gets the parent, its subscriber, and a child that has nothing yet", () => {
  const { kernel, pnotify } = boot();
  const got: unknown[] = [];
  const canFork = (parent: Task, subscriber: unknown, child: Task): Verdict => {
    got.push(parent === kernel.init, pnotify.getSubscriber(parent, "audit") === subscriber);
    got.push(child.state, child.pid, child.subscribers);
    return PNOTIFY_OK;
  };
  pnotify.track(kernel.init, listener("audit", [], {}, { canFork }));
  kernel.fork(kernel.init);
  assertEquals([got, kernel.reports], [[true, true, TASK_NEW, 3, null], []]);
});

Deno.test("cancelFork() gets the parent, its subscriber, and the child that never ran", () => {
  const { kernel, pnotify } = boot();
  const got: unknown[] = [];
  const cancelFork = (parent: Task, subscriber: unknown, child: Task) => {
    got.push(parent === kernel.init, pnotify.getSubscriber(parent, "audit") === subscriber);
    got.push(child.pid, child.subscribers, kernel.getTask(child.pid));
  };
  pnotify.track(kernel.init, listener("audit", [], { fork: PNOTIFY_ERROR }, { cancelFork }));
  assertThrows(() => kernel.fork(kernel.init), KernelError);
  assertEquals([got, kernel.reports], [[true, true, 3, null, null], []]);
});

Deno.test("cancelFork() comes when a fatal signal fails a fork that all had agreed to", () => {
  const { kernel, pnotify, shell, calls } = world({ a: {} });
  const kill = () => (kernel.kill(shell.pid, "SIGKILL"), PNOTIFY_OK);
  pnotify.track(shell, listener("killer", calls, { fork: kill }));
  assertEquals(assertThrows(() => kernel.fork(shell), KernelError).code, "EINTR");
  assertEquals(calls.slice(0, 8), [
    "a.canFork",
    "killer.canFork",
    "a.fork",
    "killer.fork",
    "a.exit",
    "killer.exit",
    "killer.cancelFork",
    "a.cancelFork",
  ]);
});

Deno.test("cancelFork() comes when there is no memory for a subscriber of the child", () => {
  const scene = world({ a: {}, b: {} });
  let asked = 0;
  scene.kernel.faults = { shouldFail: (site) => site === "subscriber" && ++asked === 2 };
  assertEquals(refusedWith(scene), "ENOMEM");
  assertEquals(scene.calls.slice(2), ["a.fork", "a.exit", "b.cancelFork", "a.cancelFork"]);
});

Deno.test("cancelFork() comes when a global structure refuses", () => {
  const scene = world({ a: {} });
  const fork = () => PNOTIFY_ERROR;
  scene.pnotify.register(defineEvents({ name: "global", global: true, fork }));
  refusedWith(scene);
  assertEquals(scene.calls, ["a.canFork", "a.fork", "a.exit", "a.cancelFork"]);
});

Deno.test("cancelFork() does not come when the fork fails before anybody was asked", () => {
  const scene = world({ a: {} });
  scene.kernel.faults = { shouldFail: (site) => site === "pid" };
  assertEquals(refusedWith(scene), "EAGAIN");
  assertEquals(scene.calls, []);
});

Deno.test("cancelFork() is for those that were asked: without canFork it is never called", () => {
  const { kernel, pnotify } = boot();
  const calls: string[] = [];
  const silent = listener("silent", calls, {}, { canFork: undefined });
  pnotify.track(kernel.init, silent);
  pnotify.track(kernel.init, listener("no", calls, { fork: PNOTIFY_ERROR }));
  assertThrows(() => kernel.fork(kernel.init), KernelError);
  assertEquals(calls, ["no.canFork", "silent.fork", "no.fork", "silent.exit", "no.cancelFork"]);
});

Deno.test("cancelFork() is not called of one that was subscribed after the question", () => {
  const { kernel, pnotify } = boot();
  const calls: string[] = [];
  pnotify.track(kernel.init, listener("a", calls));
  const late = listener("late", calls);
  // A global hook holds no lock, so it may subscribe the parent while that forks.
  const fork = () => (pnotify.track(kernel.init, late), PNOTIFY_ERROR);
  pnotify.register(defineEvents({ name: "global", global: true, fork }));
  assertThrows(() => kernel.fork(kernel.init), KernelError);
  assertEquals(calls, ["a.canFork", "a.fork", "a.exit", "a.cancelFork"]);
});

Deno.test("cancelFork() is not called of one that was unsubscribed after the question", () => {
  const { kernel, pnotify } = boot();
  const calls: string[] = [];
  const gone = listener("gone", calls);
  pnotify.track(kernel.init, gone);
  pnotify.track(kernel.init, listener("a", calls));
  const fork = () => (pnotify.untrack(kernel.init, gone), PNOTIFY_ERROR);
  pnotify.register(defineEvents({ name: "global", global: true, fork }));
  assertThrows(() => kernel.fork(kernel.init), KernelError);
  assertEquals(calls.filter((call) => call.endsWith("cancelFork")), ["a.cancelFork"]);
});

Deno.test("cancelFork() that breaks down is a module fault, and the others are called all the same", () => {
  const { kernel, pnotify } = boot();
  const calls: string[] = [];
  const cancelFork = () => {
    throw new TypeError("broken");
  };
  pnotify.track(kernel.init, listener("a", calls));
  pnotify.track(kernel.init, listener("broken", calls, {}, { cancelFork }));
  pnotify.track(kernel.init, listener("no", calls, { fork: PNOTIFY_ERROR }));
  assertThrows(() => kernel.fork(kernel.init), KernelError);
  assertEquals(calls.slice(-2), ["no.cancelFork", "a.cancelFork"]);
  assertEquals(kernel.reports.map(({ kind, module }) => [kind, module]), [
    ["module-fault", "broken"],
  ]);
});

Deno.test("a fork that another one's hook makes in between is asked about by itself", () => {
  const { kernel, pnotify } = boot();
  const inner = kernel.fork(kernel.init);
  const outer = kernel.fork(kernel.init);
  const calls: string[] = [];
  const nested = listener("inner", calls, { fork: PNOTIFY_ERROR });
  pnotify.track(inner, nested);
  const fork = () => {
    assertThrows(() => kernel.fork(inner), KernelError);
    return PNOTIFY_ERROR;
  };
  pnotify.track(outer, listener("outer", calls, { fork }));
  assertThrows(() => kernel.fork(outer), KernelError);
  assertEquals(calls, [
    "outer.canFork",
    "outer.fork",
    "inner.canFork",
    "inner.fork",
    "inner.cancelFork",
    "outer.cancelFork",
  ]);
});

Deno.test("canFork() and cancelFork() run under the parent's list for reading", () => {
  const { kernel, pnotify } = boot();
  const held: string[] = [];
  const note = () => {
    held.push(...kernel.context.held.map(({ lock, mode }) => `${lock.lockName} ${mode}`));
    return PNOTIFY_OK;
  };
  const own = { canFork: note, cancelFork: note as () => void };
  pnotify.track(kernel.init, listener("audit", [], { fork: PNOTIFY_ERROR }, own));
  assertThrows(() => kernel.fork(kernel.init), KernelError);
  assertEquals(held, Array(2).fill("task.subscriberListSem of init[1] read"));
});

Deno.test("threads are asked about, too", () => {
  const { kernel, shell, calls } = world({ a: {} });
  kernel.createThread(shell);
  assertEquals(calls, ["a.canFork", "a.fork"]);
});

/** How often a parent's list is locked during a fork that a module without canFork refuses. */
function locksOfFailingFork(prepare: (kernel: Kernel, pnotify: Pnotify) => void): number {
  const { kernel, pnotify } = boot();
  prepare(kernel, pnotify);
  const fork = () => PNOTIFY_ERROR;
  pnotify.track(kernel.init, defineEvents({ name: "no", fork }));
  let taken = 0;
  kernel.preemption = {
    nested: false,
    blocked() {},
    reached(site) {
      if (site === "lock" && kernel.context.held.at(-1)?.lock === kernel.init) taken++;
    },
  };
  assertThrows(() => kernel.fork(kernel.init), KernelError);
  return taken;
}

Deno.test("a fork that fails takes the parent's list once more for cancelFork", () => {
  const two = (kernel: Kernel, pnotify: Pnotify) => {
    pnotify.track(kernel.init, listener("asker", []));
  };
  assertEquals(locksOfFailingFork(two), 2);
});

Deno.test("a fork that fails takes the parent's list only once while nobody has canFork", () => {
  assertEquals(locksOfFailingFork(() => {}), 1);
});

Deno.test("a fork that fails takes the parent's list only once when nobody has canFork any more", () => {
  const gone = (_kernel: Kernel, pnotify: Pnotify) => {
    const events = listener("asker", []);
    pnotify.register(events);
    pnotify.unregister(events);
  };
  assertEquals(locksOfFailingFork(gone), 1);
});
