import {
  boot,
  defineEvents,
  getTaskStruct,
  KernelError,
  PNOTIFY_OK,
  putTaskStruct,
  type Task,
} from "../../mod.ts";
import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { listener, names } from "./listener.ts";

/** Runs something with a task's list held for writing. */
function locked<T>(task: Task, call: () => T): T {
  task.subscriberListSem.downWrite();
  try {
    return call();
  } finally {
    task.subscriberListSem.upWrite();
  }
}

Deno.test("A27 subscribe() appends at the tail, with null data, and calls no hook", () => {
  const { kernel, pnotify } = boot();
  const calls: string[] = [];
  const first = listener("first", calls);
  const second = listener("second", calls, { init: PNOTIFY_OK });
  const { init } = kernel;
  const subscriber = locked(init, () => {
    pnotify.subscribe(init, first);
    return pnotify.subscribe(init, second);
  });
  assertEquals(names(kernel, init), ["first", "second"]);
  assertStrictEquals(subscriber.events, second);
  assertEquals([subscriber.data, pnotify.subscriptionCount(second)], [null, 1]);
  assertEquals(calls, []);
});

// The original returns NULL when there is no memory; here that is an exception.
Deno.test("A27 subscribe() without memory throws ENOMEM and changes nothing", () => {
  const { kernel, pnotify } = boot();
  const events = listener("audit", []);
  kernel.faults = { shouldFail: (site) => site === "subscriber" };
  const error = assertThrows(() => pnotify.track(kernel.init, events), KernelError);
  assertEquals([error.code, pnotify.subscriptionCount(events)], ["ENOMEM", 0]);
  assertEquals(kernel.init.subscribers, null);
});

Deno.test("A28 unsubscribe() takes the entry off and calls no hook", () => {
  const { kernel, pnotify } = boot();
  const calls: string[] = [];
  const events = listener("audit", calls);
  const { init } = kernel;
  locked(init, () => pnotify.unsubscribe(init, pnotify.subscribe(init, events)));
  assertEquals([pnotify.subscriptionCount(events), init.subscribers, calls], [0, null, []]);
});

// The original unlinks whatever it is given, and would corrupt memory.
Deno.test("A28 unsubscribe() refuses an entry of another list with EINVAL", () => {
  const { kernel, pnotify } = boot();
  const { init, kthreadd } = kernel;
  const events = listener("audit", []);
  const subscriber = locked(init, () => pnotify.subscribe(init, events));
  const error = assertThrows(
    () => locked(kthreadd, () => pnotify.unsubscribe(kthreadd, subscriber)),
    KernelError,
  );
  assertEquals([error.code, names(kernel, init)], ["EINVAL", ["audit"]]);
  assertEquals(pnotify.balance(events).balanced, true);
});

Deno.test("A29 getSubscriber() gives the first of a name in list order", () => {
  const { kernel, pnotify } = boot();
  const { init } = kernel;
  const events = listener("audit", []);
  pnotify.track(init, listener("other", []), { data: "other" });
  pnotify.track(init, events, { data: "first" });
  pnotify.track(init, events, { data: "second" });
  const found = locked(init, () => pnotify.getSubscriber(init, "audit"));
  assertEquals(found?.data, "first");
});

Deno.test("A29 getSubscriber() gives null when nobody of that name is there", () => {
  const { kernel, pnotify } = boot();
  const { init } = kernel;
  pnotify.track(init, listener("audit", []));
  for (const name of ["audi", "audits", "AUDIT", ""]) {
    assertEquals(locked(init, () => pnotify.getSubscriber(init, name)), null);
  }
});

Deno.test("A30 one structure may be subscribed twice to one task, and each counts", () => {
  const { kernel, pnotify } = boot();
  const calls: string[] = [];
  const events = listener("audit", calls);
  pnotify.track(kernel.init, events, { data: "old" });
  pnotify.track(kernel.init, events, { data: "new" });
  assertEquals(names(kernel, kernel.init), ["audit", "audit"]);
  const child = kernel.fork(kernel.init);
  assertEquals([names(kernel, child), pnotify.subscriptionCount(events)], [["audit", "audit"], 4]);
  kernel.exit(child);
  assertEquals(calls, ["audit.fork 3", "audit.fork 3", "audit.exit 3", "audit.exit 3"]);
  pnotify.untrack(kernel.init, events);
  assertEquals(pnotify.dataOf(kernel.init, events), "new");
});

Deno.test("A31 subscribing needs no registration: inheritance spreads it all the same", () => {
  const { kernel, pnotify } = boot();
  const calls: string[] = [];
  const events = listener("keys", calls);
  pnotify.track(kernel.init, events);
  const child = kernel.fork(kernel.init);
  kernel.exec(child, "/bin/true");
  kernel.exit(child);
  assertEquals(calls, ["keys.fork 3", "keys.exec 3", "keys.exit 3"]);
  assertEquals([pnotify.isRegistered(events), pnotify.balance(events).balanced], [false, true]);
});

Deno.test("A31 even pid 0 may be subscribed", () => {
  const { kernel, pnotify } = boot();
  const swapper = kernel.init.parent!;
  const events = listener("keys", []);
  pnotify.track(swapper, events);
  assertEquals([swapper.pid, names(kernel, swapper)], [0, ["keys"]]);
});

Deno.test("A32 any task may be subscribed from anywhere, a thread of another process included", () => {
  const { kernel, pnotify } = boot();
  const one = kernel.fork(kernel.init);
  const other = kernel.fork(kernel.init);
  const thread = kernel.createThread(other);
  const target = listener("target", []);
  // A hook that runs for one process subscribes a thread of another one.
  const meddler = defineEvents({
    name: "meddler",
    fork: () => PNOTIFY_OK,
    exec: () => void pnotify.track(thread, target),
  });
  pnotify.track(one, meddler);
  kernel.exec(one, "/bin/true");
  assertEquals([names(kernel, thread), names(kernel, other)], [["target"], []]);
});

Deno.test("A32 a task of another kernel is refused with EINVAL", () => {
  const { kernel, pnotify } = boot();
  const { init } = boot().kernel;
  const events = listener("audit", []);
  const error = assertThrows(() => pnotify.track(init, events), KernelError);
  assertEquals([error.code, init.subscribers, kernel.reports], ["EINVAL", null, []]);
});

Deno.test("A33 subscribe() and unsubscribe() want the list held for writing", () => {
  for (const mode of ["nothing", "read"] as const) {
    const { kernel, pnotify } = boot();
    const { init } = kernel;
    const events = listener("audit", []);
    if (mode === "read") init.subscriberListSem.downRead();
    const subscriber = pnotify.subscribe(init, events);
    pnotify.unsubscribe(init, subscriber);
    if (mode === "read") init.subscriberListSem.upRead();
    assertEquals(
      kernel.reports.map(({ kind, lock }) => [kind, lock]),
      [["lock-needed", "task.subscriberListSem of init[1]"]],
    );
  }
});

Deno.test("A33 getSubscriber() is content with the list held for reading, and wants that", () => {
  const { kernel, pnotify } = boot();
  const { init } = kernel;
  init.subscriberListSem.downRead();
  pnotify.getSubscriber(init, "audit");
  init.subscriberListSem.upRead();
  assertEquals(kernel.reports, []);
  pnotify.getSubscriber(init, "audit");
  assertEquals(kernel.reports.map(({ kind }) => kind), ["lock-needed"]);
});

Deno.test("A33 track(), dataOf() and untrack() see to the lock and the reference themselves", () => {
  const { kernel, pnotify } = boot();
  const { init } = kernel;
  const events = listener("audit", []);
  const before = init.usage;
  pnotify.track(init, events, { data: "data" });
  assertEquals(pnotify.dataOf(init, events), "data");
  assertEquals([pnotify.untrack(init, events), pnotify.untrack(init, events)], [true, false]);
  assertEquals([init.usage, init.subscriberListSem.isHeld("read")], [before, false]);
  assertEquals(kernel.reports, []);
});

Deno.test("A33 subscribing a task that nobody kept alive is reported as use after free", () => {
  const { kernel, pnotify } = boot();
  const child = kernel.fork(kernel.init);
  kernel.exit(child);
  assertThrows(() => pnotify.track(child, listener("audit", [])));
  assertEquals(kernel.reports.map(({ kind }) => kind), ["use-after-free"]);
});

// The example of the seed puts the task before it drops the semaphore that lies inside it.
Deno.test("A33 the reference is put after the lock is dropped, and keeps the task until then", () => {
  const { kernel, pnotify } = boot();
  const events = listener("audit", []);
  const child = kernel.fork(kernel.init);
  pnotify.track(child, events, { data: "of the child" });
  getTaskStruct(child);
  kernel.exit(child);
  child.subscriberListSem.downRead();
  assertEquals(pnotify.getSubscriber(child, events), null);
  child.subscriberListSem.upRead();
  putTaskStruct(child);
  assertEquals([child.usage, kernel.reports], [0, []]);
});

// The original has no such test in subscribe; what is subscribed after the exit callout leaks.
Deno.test("A34 subscribing a task that has ended fails with ESRCH", () => {
  const { kernel, pnotify } = boot();
  const shell = kernel.fork(kernel.init);
  const zombie = kernel.fork(shell);
  kernel.exit(zombie);
  const events = listener("audit", []);
  const error = assertThrows(() => pnotify.track(zombie, events), KernelError);
  assertEquals([error.code, pnotify.subscriptionCount(events)], ["ESRCH", 0]);
});

Deno.test("A34 subscribing a task from its own exit hook fails with ESRCH", () => {
  const { kernel, pnotify } = boot();
  const late = listener("late", []);
  let code = "";
  const events = defineEvents({
    name: "audit",
    fork: () => PNOTIFY_OK,
    exit(task) {
      code = assertThrows(() => pnotify.subscribe(task, late), KernelError).code;
    },
  });
  const child = kernel.fork(kernel.init);
  pnotify.track(child, events);
  kernel.exit(child);
  assertEquals([code, kernel.reports], ["ESRCH", []]);
});
