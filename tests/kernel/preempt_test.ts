import { assertEquals, assertThrows } from "@std/assert";
import { type PreemptionSite, WouldWait } from "../../mod.ts";
import { listening, track } from "./modules.ts";
import { bootShell, type ShellWorld } from "./shell.ts";

function sitesOf(world: ShellWorld, call: () => unknown): PreemptionSite[] {
  const sites: PreemptionSite[] = [];
  world.kernel.preemption = {
    nested: false,
    reached: (site) => void sites.push(site),
    blocked() {},
  };
  call();
  world.kernel.preemption = null;
  return sites;
}

Deno.test("fork() passes its callout and the lock of the task list", () => {
  const world = bootShell();
  assertEquals(sitesOf(world, () => world.kernel.fork(world.sh)), ["callout", "lock", "unlock"]);
});

Deno.test("exec() passes its callout and, with hooks, the lock of the list", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  assertEquals(sitesOf(world, () => kernel.exec(sh, "/bin/sh")), ["callout"]);
  kernel.modules.insmod(listening("job", { exec() {} }));
  track(kernel, sh, "job");
  assertEquals(sitesOf(world, () => kernel.exec(sh, "/bin/sh")), [
    "lock",
    "callout",
    "unlock",
    "callout",
  ]);
});

Deno.test("exit() passes its callout and the lock of the task list", () => {
  const world = bootShell();
  assertEquals(sitesOf(world, () => world.kernel.exit(world.sh)), ["callout", "lock", "unlock"]);
});

Deno.test("forEachTask() passes a point at each task", () => {
  const world = bootShell();
  assertEquals(sitesOf(world, () => world.kernel.forEachTask(() => {})), ["walk", "walk", "walk"]);
});

Deno.test("a nested operation that would have to wait for a lock is given up", () => {
  for (const debug of [true, false]) {
    const { kernel, sh } = bootShell({ debug });
    const waited: string[] = [];
    sh.subscriberListSem.downWrite();
    const [cpu0] = kernel.contexts;
    const cpu1 = new (cpu0.constructor as new (name: string) => typeof cpu0)("cpu1");
    kernel.contexts.push(cpu1);
    kernel.context = cpu1;
    kernel.preemption = { nested: true, reached() {}, blocked: (what) => void waited.push(what) };
    assertThrows(() => sh.subscriberListSem.downRead(), WouldWait, "task.subscriberListSem");
    assertEquals(waited, ["task.subscriberListSem of sh[3]"]);
    assertEquals(kernel.reports, []);
  }
});
