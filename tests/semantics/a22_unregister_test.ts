import {
  boot,
  defineEvents,
  KernelError,
  PNOTIFY_OK,
  type PnotifyEvents,
  type Task,
} from "../../mod.ts";
import { assertEquals, assertThrows } from "@std/assert";
import { listener, names } from "./listener.ts";

function codeOf(call: () => unknown): string {
  return assertThrows(call, KernelError).code;
}

for (const nothing of [null, undefined]) {
  Deno.test(`A22 unregister() refuses ${nothing} with EINVAL`, () => {
    const { pnotify } = boot();
    const events = nothing as unknown as PnotifyEvents<null>;
    assertEquals(codeOf(() => pnotify.unregister(events)), "EINVAL");
  });
}

Deno.test("A22 unregister() refuses what is not registered with EINVAL", () => {
  const { kernel, pnotify } = boot();
  assertEquals(codeOf(() => pnotify.unregister(listener("audit", []))), "EINVAL");
  assertEquals(kernel.log.records(), []);
});

Deno.test("A22 unregister() refuses a second time with EINVAL", () => {
  const { pnotify } = boot();
  const events = listener("audit", []);
  pnotify.register(events);
  pnotify.unregister(events);
  assertEquals(codeOf(() => pnotify.unregister(events)), "EINVAL");
});

Deno.test("A22 unregister() refuses another structure of the registered name, with a warning", () => {
  const { kernel, pnotify } = boot();
  const registered = listener("audit", []);
  pnotify.register(registered);
  assertEquals(codeOf(() => pnotify.unregister(listener("audit", []))), "EINVAL");
  assertEquals(kernel.log.records().map(({ level }) => level), ["warning"]);
  assertEquals(pnotify.isRegistered(registered), true);
});

Deno.test("A23 unregister() gives every subscribed task exit and takes it off its list", () => {
  const { kernel, pnotify } = boot();
  const calls: string[] = [];
  const events = listener("audit", calls, { init: PNOTIFY_OK });
  pnotify.register(events);
  calls.length = 0;
  pnotify.unregister(events);
  assertEquals(calls, ["audit.exit 1", "audit.exit 2"]);
  assertEquals([names(kernel, kernel.init), names(kernel, kernel.kthreadd)], [[], []]);
  assertEquals([pnotify.isRegistered(events), pnotify.subscriptionCount(events)], [false, 0]);
});

Deno.test("A23 the subscriber is still on the list while its exit runs", () => {
  const { kernel, pnotify } = boot();
  const listed: string[][] = [];
  const events = defineEvents({
    name: "audit",
    fork: () => PNOTIFY_OK,
    exit: (task) => void listed.push(names(kernel, task)),
  });
  pnotify.register(events);
  pnotify.track(kernel.init, events);
  pnotify.unregister(events);
  assertEquals(listed, [["audit"]]);
});

Deno.test("A23 unregister() walks again for tasks that are subscribed more than once", () => {
  const { kernel, pnotify } = boot();
  const calls: string[] = [];
  const events = listener("audit", calls);
  pnotify.register(events);
  for (const task of [kernel.init, kernel.init, kernel.kthreadd]) pnotify.track(task, events);
  pnotify.unregister(events);
  assertEquals(calls, ["audit.exit 1", "audit.exit 2", "audit.exit 1"]);
});

// The original begins its walk anew when the visited task was unlinked; here the next pid is found at any time.
Deno.test("A23 unregister() goes on when an exit hook ends the tasks around it", () => {
  const { kernel, pnotify } = boot();
  const shells = [kernel.fork(kernel.init), kernel.fork(kernel.init), kernel.fork(kernel.init)];
  const calls: number[] = [];
  const events = defineEvents({
    name: "audit",
    fork: () => PNOTIFY_OK,
    exit(task) {
      calls.push(task.pid);
      if (task === shells[0]) kernel.kill(shells[1].pid, "SIGKILL");
    },
  });
  pnotify.register(events);
  for (const shell of shells) pnotify.track(shell, events);
  pnotify.unregister(events);
  assertEquals(calls, [3, 4, 5]);
  assertEquals(pnotify.balance(events).balanced, true);
});

// In the original exit is mandatory and called unconditionally; here it may be missing (A11).
Deno.test("A23 unregister() takes off the tasks of a structure without exit", () => {
  const { kernel, pnotify } = boot();
  const events = defineEvents({ name: "audit", fork: () => PNOTIFY_OK });
  pnotify.register(events);
  pnotify.track(kernel.init, events);
  pnotify.unregister(events);
  assertEquals(names(kernel, kernel.init), []);
  assertEquals(pnotify.balance(events).exit, 1);
});

Deno.test("A23 unregister() leaves the subscribers of others alone", () => {
  const { kernel, pnotify } = boot();
  const calls: string[] = [];
  const audit = listener("audit", calls);
  const other = listener("other", calls);
  pnotify.register(audit);
  for (const events of [other, audit, other]) pnotify.track(kernel.init, events);
  pnotify.unregister(audit);
  assertEquals([calls, names(kernel, kernel.init)], [["audit.exit 1"], ["other", "other"]]);
});

// April 2004 knew nothing else than to refuse; here draining is the rule and refusing is asked for.
Deno.test("A24 unregister() with ifBusy refuse gives EBUSY while a task is subscribed", () => {
  const { kernel, pnotify } = boot();
  const calls: string[] = [];
  const events = listener("audit", calls);
  pnotify.register(events);
  pnotify.track(kernel.init, events);
  assertEquals(codeOf(() => pnotify.unregister(events, { ifBusy: "refuse" })), "EBUSY");
  assertEquals([calls, pnotify.isRegistered(events)], [[], true]);
  assertEquals(names(kernel, kernel.init), ["audit"]);
});

Deno.test("A24 unregister() with ifBusy refuse succeeds when nobody is subscribed", () => {
  const { kernel, pnotify } = boot();
  const events = listener("audit", []);
  pnotify.register(events);
  pnotify.track(kernel.init, events);
  pnotify.untrack(kernel.init, events);
  pnotify.unregister(events, { ifBusy: "refuse" });
  assertEquals(pnotify.isRegistered(events), false);
});

Deno.test("A24 unregister() drains by default, and with ifBusy drain", () => {
  for (const options of [undefined, { ifBusy: "drain" } as const]) {
    const { kernel, pnotify } = boot();
    const events = listener("audit", []);
    pnotify.register(events);
    pnotify.track(kernel.init, events);
    pnotify.unregister(events, options);
    assertEquals(names(kernel, kernel.init), []);
  }
});

Deno.test("A25 unregister() finds subscribers by name, those of another structure included", () => {
  const { kernel, pnotify } = boot();
  const calls: string[] = [];
  const registered = listener("audit", calls);
  const namesake = defineEvents({
    name: "audit",
    fork: () => PNOTIFY_OK,
    exit: () => void calls.push("the namesake's own"),
  });
  pnotify.register(registered);
  pnotify.track(kernel.init, namesake);
  pnotify.track(kernel.init, registered);
  pnotify.unregister(registered);
  // The first one found went, through the hook of the structure that was unregistered; then the count was met.
  assertEquals(calls, ["audit.exit 1", "audit.exit 1"]);
  assertEquals(names(kernel, kernel.init), []);
  assertEquals(pnotify.balance(registered).balanced, true);
  assertEquals(pnotify.balance(namesake).balanced, true);
});

Deno.test("A25 unregister() looks for nobody when the structure itself has no subscriptions", () => {
  const { kernel, pnotify } = boot();
  const registered = listener("audit", []);
  pnotify.register(registered);
  pnotify.track(kernel.init, listener("audit", []));
  pnotify.unregister(registered);
  assertEquals(names(kernel, kernel.init), ["audit"]);
});

// In the original a subscription that no walk can reach keeps refcnt above 0, and unregister() spins for ever.
Deno.test("A26 a fork that failed leaves nothing that unregister() would wait for", () => {
  const { kernel, pnotify } = boot();
  const audit = listener("audit", []);
  const refuser = listener("refuser", [], { fork: -1 });
  pnotify.register(audit);
  pnotify.track(kernel.init, audit);
  pnotify.track(kernel.init, refuser);
  assertThrows(() => kernel.fork(kernel.init), KernelError);
  assertEquals(pnotify.subscriptionCount(audit), 1);
  pnotify.unregister(audit);
  assertEquals([pnotify.subscriptionCount(audit), kernel.reports], [0, []]);
});

Deno.test("A26 an exit hook that subscribes its task again does not keep unregister() going", () => {
  const { kernel, pnotify } = boot();
  let calls = 0;
  const events: PnotifyEvents<null> = defineEvents({
    name: "audit",
    fork: () => PNOTIFY_OK,
    exit(task) {
      // The bound is the test's own: without a guard it would never end.
      if (++calls < 100) pnotify.subscribe(task, events);
    },
  });
  pnotify.register(events);
  pnotify.track(kernel.init, events);
  pnotify.unregister(events);
  assertEquals([calls, pnotify.subscriptionCount(events)], [1, 0]);
  assertEquals(kernel.reports.map(({ kind }) => kind), ["module-fault"]);
});

Deno.test("A26 an exit hook that subscribes its task again does not keep a roll-back going", () => {
  const { kernel, pnotify } = boot();
  let calls = 0;
  const again: PnotifyEvents<null> = defineEvents({
    name: "again",
    fork: () => PNOTIFY_OK,
    exit(task) {
      if (++calls < 100) pnotify.subscribe(task, again);
    },
  });
  pnotify.track(kernel.init, again);
  pnotify.track(kernel.init, listener("refuser", [], { fork: -1 }));
  assertThrows(() => kernel.fork(kernel.init), KernelError);
  assertEquals(calls, 1);
  assertEquals(pnotify.balance(again).balanced, true);
});

Deno.test("A26 a child under construction is drained, too", () => {
  const { kernel, pnotify } = boot();
  const calls: string[] = [];
  const audit = listener("audit", calls);
  pnotify.register(audit);
  pnotify.track(kernel.init, audit);
  let seen: Task | null = null;
  // A global hook runs after those of the list and under no lock: the child has its subscriber, and is on no task list.
  const meddler = defineEvents({
    name: "meddler",
    global: true,
    fork(child) {
      seen = child;
      pnotify.unregister(audit);
      return PNOTIFY_OK;
    },
  });
  pnotify.register(meddler);
  const child = kernel.fork(kernel.init);
  assertEquals(seen, child);
  assertEquals(pnotify.subscriptionCount(audit), 0);
  assertEquals(calls, ["audit.fork 3", "audit.exit 1", "audit.exit 3"]);
  assertEquals(kernel.reports, []);
  kernel.exit(child);
  assertEquals(calls.length, 3);
});

Deno.test("A26 a reaped task whose free is still to come is drained, too", () => {
  const { kernel, pnotify } = boot();
  const shell = kernel.fork(kernel.init);
  const first = kernel.fork(shell);
  const second = kernel.fork(shell);
  const calls: string[] = [];
  const audit = defineEvents({
    name: "audit",
    fork: () => PNOTIFY_OK,
    exit: (task) => void calls.push(`exit ${task.pid}`),
    free: (task) => void calls.push(`free ${task.pid}`),
  });
  pnotify.register(audit);
  pnotify.track(second, audit);
  const meddler = defineEvents({
    name: "meddler",
    global: true,
    fork: () => PNOTIFY_OK,
    free(task) {
      if (task === first) pnotify.unregister(audit);
    },
  });
  pnotify.register(meddler);
  // Both are zombies; when their parent ends, init adopts and reaps both in one go.
  kernel.exit(first);
  kernel.exit(second);
  kernel.exit(shell);
  assertEquals(calls, [`exit ${second.pid}`, `free ${second.pid}`]);
  assertEquals([pnotify.subscriptionCount(audit), kernel.reports], [0, []]);
});

Deno.test("A26 a subscription that no walk can reach is reported, and unregister() ends all the same", () => {
  const { kernel, pnotify } = boot();
  const events = listener("audit", []);
  pnotify.register(events);
  pnotify.track(kernel.init, events);
  // Nothing in the kernel loses an entry; whoever writes to a task by hand can.
  kernel.init.subscribers = null;
  pnotify.unregister(events);
  assertEquals(pnotify.isRegistered(events), false);
  assertEquals(kernel.reports.map(({ kind, module }) => [kind, module]), [
    ["subscriber-leak", "audit"],
  ]);
});
