import {
  boot,
  CLONE_PARENT,
  CLONE_THREAD,
  CLONE_VM,
  defineEvents,
  KernelError,
  PNOTIFY_ERROR,
  PNOTIFY_NOSUB,
  PNOTIFY_OK,
  type PnotifyEvents,
  TASK_NEW,
} from "../../mod.ts";
import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { listener, names } from "./listener.ts";

function codeOf(call: () => unknown): string {
  return assertThrows(call, KernelError).code;
}

Deno.test("A35 fork hooks see a child with pid and tgid that is not yet on the task list", () => {
  const { kernel, pnotify } = boot();
  const seen: unknown[] = [];
  const events = defineEvents({
    name: "audit",
    fork(child) {
      const onList = kernel.getTask(child.pid) !== null;
      seen.push([child.pid, child.tgid, child.state, onList, kernel.init.firstChild === child]);
      return PNOTIFY_OK;
    },
  });
  pnotify.track(kernel.init, events);
  const process = kernel.fork(kernel.init);
  const thread = kernel.createThread(process);
  assertEquals(seen, [[3, 3, TASK_NEW, false, false], [4, 3, TASK_NEW, false, false]]);
  assertEquals(thread.isLeader, false);
});

Deno.test("A35 fork hooks run in the context of the parent", () => {
  const { kernel, pnotify } = boot();
  const frames: string[] = [];
  const events = defineEvents({
    name: "audit",
    fork: () => {
      frames.push(...kernel.context.frames.map(({ what, task }) => `${what} ${task}`));
      return PNOTIFY_OK;
    },
  });
  pnotify.track(kernel.init, events);
  kernel.fork(kernel.init);
  assertEquals(frames, ["fork init[1]", "audit.fork init[3]"]);
});

// In the original both parent fields still hold what was copied from the parent's own structure: its grandparent.
Deno.test("A35 fork hooks see the parent that the child will have", () => {
  const { kernel, pnotify } = boot();
  const shell = kernel.fork(kernel.init);
  const parents: unknown[] = [];
  const fork = (child: { parent: unknown }) => (parents.push(child.parent), PNOTIFY_OK);
  pnotify.track(shell, defineEvents({ name: "audit", fork }));
  kernel.fork(shell);
  kernel.fork(kernel.fork(shell), { flags: CLONE_PARENT });
  assertEquals(parents, [shell, shell, shell]);
});

Deno.test("A36 a child has a list of its own, and its lock is free", () => {
  const { kernel, pnotify } = boot();
  const events = listener("audit", []);
  pnotify.track(kernel.init, events);
  const child = kernel.fork(kernel.init);
  pnotify.untrack(kernel.init, events);
  assertEquals([names(kernel, kernel.init), names(kernel, child)], [[], ["audit"]]);
  assertEquals(child.subscriberListSem.isHeld("read"), false);
});

Deno.test("A36 with an empty list nothing is called and no lock of a list is taken", () => {
  const { kernel } = boot();
  const held: string[] = [];
  const reached = () => held.push(...kernel.context.held.map(({ lock }) => lock.lockClass.name));
  kernel.preemption = { nested: false, reached, blocked() {} };
  const child = kernel.fork(kernel.init);
  assertEquals([child.subscribers, [...new Set(held)]], [null, ["tasklistLock"]]);
});

Deno.test("A37 the child is subscribed before its fork hook, which gets the parent's own data", () => {
  const { kernel, pnotify } = boot();
  const data = { of: "the parent" };
  const got: unknown[] = [];
  const events: PnotifyEvents<typeof data | null> = defineEvents<typeof data>({
    name: "audit",
    fork(child, subscriber, parentData) {
      got.push(pnotify.getSubscriber(child, events) === subscriber, parentData === data);
      return PNOTIFY_OK;
    },
  });
  pnotify.track(kernel.init, listener("other", []), { data: "of the other" });
  pnotify.track(kernel.init, events, { data });
  kernel.fork(kernel.init);
  assertEquals([got, kernel.reports], [[true, true], []]);
});

Deno.test("A37 the parent's list is walked from head to tail", () => {
  const { kernel, pnotify } = boot();
  const calls: string[] = [];
  for (const name of ["a", "b", "c"]) pnotify.track(kernel.init, listener(name, calls));
  kernel.fork(kernel.init);
  assertEquals(calls, ["a.fork 3", "b.fork 3", "c.fork 3"]);
});

Deno.test("A38 the child's order is the parent's, without those that answered PNOTIFY_NOSUB", () => {
  const { kernel, pnotify } = boot();
  for (const name of ["a", "b", "c", "d"]) {
    const fork = name === "b" ? PNOTIFY_NOSUB : PNOTIFY_OK;
    pnotify.track(kernel.init, listener(name, [], { fork }));
  }
  assertEquals(names(kernel, kernel.fork(kernel.init)), ["a", "c", "d"]);
});

Deno.test("A39 threads are notified as processes are, whatever the clone flags", () => {
  for (const flags of [0, CLONE_VM, CLONE_PARENT, CLONE_VM | CLONE_THREAD]) {
    const { kernel, pnotify } = boot();
    const shell = kernel.fork(kernel.init);
    const calls: string[] = [];
    pnotify.track(shell, listener("audit", calls));
    const child = kernel.fork(shell, { flags });
    assertEquals([calls, names(kernel, child)], [["audit.fork 4"], ["audit"]]);
  }
});

Deno.test("A40 PNOTIFY_OK keeps the module on the child's list", () => {
  const { kernel, pnotify } = boot();
  pnotify.track(kernel.init, listener("audit", [], { fork: PNOTIFY_OK }));
  assertEquals(names(kernel, kernel.fork(kernel.init)), ["audit"]);
});

Deno.test("A40 PNOTIFY_NOSUB takes it off without exit, and the next module goes on", () => {
  const { kernel, pnotify } = boot();
  const calls: string[] = [];
  const shy = listener("shy", calls, { fork: PNOTIFY_NOSUB });
  pnotify.track(kernel.init, shy);
  pnotify.track(kernel.init, listener("next", calls));
  const child = kernel.fork(kernel.init);
  kernel.exit(child);
  assertEquals(calls, ["shy.fork 3", "next.fork 3", "next.exit 3"]);
  assertEquals([pnotify.subscriptionCount(shy), pnotify.balance(shy).balanced], [1, true]);
});

Deno.test("A40 PNOTIFY_ERROR fails the fork with EPERM, and later modules are not called", () => {
  const { kernel, pnotify } = boot();
  const calls: string[] = [];
  pnotify.track(kernel.init, listener("refuser", calls, { fork: PNOTIFY_ERROR }));
  pnotify.track(kernel.init, listener("later", calls));
  assertEquals(codeOf(() => kernel.fork(kernel.init)), "EPERM");
  assertEquals([calls, kernel.taskCount], [["refuser.fork 3"], 3]);
});

Deno.test("A40 the fork fails with the very error that the hook threw", () => {
  const { kernel, pnotify } = boot();
  const refusal = new KernelError("EDQUOT");
  const fork = () => {
    throw refusal;
  };
  pnotify.track(kernel.init, listener("audit", [], { fork }));
  assertStrictEquals(assertThrows(() => kernel.fork(kernel.init)), refusal);
});

Deno.test("A41 roll-back gives exit in list order to those that had said yes", () => {
  const { kernel, pnotify } = boot();
  const calls: string[] = [];
  const answers = {
    a: PNOTIFY_OK,
    b: PNOTIFY_NOSUB,
    c: PNOTIFY_OK,
    d: PNOTIFY_ERROR,
    e: PNOTIFY_OK,
  };
  const all = Object.entries(answers).map(([name, fork]) => listener(name, calls, { fork }));
  for (const events of all) pnotify.track(kernel.init, events);
  assertThrows(() => kernel.fork(kernel.init), KernelError);
  assertEquals(calls, ["a.fork 3", "b.fork 3", "c.fork 3", "d.fork 3", "a.exit 3", "c.exit 3"]);
  for (const events of all) {
    assertEquals([pnotify.subscriptionCount(events), pnotify.balance(events).balanced], [1, true]);
  }
});

Deno.test("A41 the child is gone without trace: its pid, its count and its place", () => {
  const { kernel, pnotify } = boot();
  const events = listener("audit", [], { fork: PNOTIFY_ERROR });
  pnotify.track(kernel.init, events);
  const { user } = kernel.init.credentials;
  const before = [kernel.taskCount, user.tasks, kernel.init.firstChild];
  assertThrows(() => kernel.fork(kernel.init, { pid: 9 }), KernelError);
  assertEquals([kernel.taskCount, user.tasks, kernel.init.firstChild], before);
  assertEquals(kernel.getTask(9), null);
  pnotify.untrack(kernel.init, events);
  assertEquals(kernel.fork(kernel.init, { pid: 9 }).pid, 9);
});

Deno.test("A41 exit of the roll-back sees a child that never ran", () => {
  const { kernel, pnotify } = boot();
  const seen: unknown[] = [];
  const events = defineEvents({
    name: "audit",
    fork: () => PNOTIFY_OK,
    exit: (child) => void seen.push(child.state, child.exitCode, names(kernel, child)),
  });
  pnotify.track(kernel.init, events);
  pnotify.track(kernel.init, listener("refuser", [], { fork: PNOTIFY_ERROR }));
  assertThrows(() => kernel.fork(kernel.init), KernelError);
  assertEquals(seen, [TASK_NEW, 0, ["audit"]]);
});

Deno.test("A41 want of memory in the middle rolls back like a refusal, with ENOMEM", () => {
  const { kernel, pnotify } = boot();
  const calls: string[] = [];
  for (const name of ["a", "b", "c"]) pnotify.track(kernel.init, listener(name, calls));
  let asked = 0;
  kernel.faults = { shouldFail: (site) => site === "subscriber" && ++asked === 3 };
  assertEquals(codeOf(() => kernel.fork(kernel.init)), "ENOMEM");
  assertEquals(calls, ["a.fork 3", "b.fork 3", "a.exit 3", "b.exit 3"]);
});

Deno.test("A41 a fork hook that throws anything else is a module fault, EFAULT, and rolled back", () => {
  const { kernel, pnotify } = boot();
  const calls: string[] = [];
  pnotify.track(kernel.init, listener("a", calls));
  const fork = () => {
    throw new TypeError("broken");
  };
  pnotify.track(kernel.init, listener("broken", calls, { fork }));
  assertEquals(codeOf(() => kernel.fork(kernel.init)), "EFAULT");
  assertEquals(calls, ["a.fork 3", "broken.fork 3", "a.exit 3"]);
});

// In the PAGG of 2004 the failing entry stayed listed, so the failing module got its detach with the others.
Deno.test("A42 the module whose fork failed gets no exit", () => {
  const { kernel, pnotify } = boot();
  const calls: string[] = [];
  pnotify.track(kernel.init, listener("refuser", calls, { fork: PNOTIFY_ERROR }));
  assertThrows(() => kernel.fork(kernel.init), KernelError);
  assertEquals(calls, ["refuser.fork 3"]);
});

// As posted, pnotify means to give no exit at all, hands a task to unsubscribe, and leaves the entries of all behind.
Deno.test("A43 no entry of a failed fork stays, neither the failing one nor the earlier ones", () => {
  const { kernel, pnotify } = boot();
  const earlier = listener("earlier", []);
  const refuser = listener("refuser", [], { fork: PNOTIFY_ERROR });
  pnotify.track(kernel.init, earlier);
  pnotify.track(kernel.init, refuser);
  for (let i = 0; i < 3; i++) assertThrows(() => kernel.fork(kernel.init), KernelError);
  assertEquals([pnotify.subscriptionCount(earlier), pnotify.subscriptionCount(refuser)], [1, 1]);
  assertEquals(kernel.shutdown(), []);
});

Deno.test("A44 a fatal signal that comes during the fork fails it with EINTR, and all get exit", () => {
  const { kernel, pnotify } = boot();
  const shell = kernel.fork(kernel.init);
  const calls: string[] = [];
  pnotify.track(shell, listener("a", calls));
  pnotify.track(
    shell,
    listener("b", calls, {
      fork: () => {
        kernel.kill(shell.pid, "SIGKILL");
        return PNOTIFY_OK;
      },
    }),
  );
  assertEquals(codeOf(() => kernel.fork(shell)), "EINTR");
  assertEquals(calls.slice(0, 4), ["a.fork 4", "b.fork 4", "a.exit 4", "b.exit 4"]);
  // The signal itself is delivered when the fork has returned.
  assertEquals(calls.slice(4), ["a.exit 3", "b.exit 3"]);
  assertEquals(kernel.getTask(4), null);
});

// The branch for a thread group that exits jumps past the clean-up in pnotify as posted.
Deno.test("A44 a thread group that begins to exit during the fork fails it with EAGAIN, and all get exit", () => {
  const { kernel, pnotify } = boot();
  const shell = kernel.fork(kernel.init);
  const thread = kernel.createThread(shell);
  const calls: string[] = [];
  const events = listener("audit", calls, {
    fork: () => {
      kernel.exit(shell, 3);
      return PNOTIFY_OK;
    },
  });
  pnotify.track(thread, events);
  assertEquals(codeOf(() => kernel.fork(thread)), "EAGAIN");
  assertEquals(calls, ["audit.fork 5", "audit.exit 5", "audit.exit 4"]);
  assertEquals([kernel.getTask(5), pnotify.balance(events).balanced], [null, true]);
});

// PAGG copied the parent's list head and could run the clean-up on it before the list was initialised.
Deno.test("A45 a fork that fails before its callout touches no list and calls no hook", () => {
  for (const site of ["task", "pid"]) {
    const { kernel, pnotify } = boot();
    const calls: string[] = [];
    const events = listener("audit", calls);
    pnotify.track(kernel.init, events);
    kernel.faults = { shouldFail: (at) => at === site };
    assertThrows(() => kernel.fork(kernel.init), KernelError);
    assertEquals([calls, names(kernel, kernel.init)], [[], ["audit"]]);
    assertEquals([pnotify.subscriptionCount(events), kernel.taskCount], [1, 3]);
  }
});

Deno.test("A46 the core copies nothing: a fork hook gets null data, and sets it itself", () => {
  const { kernel, pnotify } = boot();
  const got: unknown[] = [];
  const events: PnotifyEvents<number | null> = defineEvents<number>({
    name: "audit",
    fork(_child, subscriber, parentData) {
      got.push(subscriber.data);
      subscriber.data = (parentData ?? 0) + 1;
      return PNOTIFY_OK;
    },
  });
  pnotify.track(kernel.init, events, { data: 1 });
  const grandchild = kernel.fork(kernel.fork(kernel.init));
  assertEquals([got, pnotify.dataOf(grandchild, events)], [[null, null], 3]);
});
