import {
  boot,
  CLONE_THREAD,
  CLONE_VM,
  defineEvents,
  EXIT_DEAD,
  EXIT_ZOMBIE,
  type FurtherEvent,
  type Kernel,
  KernelError,
  type Pnotify,
  PNOTIFY_ERROR,
  PNOTIFY_NOSUB,
  PNOTIFY_OK,
  type PnotifyEvents,
  type Task,
} from "../../mod.ts";
import { assertEquals, assertThrows } from "@std/assert";

const fork = () => PNOTIFY_OK;

function world(): { kernel: Kernel; pnotify: Pnotify; shell: Task } {
  const { kernel, pnotify } = boot();
  return { kernel, pnotify, shell: kernel.fork(kernel.init) };
}

// clone

Deno.test("clone() is called instead of fork when the child is a thread", () => {
  const { kernel, pnotify, shell } = world();
  const calls: string[] = [];
  const events = defineEvents<string>({
    name: "audit",
    fork: (child) => (calls.push(`fork ${child.pid}`), PNOTIFY_OK),
    clone: (child, subscriber, parentData) => {
      calls.push(`clone ${child.pid} ${subscriber.events.name} ${parentData}`);
      return PNOTIFY_OK;
    },
  });
  pnotify.track(shell, events, { data: "data" });
  kernel.createThread(shell);
  kernel.fork(shell);
  kernel.fork(shell, { flags: CLONE_VM });
  kernel.fork(shell, { flags: CLONE_THREAD | CLONE_VM });
  assertEquals(calls, ["clone 4 audit data", "fork 5", "fork 6", "clone 7 audit data"]);
});

Deno.test("fork() is called for threads, too, when there is no clone", () => {
  const { kernel, pnotify, shell } = world();
  const calls: number[] = [];
  const events = defineEvents({
    name: "audit",
    fork: (child) => (calls.push(child.pid), PNOTIFY_OK),
  });
  pnotify.track(shell, events);
  kernel.createThread(shell);
  assertEquals(calls, [4]);
});

Deno.test("clone() answers as fork does: PNOTIFY_NOSUB leaves the thread alone", () => {
  const { kernel, pnotify, shell } = world();
  const events = defineEvents({ name: "audit", fork, clone: () => PNOTIFY_NOSUB });
  pnotify.track(shell, events);
  const thread = kernel.createThread(shell);
  assertEquals([thread.subscribers, pnotify.subscriptionCount(events)], [null, 1]);
});

Deno.test("clone() answers as fork does: PNOTIFY_ERROR fails the thread with EPERM", () => {
  const { kernel, pnotify, shell } = world();
  const events = defineEvents({ name: "audit", fork, clone: () => PNOTIFY_ERROR });
  pnotify.track(shell, events);
  const error = assertThrows(() => kernel.createThread(shell), KernelError);
  assertEquals([error.code, shell.nextThread === shell], ["EPERM", true]);
  assertEquals(pnotify.balance(events).balanced, true);
});

// credentials

/** The calls of one hook, each as what a function makes of its arguments. */
function noteCredentials(calls: unknown[]): PnotifyEvents<null> {
  return defineEvents({
    name: "audit",
    fork,
    credentials: (task, subscriber, before) => {
      calls.push([before.user.uid, before.gid, task.uid, task.gid, subscriber.events.name]);
    },
  });
}

Deno.test("credentials() is told what they were when the user or the group changes", () => {
  const { kernel, pnotify, shell } = world();
  const calls: unknown[] = [];
  pnotify.track(shell, noteCredentials(calls));
  kernel.setgid(shell, 5);
  kernel.setuid(shell, 1000);
  assertEquals(calls, [[0, 0, 0, 5, "audit"], [0, 5, 1000, 5, "audit"]]);
});

Deno.test("credentials() is told when capabilities are given up", () => {
  const { kernel, pnotify, shell } = world();
  const changes: boolean[] = [];
  const events = defineEvents({
    name: "audit",
    fork,
    credentials: (task, _subscriber, before) => {
      changes.push(before.capabilities !== task.credentials.capabilities);
    },
  });
  pnotify.track(shell, events);
  kernel.dropCapabilities(shell, ["CAP_KILL"]);
  assertEquals(changes, [true]);
});

Deno.test("credentials() is not called when nothing changes, or the change is refused", () => {
  const { kernel, pnotify, shell } = world();
  const calls: unknown[] = [];
  pnotify.track(shell, noteCredentials(calls));
  kernel.setuid(shell, 0);
  kernel.setgid(shell, 0);
  kernel.dropCapabilities(shell, []);
  kernel.setuid(shell, 1000);
  calls.length = 0;
  assertThrows(() => kernel.setuid(shell, 0), KernelError);
  kernel.dropCapabilities(shell, ["CAP_KILL"]);
  assertEquals(calls, []);
});

// session

Deno.test("session() is told the session that the task had before", () => {
  const { kernel, pnotify, shell } = world();
  const calls: unknown[] = [];
  const events = defineEvents({
    name: "audit",
    fork,
    session: (task, _subscriber, before) => void calls.push([task.pid, before, task.sid]),
  });
  pnotify.track(shell, events);
  const before = shell.sid;
  kernel.setsid(shell);
  assertThrows(() => kernel.setsid(shell), KernelError);
  assertEquals(calls, [[shell.pid, before, shell.pid]]);
});

Deno.test("session() is about the process: its leader hears when a thread asks for it", () => {
  const { kernel, pnotify, shell } = world();
  const calls: number[] = [];
  const events = defineEvents({
    name: "audit",
    fork,
    session: (task) => void calls.push(task.pid),
  });
  pnotify.track(shell, events);
  const thread = kernel.createThread(shell);
  kernel.setsid(thread);
  assertEquals(calls, [shell.pid]);
});

// rename

Deno.test("rename() is told the old comm, and only where there was no exec", () => {
  const { kernel, pnotify, shell } = world();
  const calls: string[] = [];
  const events = defineEvents({
    name: "audit",
    fork,
    rename: (task, _subscriber, before) => void calls.push(`${before} ${task.comm}`),
  });
  pnotify.track(shell, events);
  kernel.exec(shell, "/bin/sh");
  kernel.rename(shell, "worker");
  assertEquals(calls, ["sh worker"]);
});

// signal

Deno.test("signal() is told the fatal signal, before exit", () => {
  const { kernel, pnotify, shell } = world();
  const calls: string[] = [];
  const events = defineEvents({
    name: "audit",
    fork,
    signal: (task, _subscriber, signal) => void calls.push(`signal ${signal} ${task.exitCode}`),
    exit: (task) => void calls.push(`exit ${task.exitCode}`),
  });
  pnotify.track(shell, events);
  kernel.kill(shell.pid, "SIGTERM");
  assertEquals(calls, ["signal 15 15", "exit 15"]);
});

Deno.test("signal() is not called for an ordinary exit, nor for a signal that is caught", () => {
  const { kernel, pnotify, shell } = world();
  const calls: number[] = [];
  const signal = (_task: Task, _subscriber: unknown, number: number) => void calls.push(number);
  pnotify.track(shell, defineEvents({ name: "audit", fork, signal }));
  kernel.setSignalAction(shell, { signal: "SIGTERM", action: "catch" });
  kernel.kill(shell.pid, "SIGTERM");
  kernel.exit(shell, 1);
  assertEquals(calls, []);
});

Deno.test("signal() comes once for each thread that the signal ends", () => {
  const { kernel, pnotify, shell } = world();
  const calls: number[] = [];
  const events = defineEvents({ name: "audit", fork, signal: (task) => void calls.push(task.pid) });
  pnotify.track(shell, events);
  kernel.createThread(shell);
  kernel.kill(shell.pid, "SIGKILL");
  assertEquals(calls.sort(), [3, 4]);
});

// reparent

Deno.test("reparent() is told the old parent when that ended and another adopted the task", () => {
  const { kernel, pnotify, shell } = world();
  const calls: unknown[] = [];
  const child = kernel.fork(shell);
  const events = defineEvents({
    name: "audit",
    fork,
    reparent: (task, _subscriber, before) => {
      calls.push([task.pid, before.pid, task.parent?.pid, kernel.tasklistLock.state.lockCount]);
    },
  });
  pnotify.track(child, events);
  kernel.exit(shell);
  assertEquals(calls, [[child.pid, shell.pid, 1, 0]]);
  assertEquals(kernel.reports, []);
});

Deno.test("reparent() is not called when another thread of the same process takes over", () => {
  const { kernel, pnotify, shell } = world();
  const thread = kernel.createThread(shell);
  const child = kernel.fork(thread);
  const calls: number[] = [];
  const events = defineEvents({
    name: "audit",
    fork,
    reparent: (task) => void calls.push(task.pid),
  });
  pnotify.track(child, events);
  kernel.exitThread(thread);
  assertEquals([calls, child.parent], [[], shell]);
});

// free

/** Writes down exit and free. */
function lifeEnd(calls: string[], name = "audit"): PnotifyEvents<string | null> {
  return defineEvents<string>({
    name,
    fork,
    exit: (task) => void calls.push(`${name}.exit ${task.pid}`),
    free: (task, { data }) => void calls.push(`${name}.free ${task.pid} ${data}`),
  });
}

Deno.test("free() comes when the task is reaped; data and entry stay from exit until then", () => {
  const { kernel, pnotify, shell } = world();
  const calls: string[] = [];
  const events = lifeEnd(calls);
  const child = kernel.fork(shell);
  pnotify.track(child, events, { data: "data" });
  kernel.exit(child);
  assertEquals([calls, child.state], [["audit.exit 4"], EXIT_ZOMBIE]);
  assertEquals(pnotify.dataOf(child, events), "data");
  kernel.wait(shell);
  assertEquals(calls, ["audit.exit 4", "audit.free 4 data"]);
  assertEquals([pnotify.subscriptionCount(events), child.subscribers], [0, null]);
});

Deno.test("free() sees a task that is off the task list, under no spin lock", () => {
  const { kernel, pnotify, shell } = world();
  const seen: unknown[] = [];
  const events = defineEvents({
    name: "audit",
    fork,
    free: (task) => {
      seen.push(task.state, kernel.getTask(task.pid), kernel.tasklistLock.state.lockCount);
    },
  });
  pnotify.track(shell, events);
  kernel.exit(shell);
  assertEquals([seen, kernel.reports], [[EXIT_DEAD, null, 0], []]);
});

Deno.test("free() is for those that want it: the others go at exit", () => {
  const { kernel, pnotify, shell } = world();
  const calls: string[] = [];
  const child = kernel.fork(shell);
  pnotify.track(child, defineEvents({ name: "plain", fork }));
  pnotify.track(child, lifeEnd(calls, "a"));
  pnotify.track(child, defineEvents({ name: "other", fork }));
  pnotify.track(child, lifeEnd(calls, "b"));
  kernel.exit(child);
  assertEquals(kernel.callouts?.subscribersOf(child), ["a", "b"]);
  kernel.wait(shell);
  assertEquals(calls, ["a.exit 4", "b.exit 4", "a.free 4 null", "b.free 4 null"]);
});

Deno.test("free() comes right after exit for a thread, which nobody waits for", () => {
  const { kernel, pnotify, shell } = world();
  const calls: string[] = [];
  pnotify.track(shell, lifeEnd(calls));
  kernel.exitThread(kernel.createThread(shell));
  assertEquals(calls, ["audit.exit 4", "audit.free 4 null"]);
});

Deno.test("free() does not come for a child that never ran", () => {
  const { kernel, pnotify, shell } = world();
  const calls: string[] = [];
  const events = lifeEnd(calls);
  pnotify.track(shell, events);
  pnotify.track(shell, defineEvents({ name: "refuser", fork: () => PNOTIFY_ERROR }));
  assertThrows(() => kernel.fork(shell), KernelError);
  assertEquals(calls, ["audit.exit 4"]);
  assertEquals(pnotify.balance(events).balanced, true);
});

Deno.test("free() comes from unregister() for those that had their exit, instead of a second exit", () => {
  const { kernel, pnotify, shell } = world();
  const calls: string[] = [];
  const events = lifeEnd(calls);
  pnotify.register(events);
  const child = kernel.fork(shell);
  pnotify.track(child, events);
  kernel.exit(child);
  pnotify.unregister(events);
  kernel.wait(shell);
  assertEquals(calls, ["audit.exit 4", "audit.free 4 null"]);
});

Deno.test("the balance law holds between exit and free, and after untrack() there", () => {
  const { kernel, pnotify, shell } = world();
  const events = lifeEnd([]);
  const child = kernel.fork(shell);
  pnotify.track(child, events);
  kernel.exit(child);
  assertEquals(pnotify.subscriptionCount(events), 1);
  const { subscribed, exit, current, balanced } = pnotify.balance(events);
  assertEquals([subscribed, exit, current, balanced], [1, 1, 0, true]);
  assertEquals(pnotify.untrack(child, events), true);
  assertEquals([pnotify.balance(events).balanced, pnotify.balance(events).unsubscribed], [true, 0]);
});

// What all of them have in common.

type Happen = (kernel: Kernel, task: Task, parent: Task) => void;

/** Makes each of the further events happen to a task. */
const HAPPENINGS: Readonly<Record<FurtherEvent, Happen>> = {
  credentials: (kernel, task) => kernel.setuid(task, 1000),
  session: (kernel, task) => kernel.setsid(task),
  rename: (kernel, task) => kernel.rename(task, "other"),
  signal: (kernel, task) => void kernel.kill(task.pid, "SIGKILL"),
  reparent: (kernel, _task, parent) => kernel.exit(parent),
  free: (kernel, task, parent) => {
    kernel.exit(task);
    kernel.wait(parent);
  },
};

for (const [hook, happen] of Object.entries(HAPPENINGS)) {
  Deno.test(`${hook}() is called in list order, and a fault in one keeps nobody else from hearing`, () => {
    const { kernel, pnotify, shell } = world();
    const task = kernel.fork(shell);
    const calls: string[] = [];
    const broken = () => {
      calls.push("broken");
      throw new TypeError("broken");
    };
    pnotify.track(task, defineEvents({ name: "a", fork, [hook]: () => void calls.push("a") }));
    pnotify.track(task, defineEvents({ name: "broken", fork, [hook]: broken }));
    pnotify.track(task, defineEvents({ name: "plain", fork }));
    pnotify.track(task, defineEvents({ name: "b", fork, [hook]: () => void calls.push("b") }));
    happen(kernel, task, shell);
    assertEquals(calls, ["a", "broken", "b"]);
    assertEquals(kernel.reports.map(({ kind, module }) => [kind, module]), [
      ["module-fault", "broken"],
    ]);
  });

  Deno.test(`${hook}() runs under the lock of the task's list`, () => {
    const { kernel, pnotify, shell } = world();
    const task = kernel.fork(shell);
    const held: string[] = [];
    const note = () => void held.push(...kernel.context.held.map(({ mode }) => mode));
    pnotify.track(task, defineEvents({ name: "audit", fork, [hook]: note }));
    happen(kernel, task, shell);
    assertEquals(held, [hook === "free" ? "write" : "read"]);
  });

  Deno.test(`${hook}() is traced`, () => {
    const { kernel, pnotify, shell } = world();
    const task = kernel.fork(shell);
    pnotify.track(task, defineEvents({ name: "audit", fork, [hook]() {} }));
    const traced: string[] = [];
    kernel.addTraceSink((event) => {
      if (event.type === "hook") traced.push(`${event.module}.${event.event}`);
    });
    happen(kernel, task, shell);
    assertEquals(traced, [`audit.${hook}`]);
  });

  Deno.test(`${hook}() costs a watched task no lock and no hook while nobody wants it`, () => {
    assertEquals(listLocksTaken(null, happen), 0);
  });

  Deno.test(`${hook}() costs a watched task no lock while only a global structure wants it`, () => {
    assertEquals(
      listLocksTaken(({ pnotify }) => {
        pnotify.register(defineEvents({ name: "global", global: true, fork, [hook]() {} }));
      }, happen),
      0,
    );
  });

  Deno.test(`${hook}() costs a watched task no lock once nobody wants it any more`, () => {
    assertEquals(
      listLocksTaken(({ kernel, pnotify }) => {
        const events = defineEvents({ name: "gone", fork, [hook]() {} });
        pnotify.register(events);
        pnotify.track(kernel.kthreadd, events);
        pnotify.unregister(events);
      }, happen),
      0,
    );
  });

  Deno.test(`${hook}() is heard again by a structure that comes back`, () => {
    const { kernel, pnotify, shell } = world();
    const task = kernel.fork(shell);
    const calls: number[] = [];
    const events = defineEvents({
      name: "back",
      fork,
      [hook]: (about: Task) => void calls.push(about.pid),
    });
    pnotify.register(events);
    pnotify.unregister(events);
    pnotify.track(task, events);
    happen(kernel, task, shell);
    assertEquals(calls, [4]);
  });
}

/**
 * How often list locks are taken for a task that a module watches, when something happens that the module does not
 * want to hear of. Exits of the task itself are for all to hear, and are not counted.
 */
function listLocksTaken(
  prepare: ((world: { kernel: Kernel; pnotify: Pnotify }) => void) | null,
  happen: (kernel: Kernel, task: Task, parent: Task) => void,
): number {
  const { kernel, pnotify, shell } = world();
  prepare?.({ kernel, pnotify });
  const task = kernel.fork(shell);
  pnotify.track(task, defineEvents({ name: "audit", fork }));
  let taken = 0;
  kernel.preemption = {
    nested: false,
    blocked() {},
    reached(site) {
      if (site === "lock" && kernel.context.held.at(-1)?.lock === task) taken++;
    },
  };
  happen(kernel, task, shell);
  // The one of its exit callout.
  const exits = task.endTime >= 0 ? 1 : 0;
  return taken - exits;
}

// What the trace says of hooks that fail.

/** What the trace says of each hook: its name, its verdict or fault. */
function traceHooks(kernel: Kernel): string[] {
  const traced: string[] = [];
  kernel.addTraceSink((event) => {
    if (event.type !== "hook") return;
    const { module, verdict, fault, rollback } = event;
    const outcome = [verdict, fault, rollback ? "rollback" : undefined];
    const words = outcome.filter((word) => word !== undefined);
    traced.push([`${module}.${event.event}`, ...words].join(" "));
  });
  return traced;
}

const refuse = () => {
  throw new KernelError("EDQUOT");
};
const breakDown = () => {
  throw "broken";
};

Deno.test("a fork, canFork or clone hook that throws is traced with its errno or fault", () => {
  const { kernel, pnotify, shell } = world();
  const traced = traceHooks(kernel);
  for (const hook of ["fork", "canFork", "clone"] as const) {
    for (const fail of [refuse, breakDown]) {
      const events = defineEvents({ name: "audit", fork, [hook]: fail });
      pnotify.track(shell, events);
      const call = () => hook === "clone" ? kernel.createThread(shell) : kernel.fork(shell);
      assertThrows(call, KernelError);
      pnotify.untrack(shell, events);
    }
  }
  assertEquals(traced, [
    "audit.fork EDQUOT",
    "audit.fork EFAULT broken",
    "audit.canFork EDQUOT",
    "audit.canFork EFAULT broken",
    "audit.clone EDQUOT",
    "audit.clone EFAULT broken",
  ]);
});

Deno.test("an init hook that throws is traced with its errno or fault", () => {
  const { kernel, pnotify } = world();
  const traced = traceHooks(kernel);
  for (const init of [refuse, breakDown]) {
    const events = defineEvents({ name: "audit", fork, init });
    assertThrows(() => pnotify.register(events), KernelError);
  }
  assertEquals(traced, ["audit.init EDQUOT", "audit.init EFAULT broken"]);
});

Deno.test("a global fork hook that throws is traced with its errno or fault", () => {
  const { kernel, pnotify } = world();
  const traced = traceHooks(kernel);
  for (const fail of [refuse, breakDown]) {
    const events = defineEvents({ name: "audit", global: true, fork: fail });
    pnotify.register(events);
    assertThrows(() => kernel.fork(kernel.init), KernelError);
    pnotify.unregister(events);
  }
  assertEquals(traced, ["audit.fork EDQUOT", "audit.fork EFAULT broken"]);
});

Deno.test("a hook without a verdict that throws is traced with its fault", () => {
  const { kernel, pnotify, shell } = world();
  const traced = traceHooks(kernel);
  const hooks = { exec: breakDown, rename: breakDown, exit: breakDown };
  pnotify.track(shell, defineEvents({ name: "audit", fork, ...hooks }));
  kernel.exec(shell, "/bin/sh");
  kernel.rename(shell, "other");
  kernel.exit(shell);
  assertEquals(traced, ["audit.exec broken", "audit.rename broken", "audit.exit broken"]);
});

Deno.test("the hooks of a roll-back are traced as such, those that throw included", () => {
  const { kernel, pnotify, shell } = world();
  const canFork = () => PNOTIFY_OK;
  const own = { fork, canFork, exit() {}, cancelFork() {} };
  pnotify.track(shell, defineEvents({ name: "sound", ...own }));
  const broken = { exit: breakDown, cancelFork: breakDown };
  pnotify.track(shell, defineEvents({ name: "broken", ...own, ...broken }));
  pnotify.track(shell, defineEvents({ name: "no", fork: () => PNOTIFY_ERROR }));
  const traced = traceHooks(kernel);
  assertThrows(() => kernel.fork(shell), KernelError);
  assertEquals(traced.slice(5), [
    "sound.exit rollback",
    "broken.exit broken rollback",
    "broken.cancelFork broken rollback",
    "sound.cancelFork rollback",
  ]);
});
