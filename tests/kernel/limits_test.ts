import { assertEquals, assertStrictEquals } from "@std/assert";
import { type Limits, RLIM_INFINITY } from "../../mod.ts";
import { bootShell } from "./shell.ts";
import { assertRefused } from "./snapshot.ts";

Deno.test("setLimits() changes what it is given, for every thread of the process", () => {
  const { kernel, sh } = bootShell();
  kernel.setLimits(kernel.createThread(sh), { processes: 5 });
  assertEquals(sh.limits, { processes: 5, core: 0 });
  kernel.setLimits(sh, { core: RLIM_INFINITY });
  assertEquals(sh.limits, { processes: 5, core: RLIM_INFINITY });
});

Deno.test("setLimits() leaves the parent's limits and those of earlier children alone", () => {
  const { kernel, sh } = bootShell();
  const before = kernel.fork(sh);
  const { limits } = sh;
  kernel.setLimits(sh, { processes: 5 });
  assertStrictEquals(before.limits, limits);
  assertStrictEquals(kernel.init.limits, limits);
  assertEquals(kernel.fork(sh).limits.processes, 5);
});

Deno.test("setLimits() is refused with EINVAL for what is no limit or no amount, and changes none", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  for (const wrong of [{ core: -1 }, { core: NaN }, { files: 3 }, { core: undefined }]) {
    const limits = { processes: 5, ...wrong } as Partial<Limits>;
    assertRefused(world, "EINVAL", () => kernel.setLimits(sh, limits));
  }
});

Deno.test("setLimits() is refused with ESRCH when the task has ended", () => {
  const world = bootShell();
  const child = world.kernel.fork(world.sh);
  world.kernel.exit(child);
  assertRefused(world, "ESRCH", () => world.kernel.setLimits(child, { core: 1 }));
});
