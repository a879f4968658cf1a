import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import {
  defineEvents,
  defineModule,
  KernelBug,
  PNOTIFY,
  type Pnotify,
  PNOTIFY_OK,
  type Report,
  type SubscriberList,
} from "../../mod.ts";
import { testModule } from "../../modules/test_module.ts";
import { eventsOf, listening, track } from "./modules.ts";
import { bootShell, kinds, type ShellWorld } from "./shell.ts";

function last({ kernel }: ShellWorld): Report {
  return kernel.shutdown().at(-1)!;
}

function assertTaken(report: Report, what: string, module: string | null): void {
  assertEquals([report.taken?.what, report.taken?.module], [what, module]);
  assertStringIncludes(report.text, `taken cpu0`);
  assertStringIncludes(report.text, `in ${what}, event ${report.taken!.event}`);
  if (module !== null) assertStringIncludes(report.text, `by module ${module}`);
}

Deno.test("shutdown() finds nothing in a world where everything was given back", () => {
  const { kernel, sh } = bootShell();
  kernel.modules.insmod(testModule);
  const reference = kernel.getTask(3)!;
  kernel.exit(sh);
  reference.put();
  kernel.modules.rmmod("test_module");
  assertEquals(kernel.shutdown(), []);
});

Deno.test("shutdown() finds nothing wrong with modules that are loaded, and tasks that are subscribed", () => {
  const { kernel, sh } = bootShell();
  kernel.modules.insmod(testModule);
  kernel.exit(kernel.fork(sh));
  assertEquals(kernel.shutdown(), []);
});

Deno.test("shutdown() lists each lock that is still held", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  sh.subscriberListSem.downRead();
  kernel.createSemaphore("job_sem").downWrite();
  kernel.shutdown();
  assertEquals(kinds(world).slice(-2), ["lock-leaked", "lock-leaked"]);
  assertEquals(kernel.reports.slice(-2).map((report) => report.lock), [
    "task.subscriberListSem of sh[3]",
    "job_sem",
  ]);
  assertTaken(kernel.reports.at(-1)!, "no call", null);
});

Deno.test("shutdown() lists each reference that was never put, with the module that took it", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  kernel.modules.insmod(listening("job", { exec: (task) => void kernel.getTask(task.pid) }));
  track(kernel, sh, "job");
  kernel.exec(sh, "/bin/true");
  kernel.getTask(1);
  const reports = kernel.shutdown();
  assertEquals(kinds(world), ["reference-leak", "reference-leak"]);
  assertTaken(reports[0], "job.exec", "job");
  assertEquals(reports[0].module, "job");
  assertEquals(reports[0].headline, "a reference to true[3] (task 3) was never put");
  assertTaken(reports[1], "no call", null);
});

Deno.test("shutdown() tells references to one pid apart by serial", () => {
  const world = bootShell({ pidMax: 5 });
  const { kernel, sh } = world;
  for (let i = 0; i < 2; i++) {
    const child = kernel.fork(sh);
    kernel.getTask(child.pid);
    kernel.exit(child);
    kernel.wait(sh);
  }
  const headlines = kernel.shutdown().map((report) => report.headline);
  assertEquals(
    headlines,
    [4, 5].map((serial) => `a reference to sh[4] (task ${serial}) was never put`),
  );
});

Deno.test("shutdown() lists a subscriber on a task that had its exit, when a hook broke the exit off", () => {
  const world = bootShell();
  const { kernel, pnotify, sh } = world;
  kernel.modules.insmod(listening("bad", { exit: () => kernel.bug("asleep", "the end") }));
  kernel.modules.insmod(listening("job", {}));
  track(kernel, sh, "bad");
  track(kernel, sh, "job");
  assertThrows(() => kernel.exit(sh), KernelBug);
  const reports = kernel.shutdown().filter(({ kind }) => kind === "subscriber-leak");
  assertEquals(reports.map(({ headline, module }) => [headline, module]), [
    ["bad is still subscribed to sh[3] (task 3), which has had its exit", "bad"],
    ["job is still subscribed to sh[3] (task 3), which has had its exit", "job"],
  ]);
  assertTaken(reports[0], "no call", null);
  assertEquals(pnotify.subscriptionCount(eventsOf(kernel, "job")), 1);
});

Deno.test("shutdown() lists a subscriber on a task that is gone, and one on a task that was never born", () => {
  const world = bootShell();
  const { kernel, pnotify, sh } = world;
  const events = defineEvents<string>({ name: "late", fork: () => PNOTIFY_OK });
  pnotify.track(sh, events);
  const gone = kernel.fork(sh);
  const reference = kernel.getTask(gone.pid)!;
  const list: SubscriberList = gone.subscribers!;
  // As a module would do that writes to the list itself.
  gone.subscribers = null;
  kernel.exit(gone);
  kernel.wait(sh);
  gone.subscribers = list;
  const unborn = kernel.fork(sh);
  unborn.state = "X";
  const reports = kernel.shutdown();
  assertEquals(reports.map(({ kind }) => kind), [
    "reference-leak",
    "subscriber-leak",
    "subscriber-leak",
  ]);
  assertEquals(reports[1].headline, "late is still subscribed to sh[4] (task 4), which is gone");
  assertTaken(reports[1], "fork", null);
  assertEquals(
    reports[2].headline,
    "late is still subscribed to sh[5] (task 5), which was never born",
  );
  reference.put();
});

Deno.test("put() of the last reference to a task with subscribers is told at once", () => {
  const world = bootShell();
  const { kernel, pnotify, sh } = world;
  const events = defineEvents({ name: "late", fork: () => PNOTIFY_OK });
  pnotify.track(sh, events);
  const child = kernel.fork(sh);
  const reference = kernel.getTask(child.pid)!;
  const list = child.subscribers;
  child.subscribers = null;
  kernel.exit(child);
  kernel.wait(sh);
  child.subscribers = list;
  reference.put();
  assertEquals(kinds(world), ["subscriber-leak"]);
  assertStringIncludes(kernel.reports[0].text, "still subscribed: late");
});

Deno.test("shutdown() says nothing of a module that waits for a zombie to be freed", () => {
  const { kernel, pnotify, sh } = bootShell();
  const events = defineEvents({ name: "freed", fork: () => PNOTIFY_OK, free() {} });
  pnotify.track(sh, events);
  kernel.exit(kernel.fork(sh));
  assertEquals([pnotify.subscriptionCount(events), kernel.shutdown()], [2, []]);
});

function forgetful(license = "GPL") {
  return defineModule({
    name: "forgetful",
    license,
    uses: { pnotify: PNOTIFY },
    load({ name, pnotify }) {
      const events = defineEvents({ name, module: name, fork: () => PNOTIFY_OK });
      pnotify.register(events);
      pnotify.track(pnotify.eventsSem.isHeld("write") ? null! : kernelInit(pnotify), events);
    },
    unload() {},
  });
}

const inits = new WeakMap<Pnotify, ShellWorld["sh"]>();
const kernelInit = (pnotify: Pnotify) => inits.get(pnotify)!;

Deno.test("rmmod() tells what a module forgot to unregister, where it registered, and removes it", () => {
  const world = bootShell();
  const { kernel, pnotify, sh } = world;
  inits.set(pnotify, sh);
  kernel.modules.insmod(forgetful());
  kernel.modules.rmmod("forgetful");
  const report = last(world);
  assertEquals([report.kind, report.module], ["module-leak", "forgetful"]);
  assertEquals(report.headline, "module forgetful left events forgetful registered behind");
  assertTaken(report, "register", "forgetful");
  assertEquals([sh.subscribers, kinds(world)], [null, ["module-leak"]]);
  assertEquals(pnotify.balances().map(({ registered }) => registered), [false]);
});

Deno.test("rmmod() tells which subscriptions a module left that had unregistered, and ends them", () => {
  const world = bootShell();
  const { kernel, pnotify, sh } = world;
  const child = kernel.fork(sh);
  kernel.modules.insmod(defineModule({
    name: "careless",
    license: "GPL",
    uses: { pnotify: PNOTIFY },
    load({ name, pnotify }) {
      const events = defineEvents({ name, module: name, fork: () => PNOTIFY_OK });
      pnotify.register(events);
      return events;
    },
    unload({ pnotify }, events) {
      pnotify.unregister(events);
      for (const task of [sh, child]) pnotify.track(task, events);
    },
  }));
  kernel.modules.rmmod("careless");
  assertEquals(last(world).headline, "module careless left 2 subscriptions of careless behind");
  assertTaken(last(world), "careless.unload", "careless");
  assertEquals([sh.subscribers, child.subscribers], [null, null]);
  assert(pnotify.balances().every(({ balance }) => balance.balanced));
});

Deno.test("shutdown() lists what was registered in the name of a module that is not loaded", () => {
  const world = bootShell();
  const { kernel, pnotify } = world;
  pnotify.register(defineEvents({ name: "ghost", module: "ghost", fork: () => PNOTIFY_OK }));
  pnotify.register(defineEvents({ name: "mine", fork: () => PNOTIFY_OK }));
  const [report] = kernel.shutdown();
  assertEquals([kernel.reports.length, report.kind], [1, "module-leak"]);
  assertEquals(report.headline, "events ghost are registered, and module ghost is not loaded");
  assertTaken(report, "register", null);
});

Deno.test("rmmod() gives back the uses of other modules that a module forgot", () => {
  const world = bootShell();
  const { kernel } = world;
  kernel.modules.insmod(listening("job", {}));
  let put: (() => void) | null = null;
  kernel.modules.insmod(defineModule({
    name: "user",
    license: "GPL",
    load: ({ tryModuleGet }) => void (put = tryModuleGet("job")),
    unload() {},
  }));
  assertEquals(kernel.modules.find("job")!.useCount, 1);
  kernel.modules.rmmod("user");
  assertEquals(kernel.modules.find("job")!.useCount, 0);
  assertEquals(last(world).headline, "module user left a use of module job behind");
  assertTaken(last(world), "user.load", "user");
  const bug = assertThrows(() => put!(), KernelBug);
  assertEquals([bug.report!.kind, bug.report!.taken!.module], ["double-put", "user"]);
});

Deno.test("shutdown() returns all reports of the run, and finds nothing new a second time", () => {
  const { kernel } = bootShell();
  kernel.findTask(3);
  kernel.getTask(3);
  assertEquals(kernel.shutdown().map(({ kind }) => kind), ["lock-needed", "reference-leak"]);
  kernel.getTask(1);
  assertEquals(kernel.shutdown().length, 2);
});
