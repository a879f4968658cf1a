import { assert, assertEquals } from "@std/assert";
import { boot, defineEvents, type Kernel, PNOTIFY_OK } from "../../mod.ts";
import { testModule } from "../../modules/test_module.ts";

const GOOD = "test_module: Good - attach count + init count equals detach count";
const PROBLEM =
  "test_module: PROBLEM - attach count + init count should equal detach count, and does not";

function lines(kernel: Kernel): string[] {
  return kernel.log.records().map(({ text }) => text);
}

Deno.test("test_module logs its four counts and the verdict at unload", () => {
  const { kernel } = boot();
  kernel.modules.insmod(testModule);
  const shell = kernel.fork(kernel.init);
  const child = kernel.fork(shell);
  kernel.exec(child, "/bin/true");
  kernel.exit(child);
  kernel.modules.rmmod("test_module");
  assertEquals(lines(kernel), [
    "test_module: detach called 4 times",
    "test_module: attach called 2 times",
    "test_module: init called 2 times",
    "test_module: exec called 1 times",
    GOOD,
  ]);
  assertEquals(kernel.shutdown(), []);
});

Deno.test("test_module balances over threads, vetoed forks, killed tasks and a failed exec", () => {
  const { kernel, pnotify } = boot();
  const shell = kernel.fork(kernel.init);
  kernel.modules.insmod(testModule);
  const no = defineEvents({ name: "no", fork: () => -1 });
  const child = kernel.fork(shell);
  kernel.exec(kernel.createThread(child), "/bin/true");
  pnotify.track(shell, no);
  try {
    kernel.fork(shell);
  } catch {
    // Vetoed after test_module had agreed.
  }
  kernel.kill(shell.pid, "SIGKILL");
  kernel.modules.rmmod("test_module");
  assertEquals(lines(kernel).at(-1), GOOD);
  // init, kthreadd and shell; child, its thread, and the fork that was rolled back.
  assertEquals(lines(kernel).slice(-5, -1), [
    "test_module: detach called 6 times",
    "test_module: attach called 3 times",
    "test_module: init called 3 times",
    "test_module: exec called 1 times",
  ]);
});

Deno.test("test_module says PROBLEM when somebody else takes its entry off a list", () => {
  const { kernel, pnotify } = boot();
  kernel.modules.insmod(testModule);
  const sem = kernel.init.subscriberListSem;
  sem.downWrite();
  pnotify.unsubscribe(kernel.init, pnotify.getSubscriber(kernel.init, "test_module")!);
  sem.upWrite();
  kernel.modules.rmmod("test_module");
  assertEquals(lines(kernel).at(-1), PROBLEM);
  assertEquals(kernel.log.records().at(-1)!.level, "err");
});

Deno.test("test_module with everybody off watches nobody by itself", () => {
  const { kernel, pnotify } = boot();
  kernel.modules.insmod(testModule, { params: { everybody: false } });
  kernel.exit(kernel.fork(kernel.init));
  assertEquals(pnotify.balances().map(({ balance }) => balance.current), [0]);
  kernel.modules.rmmod("test_module");
  assertEquals(lines(kernel).slice(0, 3), [
    "test_module: detach called 0 times",
    "test_module: attach called 0 times",
    "test_module: init called 0 times",
  ]);
});

Deno.test("test_module with verbose on logs each call with the pid", () => {
  const { kernel } = boot();
  kernel.modules.insmod(testModule, { params: { verbose: true } });
  const child = kernel.fork(kernel.init);
  kernel.exec(child, "/bin/true");
  kernel.exit(child);
  assertEquals(lines(kernel), [
    "test_module: init hook fired for pid 1",
    "test_module: init hook fired for pid 2",
    "test_module: attach hook fired for pid 3",
    "test_module: exec hook fired for pid 3",
    "test_module: detach hook fired for pid 3",
  ]);
});

Deno.test("test_module finds its own subscriber in init", () => {
  const { kernel } = boot();
  kernel.modules.insmod(testModule);
  assert(!lines(kernel).some((line) => line.includes("ERROR")));
  assertEquals(kernel.callouts!.subscribersOf(kernel.init), ["test_module"]);
});

Deno.test("test_module can be loaded in two kernels at once, and again after its unload", () => {
  const [a, b] = [boot(), boot()];
  for (const { kernel } of [a, b]) kernel.modules.insmod(testModule);
  a.kernel.exit(a.kernel.fork(a.kernel.init));
  for (const { kernel } of [a, b]) kernel.modules.rmmod("test_module");
  assertEquals(lines(a.kernel)[1], "test_module: attach called 1 times");
  assertEquals(lines(b.kernel)[1], "test_module: attach called 0 times");
  a.kernel.modules.insmod(testModule);
  a.kernel.modules.rmmod("test_module");
  assertEquals(lines(a.kernel)[6], "test_module: attach called 0 times");
});

Deno.test("test_module leaves nothing behind when its registration fails", () => {
  const { kernel, pnotify } = boot();
  pnotify.register(defineEvents({ name: "test_module", fork: () => PNOTIFY_OK }));
  let code = "none";
  try {
    kernel.modules.insmod(testModule);
  } catch (error) {
    code = (error as { code: string }).code;
  }
  assertEquals([code, kernel.modules.lsmod(), kernel.reports], ["EBUSY", [], []]);
});
