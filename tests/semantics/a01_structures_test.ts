import {
  boot,
  createProgram,
  defineEvents,
  defineModule,
  Kernel,
  KernelError,
  PNOTIFY,
  PNOTIFY_ERROR,
  PNOTIFY_NAMELN,
  PNOTIFY_NOSUB,
  PNOTIFY_OK,
  type PnotifyEvents,
  type Verdict,
  WaitQueue,
} from "../../mod.ts";
import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { listener, names } from "./listener.ts";

Deno.test("A1 an events structure holds module, name, data and the hooks", () => {
  const data = { any: "thing" };
  const fork = () => PNOTIFY_OK;
  const exit = () => {};
  const events = defineEvents({ name: "audit", module: "audit_module", data, fork, exit });
  assertEquals([events.name, events.module], ["audit", "audit_module"]);
  assertStrictEquals(events.data, data);
  assertStrictEquals(events.fork, fork);
  assertStrictEquals(events.exit, exit);
  assertEquals([events.init, events.exec], [null, null]);
});

// The original keeps the list entry and refcnt in the structure itself; here they are the kernel's.
Deno.test("A1 an events structure keeps nothing of a kernel, so one serves two kernels", () => {
  const events = listener("audit", []);
  const one = boot();
  const two = boot();
  one.pnotify.register(events);
  two.pnotify.register(events);
  one.pnotify.track(one.kernel.init, events);
  assertEquals(Object.isFrozen(events), true);
  assertEquals(one.pnotify.subscriptionCount(events), 1);
  assertEquals(two.pnotify.subscriptionCount(events), 0);
});

Deno.test("A1 refcnt counts live subscribers, not registrations", () => {
  const { kernel, pnotify } = boot();
  const events = listener("audit", []);
  pnotify.register(events);
  assertEquals(pnotify.subscriptionCount(events), 0);
  pnotify.track(kernel.init, events);
  const child = kernel.fork(kernel.init);
  assertEquals(pnotify.subscriptionCount(events), 2);
  kernel.exit(child);
  assertEquals(pnotify.subscriptionCount(events), 1);
});

Deno.test("A2 a subscriber holds its events structure and data that begins as null", () => {
  const { kernel, pnotify } = boot();
  const events = listener("audit", []);
  pnotify.track(kernel.init, events);
  kernel.init.subscriberListSem.downRead();
  const subscriber = pnotify.getSubscriber(kernel.init, events)!;
  kernel.init.subscriberListSem.upRead();
  assertStrictEquals(subscriber.events, events);
  assertEquals([subscriber.data, subscriber.next], [null, null]);
});

Deno.test("A2 each task that is subscribed has a subscriber of its own", () => {
  const { kernel, pnotify } = boot();
  const events = listener("audit", []);
  pnotify.track(kernel.init, events, { data: "of init" });
  pnotify.track(kernel.kthreadd, events, { data: "of kthreadd" });
  assertEquals(pnotify.dataOf(kernel.init, events), "of init");
  assertEquals(pnotify.dataOf(kernel.kthreadd, events), "of kthreadd");
});

Deno.test("A3 a task has a subscriber list, empty at first, and a reader/writer lock for it", () => {
  const { kernel } = boot();
  const { init } = kernel;
  assertEquals([names(kernel, init), init.subscribers], [[], null]);
  const sem = init.subscriberListSem;
  sem.downRead();
  assertEquals([sem.isHeld("read"), sem.isHeld("write")], [true, false]);
  sem.upRead();
  sem.downWrite();
  assertEquals(sem.isHeld("write"), true);
  sem.upWrite();
});

Deno.test("A3 sleeping is allowed under the lock of the list", () => {
  const { kernel } = boot();
  const sleeper = kernel.fork(kernel.init);
  kernel.init.subscriberListSem.downWrite();
  new WaitQueue(kernel).sleep(sleeper);
  kernel.init.subscriberListSem.upWrite();
  assertEquals(kernel.reports, []);
});

Deno.test("A4 init, exec and exit get the task and its subscriber, fork the parent's data besides", () => {
  const { kernel, pnotify } = boot();
  const shell = kernel.fork(kernel.init);
  const got: Record<string, unknown[]> = {};
  const write = (hook: string) => (...args: unknown[]) => void (got[hook] = args);
  const answer = (hook: string) => (...args: unknown[]) => (write(hook)(...args), PNOTIFY_OK);
  const events = defineEvents<string>({
    name: "audit",
    init: answer("init"),
    fork: answer("fork"),
    exec: write("exec"),
    exit: write("exit"),
  });
  pnotify.register(events);
  const [, ofShell] = got.init;
  pnotify.untrack(shell, events);
  pnotify.track(shell, events, { data: "of the shell" });
  const child = kernel.fork(shell);
  kernel.exec(child, "/bin/true");
  kernel.exit(child);

  assertEquals([got.init.length, got.init[0]], [2, shell]);
  assertStrictEquals((ofShell as { events: unknown }).events, events);
  assertEquals([got.fork.length, got.fork[0], got.fork[2]], [3, child, "of the shell"]);
  assertEquals([got.exec.length, got.exec[0]], [2, child]);
  assertEquals([got.exit.length, got.exit[0]], [2, child]);
  assertStrictEquals(got.exec[1], got.fork[1]);
  assertStrictEquals(got.exit[1], got.fork[1]);
});

Deno.test("A5 the constants are 0, 1 and -1, and a name has 32 characters at most", () => {
  assertEquals([PNOTIFY_OK, PNOTIFY_NOSUB, PNOTIFY_ERROR, PNOTIFY_NAMELN], [0, 1, -1, 32]);
});

// The type of a verdict allows the three constants only; code without types meets the original's rule.
Deno.test("A5 any positive verdict means: do not subscribe", () => {
  const { kernel, pnotify } = boot();
  const events = listener("audit", [], { fork: 7 as Verdict });
  pnotify.track(kernel.init, events);
  const child = kernel.fork(kernel.init);
  assertEquals(names(kernel, child), []);
  assertEquals(kernel.reports, []);
});

Deno.test("A5 any negative errno is an error", () => {
  const { kernel, pnotify } = boot();
  const events = listener("audit", [], { fork: -12 as Verdict });
  pnotify.track(kernel.init, events);
  assertEquals(assertThrows(() => kernel.fork(kernel.init), KernelError).code, "ENOMEM");
});

// The original passes any number on; what is no errno at all is a fault of the module here.
for (const answer of [-4095, NaN, 0.5, undefined, null, "0", Promise.resolve(0)]) {
  Deno.test(`A5 ${typeof answer} ${answer} is no verdict, and a fault of the module`, () => {
    const { kernel, pnotify } = boot();
    const events = listener("audit", [], { fork: () => answer as unknown as Verdict });
    pnotify.track(kernel.init, events);
    assertEquals(assertThrows(() => kernel.fork(kernel.init), KernelError).code, "EFAULT");
    assertEquals(kernel.reports.map((report) => report.kind), ["module-fault"]);
  });
}

const user = (license: string) =>
  defineModule({
    name: "user",
    license,
    uses: { pnotify: PNOTIFY },
    load: (env) => env.pnotify.isRegistered(listener("any", [])),
    unload() {},
  });

Deno.test("A6 a GPL module gets pnotify", () => {
  const { kernel } = boot();
  kernel.modules.insmod(user("GPL"));
  assertEquals(kernel.modules.find("user")?.state, "live");
});

Deno.test("A6 a module with another licence does not", () => {
  const { kernel } = boot();
  const error = assertThrows(() => kernel.modules.insmod(user("Proprietary")), KernelError);
  assertEquals([error.code, kernel.modules.find("user")], ["ENOENT", null]);
});

// The five are one symbol here: an object with a method for each.
Deno.test("A6 five functions are exported, and none of the walkers", () => {
  assertEquals([...PNOTIFY.cNames].sort(), [
    "pnotify_get_subscriber",
    "pnotify_register",
    "pnotify_subscribe",
    "pnotify_unregister",
    "pnotify_unsubscribe",
  ]);
});

/** A module that registers and subscribes in load; with `tidy` it takes that back in unload. */
const audit = (calls: string[], tidy: boolean) =>
  defineModule({
    name: "audit",
    license: "GPL",
    uses: { pnotify: PNOTIFY },
    load({ kernel, name, pnotify }): PnotifyEvents<null> {
      const events = defineEvents({
        name,
        module: name,
        fork: () => PNOTIFY_OK,
        exit: (task) => void calls.push(`exit ${task.pid}`),
      });
      pnotify.register(events);
      pnotify.track(kernel.init, events);
      return events;
    },
    unload({ pnotify }, events) {
      if (tidy) pnotify.unregister(events);
    },
  });

Deno.test("A8 neither a registration nor a subscription keeps a module from being unloaded", () => {
  const { kernel } = boot();
  const calls: string[] = [];
  kernel.modules.insmod(audit(calls, true));
  assertEquals(kernel.modules.find("audit")?.useCount, 0);
  kernel.modules.rmmod("audit");
  assertEquals([calls, kernel.reports], [["exit 1"], []]);
});

// The original never reads the field, and a module that forgets to unregister leaves pointers to code that is gone.
Deno.test("A8 what a module leaves registered is reported and taken off when it goes", () => {
  const { kernel } = boot();
  kernel.modules.insmod(audit([], false));
  kernel.modules.rmmod("audit");
  assertEquals(kernel.reports.map(({ kind, module }) => [kind, module]), [
    ["module-leak", "audit"],
  ]);
  assertEquals(kernel.init.subscribers, null);
});

Deno.test("A9 a kernel without pnotify forks, execs and exits, and tells nobody", () => {
  const kernel = new Kernel();
  const shell = kernel.fork(kernel.init);
  kernel.exec(shell, createProgram("/bin/sh"));
  kernel.exit(shell, 0);
  assertEquals([kernel.callouts, kernel.taskCount], [null, 3]);
});
