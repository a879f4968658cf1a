import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  boot,
  defineEvents,
  Kernel,
  KernelError,
  PF_KTHREAD,
  Pnotify,
  PNOTIFY_OK,
} from "../../mod.ts";
import { bootShell } from "./shell.ts";
import { allTasks, assertRefused, checkWorld } from "./snapshot.ts";

Deno.test("boot() makes pid 0, init and kthreadd", () => {
  const world = boot();
  const { kernel } = world;
  assertEquals(allTasks(kernel).map(String), ["swapper[0]", "init[1]", "kthreadd[2]"]);
  assertEquals([kernel.init.pid, kernel.kthreadd.pid, kernel.taskCount], [1, 2, 3]);
  assertEquals([kernel.init.parent?.pid, kernel.kthreadd.parent?.pid], [0, 0]);
  assertEquals([kernel.init.pgid, kernel.init.sid, kernel.kthreadd.pgid], [1, 1, 0]);
  assert(kernel.kthreadd.flags & PF_KTHREAD);
  assertEquals(kernel.init.flags & PF_KTHREAD, 0);
  checkWorld(world);
});

Deno.test("boot() makes worlds that share nothing", () => {
  const [a, b] = [bootShell(), bootShell()];
  a.kernel.setuid(a.sh, 1000);
  a.kernel.clock.advance(5);
  a.kernel.printk("a");
  a.kernel.addTaint("O");
  assertEquals([b.sh.uid, b.kernel.user(1000).tasks, b.kernel.clock.now], [0, 0, 0]);
  assertEquals([b.kernel.log.records(), b.kernel.taint], [[], ""]);
});

Deno.test("boot() with one events structure in two worlds keeps them apart", () => {
  const events = defineEvents<string>({ name: "both", fork: () => PNOTIFY_OK });
  const [a, b] = [bootShell(), bootShell()];
  a.pnotify.register(events);
  a.pnotify.track(a.sh, events, { data: "a" });
  assertEquals([b.pnotify.isRegistered(events), b.pnotify.subscriptionCount(events)], [false, 0]);
  b.pnotify.register(events);
  a.pnotify.unregister(events);
  assertEquals([a.pnotify.isRegistered(events), b.pnotify.isRegistered(events)], [false, true]);
});

const wrong = [
  { threadsMax: NaN },
  { threadsMax: -1 },
  { logLines: 0 },
  { logLines: NaN },
  { pidMax: 3 },
];
for (const options of wrong) {
  Deno.test(`boot() is refused with EINVAL when ${JSON.stringify(options)} is asked for`, () => {
    const [name] = Object.keys(options);
    const error = assertThrows(() => boot(options), KernelError);
    assertEquals(error.code, "EINVAL");
    assert(error.message.includes(name === "pidMax" ? "pid_max" : name), error.message);
  });
}

Deno.test("boot() without debug checks nothing and traces nothing until somebody wants it", () => {
  const { kernel, sh } = bootShell({ debug: false });
  assertEquals([kernel.lockdep, kernel.references, kernel.trace], [null, null, null]);
  kernel.getTask(3);
  sh.subscriberListSem.downRead();
  assertEquals([kernel.context.held, kernel.shutdown()], [[], []]);
});

Deno.test("Pnotify is refused with EBUSY in a kernel that has a notification service", () => {
  const world = boot();
  assertRefused(world, "EBUSY", () => new Pnotify(world.kernel));
});

Deno.test("Kernel works without a notification service", () => {
  const kernel = new Kernel();
  const sh = kernel.fork(kernel.init);
  kernel.exec(kernel.createThread(sh), "/bin/sh");
  const child = kernel.fork(kernel.getTask(3)!.task);
  kernel.exit(child, { signal: "SIGKILL" });
  kernel.exit(child.parent!);
  assertEquals([kernel.taskCount, kernel.shutdown().length], [3, 1]);
  checkWorld({ kernel });
});

Deno.test("user() makes a user once", () => {
  const { kernel } = bootShell();
  assertEquals(kernel.user(7) === kernel.user(7), true);
});

Deno.test("addTaint() keeps each letter once, in order", () => {
  const { kernel } = boot();
  for (const letter of ["O", "P", "O"] as const) kernel.addTaint(letter);
  assertEquals(kernel.taint, "OP");
});

Deno.test("Kernel.checkedBy counts the lock checker, the explorer and injected faults", () => {
  assertEquals(new Kernel({ debug: false }).checkedBy, 0);
  const kernel = new Kernel({ faults: { site: "task" } });
  assertEquals(kernel.checkedBy, 2);
  kernel.preemption = { nested: false, reached() {}, blocked() {} };
  assertEquals(kernel.checkedBy, 3);
  kernel.preemption = null;
  kernel.faults = null;
  assertEquals(kernel.checkedBy, 1);
});
