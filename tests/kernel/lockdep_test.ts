import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { KernelBug, KernelError, PNOTIFY_OK, type Report, WaitQueue } from "../../mod.ts";
import { eventsOf, listening, track } from "./modules.ts";
import { bootShell, kinds, type ShellWorld } from "./shell.ts";

function only({ kernel }: ShellWorld): Report {
  assertEquals(kernel.reports.length, 1, kernel.reports.map(({ text }) => text).join("\n"));
  return kernel.reports[0];
}

/** What every report about a lock must tell, as data and in its text. */
function assertStory(
  report: Report,
  expected: {
    kind: string;
    lock: string;
    module: string | null;
    taken?: string;
    by?: string | null;
  },
): void {
  const { kind, lock, module, taken, by = null } = expected;
  assertEquals([report.kind, report.lock, report.module], [kind, lock, module]);
  assertStringIncludes(report.text, lock);
  if (module !== null) assertStringIncludes(report.text, `module ${module}`);
  if (taken === undefined) return;
  assertEquals([report.taken?.what, report.taken?.module], [taken, by]);
  assertStringIncludes(report.text, `in ${taken}, event ${report.taken!.event}`);
  if (by !== null) assertStringIncludes(report.text, `by module ${by}`);
}

Deno.test("lockdep tells a self-deadlock in a hook: lock, holder, where, by whom", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  kernel.modules.insmod(listening("job", { exit: (task) => task.subscriberListSem.downWrite() }));
  track(kernel, sh, "job");
  const bug = assertThrows(() => kernel.exit(sh), KernelBug);
  assertEquals(bug.report, only(world));
  const lock = "task.subscriberListSem of sh[3]";
  assertStory(bug.report!, { kind: "self-deadlock", lock, module: "job", taken: "exit" });
  assertEquals([bug.report!.place.what, bug.report!.place.task], ["job.exit", "sh[3]"]);
  assertEquals(bug.report!.taken!.task, "sh[3]");
  assertEquals(kernel.modules.find("job")!.faulty, true);
});

Deno.test("lockdep tells a self-deadlock on a module's own lock, and which module took it", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const sem = kernel.createSemaphore("job_sem");
  kernel.modules.insmod(listening("job", {
    exec(task) {
      sem.downWrite();
      kernel.rename(task, "x");
      sem.downRead();
    },
  }));
  track(kernel, sh, "job");
  const { report } = assertThrows(() => kernel.exec(sh, "/bin/true"), KernelBug);
  assertStory(report!, {
    kind: "self-deadlock",
    lock: "job_sem",
    module: "job",
    taken: "job.exec",
    by: "job",
  });
});

Deno.test("lockdep tells the release of what nobody holds", () => {
  const world = bootShell();
  assertThrows(() => world.kernel.createSemaphore("job_sem").upWrite(), KernelBug);
  assertStory(only(world), { kind: "lock-not-held", lock: "job_sem", module: null });
});

Deno.test("lockdep tells the release in the wrong mode, with who holds it", () => {
  const world = bootShell();
  const sem = world.kernel.createSemaphore("job_sem");
  sem.downRead();
  assertThrows(() => sem.upWrite(), KernelBug);
  assertStory(only(world), {
    kind: "lock-not-held",
    lock: "job_sem",
    module: null,
    taken: "no call",
  });
  assertStringIncludes(only(world).text, "it is held for read since cpu0");
});

Deno.test("lockdep tells a hook that drops its caller's lock, and then its caller's surprise", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  kernel.modules.insmod(listening("job", { exit: (task) => task.subscriberListSem.upWrite() }));
  track(kernel, sh, "job");
  assertThrows(() => kernel.exit(sh), KernelBug);
  const lock = "task.subscriberListSem of sh[3]";
  assertStory(kernel.reports[0], { kind: "lock-not-held", lock, module: "job", taken: "exit" });
  assertStringIncludes(kernel.reports[0].headline, "job.exit released");
  assertEquals(kinds(world), ["lock-not-held", "lock-not-held"]);
});

Deno.test("lockdep tells a read lock that is taken twice, and goes on", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  kernel.modules.insmod(listening("job", {
    exec(task) {
      task.subscriberListSem.downRead();
      task.subscriberListSem.upRead();
    },
  }));
  track(kernel, sh, "job");
  kernel.exec(sh, "/bin/true");
  const lock = "task.subscriberListSem of true[3]";
  assertStory(only(world), { kind: "lock-recursion", lock, module: "job", taken: "exec" });
});

Deno.test("lockdep tells the order inversion of two classes as the story of two CPUs", () => {
  const world = bootShell();
  const { kernel, sh, pnotify } = world;
  const table = kernel.createSemaphore("job_table_sem");
  kernel.modules.insmod(listening("job", {
    exit() {
      table.downWrite();
      table.upWrite();
    },
  }));
  track(kernel, kernel.init, "job");
  // Once in this order, without any harm.
  table.downWrite();
  pnotify.untrack(kernel.init, eventsOf(kernel, "job"));
  table.upWrite();
  assertEquals(kernel.reports, []);
  // And once in the other one.
  track(kernel, sh, "job");
  kernel.exit(sh);
  const report = only(world);
  assertStory(report, {
    kind: "lock-inversion",
    lock: "job_table_sem",
    module: "job",
    taken: "exit",
  });
  assertEquals(report.held, "task.subscriberListSem of sh[3]");
  assertEquals(
    report.text,
    `\
BUG: lock-inversion: possible circular locking of job_table_sem
  at cpu0 sh[3] in job.exit, event 7, module job, Not tainted
  wants job_table_sem (write) cpu0 sh[3] in job.exit, event 7, by module job
  but already holds task.subscriberListSem of sh[3] (write) since cpu0 sh[3] in exit, event 7
  cpu0                                     cpu1
  ----                                     ----
  lock(task.subscriberListSem of sh[3])
                                           lock(job_table_sem)
  lock(job_table_sem)
                                           lock(task.subscriberListSem of sh[3])
                                           *** DEADLOCK ***
  order seen before: job_table_sem (cpu0 in no call, event 5) -> task.subscriberListSem (cpu0 in no call, event 5)
  chain: job_table_sem -> task.subscriberListSem -> job_table_sem`,
  );
});

Deno.test("lockdep tells a circle of three classes that no single place closes", () => {
  const world = bootShell();
  const [a, b, c] = ["a", "b", "c"].map((name) => world.kernel.createSemaphore(name));
  for (const [first, second] of [[a, b], [b, c], [c, a]]) {
    first.downWrite();
    second.downWrite();
    second.upWrite();
    first.upWrite();
  }
  assertStory(only(world), { kind: "lock-inversion", lock: "a", module: null, taken: "no call" });
  assertEquals(only(world).held, "c");
  assertStringIncludes(only(world).text, "chain: a -> b -> c -> a");
});

Deno.test("lockdep learns from readers, too", () => {
  const world = bootShell();
  const [a, b] = ["a", "b"].map((name) => world.kernel.createSemaphore(name));
  for (const [first, second] of [[a, b], [b, a]]) {
    first.downRead();
    second.downRead();
    second.upRead();
    first.upRead();
  }
  assertEquals(kinds(world), ["lock-inversion"]);
});

Deno.test("lockdep tells two locks of one class, which have no order", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  sh.subscriberListSem.downRead();
  kernel.init.subscriberListSem.downRead();
  const lock = "task.subscriberListSem of init[1]";
  assertStory(only(world), { kind: "lock-inversion", lock, module: null, taken: "no call" });
  assertEquals(only(world).held, "task.subscriberListSem of sh[3]");
  assertStringIncludes(only(world).text, "*** DEADLOCK ***");
});

Deno.test("lockdep is content with one order, however often", () => {
  const world = bootShell();
  const [a, b, c] = ["a", "b", "c"].map((name) => world.kernel.createSemaphore(name));
  for (let i = 0; i < 3; i++) {
    for (const [first, second] of [[a, b], [b, c], [a, c]]) {
      first.downWrite();
      second.downRead();
      second.upRead();
      first.upWrite();
    }
  }
  assertEquals(world.kernel.reports, []);
});

Deno.test("lockdep tells a semaphore that is taken under a spin lock", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  kernel.tasklistLock.readLock();
  sh.subscriberListSem.downRead();
  assertStory(only(world), {
    kind: "sleep-in-atomic",
    lock: "tasklistLock",
    module: null,
    taken: "no call",
  });
  assertStringIncludes(only(world).headline, "taking task.subscriberListSem of sh[3] may sleep");
});

Deno.test("lockdep tells a vfork and a sleep under a spin lock", () => {
  for (const call of ["vfork", "sleep"]) {
    const world = bootShell();
    const { kernel, sh } = world;
    const spin = { ...kernel.tasklistLock.state.lockClass, name: "module_lock" };
    const held = { kernel, lockClass: spin, lockName: "module_lock", lockCount: 0 };
    kernel.context.held.push({ lock: held, mode: "write", taken: kernel.place() });
    if (call === "vfork") kernel.vfork(sh);
    else new WaitQueue(kernel).sleep(sh);
    kernel.context.held.pop();
    assertEquals(kernel.reports[0].kind, "sleep-in-atomic");
    assertEquals(kernel.reports[0].lock, "module_lock");
  }
});

Deno.test("lockdep tells findTask() without its lock, and goes on", () => {
  const world = bootShell();
  assertEquals(world.kernel.findTask(3), world.sh);
  assertStory(only(world), { kind: "lock-needed", lock: "tasklistLock", module: null });
  assertStringIncludes(only(world).text, "cpu0 holds nothing");
});

Deno.test("lockdep tells getSubscriber(), subscribe() and unsubscribe() without the lock of the list", () => {
  const world = bootShell();
  const { kernel, pnotify, sh } = world;
  kernel.modules.insmod(listening("job", {}));
  const events = eventsOf(kernel, "job");
  const subscriber = pnotify.subscribe(sh, events);
  pnotify.getSubscriber(sh, events);
  pnotify.unsubscribe(sh, subscriber);
  assertEquals(kinds(world), ["lock-needed"]);
  assertEquals(kernel.reports[0].lock, "task.subscriberListSem of sh[3]");
});

Deno.test("lockdep tells subscribe() under a lock for reading only, with where it was taken", () => {
  const world = bootShell();
  const { kernel, pnotify, sh } = world;
  kernel.modules.insmod(listening("job", {}));
  sh.subscriberListSem.downRead();
  pnotify.subscribe(sh, eventsOf(kernel, "job"));
  sh.subscriberListSem.upRead();
  assertStory(only(world), {
    kind: "lock-needed",
    lock: "task.subscriberListSem of sh[3]",
    module: null,
    taken: "no call",
  });
  assertStringIncludes(only(world).text, "needs task.subscriberListSem of sh[3] held for write");
});

Deno.test("lockdep tells a hook that returns with a lock, drops it and goes on", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const sem = kernel.createSemaphore("job_sem");
  kernel.modules.insmod(listening("job", { fork: () => (sem.downWrite(), PNOTIFY_OK) }));
  track(kernel, sh, "job");
  assertEquals(kernel.fork(sh).state, "R");
  assertStory(only(world), {
    kind: "lock-leaked",
    lock: "job_sem",
    module: "job",
    taken: "job.fork",
    by: "job",
  });
  assertStringIncludes(only(world).headline, "job.fork returned with job_sem held");
  assertEquals(sem.isHeld("read"), false);
});

Deno.test("lockdep tells a load that returns with a lock", () => {
  const world = bootShell();
  const { kernel } = world;
  const sem = kernel.createSemaphore("job_sem");
  const module = listening("job", {});
  kernel.modules.insmod({
    ...module,
    load(env) {
      sem.downRead();
      return module.load(env);
    },
  });
  assertStory(only(world), {
    kind: "lock-leaked",
    lock: "job_sem",
    module: "job",
    taken: "job.load",
    by: "job",
  });
  assertEquals(sem.isHeld("read"), false);
});

Deno.test("lockdep keeps a reader's other lock when one of two is leaked", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const sem = kernel.createSemaphore("job_sem");
  kernel.modules.insmod(listening("job", { exec: () => sem.downRead() }));
  track(kernel, sh, "job");
  sem.downRead();
  kernel.exec(sh, "/bin/true");
  assertEquals(kinds(world), ["lock-recursion", "lock-inversion", "lock-leaked"]);
  assertEquals(sem.isHeld("read"), true);
  sem.upRead();
  assertEquals(sem.isHeld("read"), false);
});

Deno.test("lockdep says nothing about locks that a caller holds around a whole call", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const sem = kernel.createSemaphore("job_sem");
  sem.downWrite();
  kernel.exec(kernel.fork(sh), "/bin/true");
  sem.upWrite();
  assertEquals(kernel.reports, []);
});

Deno.test("lockdep takes a lock that another CPU holds for what it is: nobody would ever drop it", () => {
  const world = bootShell();
  const { kernel } = world;
  const sem = kernel.createSemaphore("job_sem");
  sem.downWrite();
  const other = new (kernel.context.constructor as new (name: string) => typeof kernel.context)(
    "cpu1",
  );
  kernel.contexts.push(other);
  kernel.context = other;
  const { report } = assertThrows(() => sem.downRead(), KernelBug);
  assertStory(report!, { kind: "self-deadlock", lock: "job_sem", module: null, taken: "no call" });
  assertEquals([report!.place.cpu, report!.taken!.cpu], ["cpu1", "cpu0"]);
});

Deno.test("lockdep keeps its peace over everything that the kernel does by itself", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  kernel.modules.insmod(listening("job", { exit() {}, exec() {}, init: () => PNOTIFY_OK }));
  const child = kernel.fork(sh);
  kernel.createThread(child);
  kernel.exec(kernel.createThread(child), "/bin/true");
  kernel.vfork(sh);
  kernel.kill(-1, "SIGKILL");
  assertThrows(() => kernel.wait(kernel.init), KernelError);
  kernel.modules.rmmod("job");
  assertEquals(kernel.shutdown(), []);
  assert(kernel.context.frames.length === 0);
});

Deno.test("lockdep keeps its senses when there is a circle already", () => {
  const world = bootShell();
  const [a, b, c] = ["a", "b", "c"].map((name) => world.kernel.createSemaphore(name));
  for (const [first, second] of [[a, b], [b, a], [c, a]]) {
    first.downWrite();
    second.downWrite();
    second.upWrite();
    first.upWrite();
  }
  assertEquals(kinds(world), ["lock-inversion"]);
});

Deno.test("lockdep lets readers of two CPUs share a lock, and no writer join them", () => {
  const { kernel } = bootShell();
  const sem = kernel.createSemaphore("job_sem");
  sem.downRead();
  const other = new (kernel.context.constructor as new (name: string) => typeof kernel.context)(
    "cpu1",
  );
  kernel.contexts.push(other);
  kernel.context = other;
  sem.downRead();
  sem.upRead();
  assertEquals(kernel.reports, []);
  assertThrows(() => sem.downWrite(), KernelBug, "another context holds it since cpu0");
});
