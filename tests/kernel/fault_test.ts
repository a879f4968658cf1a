import { assertEquals, assertThrows } from "@std/assert";
import { type FaultSite, KernelError } from "../../mod.ts";
import { listening, track } from "./modules.ts";
import { bootShell } from "./shell.ts";
import { assertRefused } from "./snapshot.ts";

Deno.test("shouldFail() is asked at every fallible point, in order", () => {
  const { kernel, sh } = bootShell();
  kernel.modules.insmod(listening("job", { exec() {}, exit() {} }));
  track(kernel, sh, "job");
  const sites: FaultSite[] = [];
  kernel.faults = { shouldFail: (site) => (sites.push(site), false) };
  kernel.exec(kernel.fork(sh), "/bin/true");
  kernel.exit(sh);
  assertEquals(sites, [
    "task",
    "pid",
    "subscriber",
    "hook job.fork",
    "exec",
    "hook job.exec",
    "hook job.exit",
  ]);
});

for (const n of [0, 1, 2, 3]) {
  Deno.test(`fork() leaves the world as it was when fallible point ${n} fails`, () => {
    const world = bootShell();
    const { kernel, sh } = world;
    kernel.modules.insmod(listening("job", {}));
    track(kernel, sh, "job");
    let count = 0;
    kernel.faults = { shouldFail: () => count++ === n };
    const code = (["ENOMEM", "EAGAIN", "ENOMEM", "EPERM"] as const)[n];
    assertRefused(world, code, () => kernel.fork(sh));
    kernel.faults = null;
    // A pid that was taken is given back, and its turn has passed.
    assertEquals(kernel.fork(sh).pid, n < 2 ? 4 : 5);
  });
}

Deno.test("subscribe() fails with ENOMEM at the site subscriber, and the task is as it was", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  kernel.modules.insmod(listening("job", {}));
  kernel.faults = { shouldFail: (site) => site === "subscriber" };
  assertRefused(world, "ENOMEM", () => track(kernel, sh, "job"));
});

Deno.test("insmod() of a module whose init visits all tasks is undone wherever it fails", () => {
  for (let n = 0; n < 6; n++) {
    const { kernel, sh } = bootShell();
    let count = 0;
    kernel.faults = { shouldFail: () => count++ === n };
    const call = () => kernel.modules.insmod(listening("job", { init: () => 0 }));
    assertThrows(call, KernelError);
    assertEquals([kernel.modules.lsmod(), kernel.reports], [[], []]);
    assertEquals([sh.subscribers, kernel.init.subscribers], [null, null]);
  }
});
