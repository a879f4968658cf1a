import { assertEquals } from "@std/assert";
import { RESOURCE_NAMES, type Resources } from "../../mod.ts";
import { bootShell } from "./shell.ts";
import { assertRefused } from "./snapshot.ts";

Deno.test("charge() adds amounts up and leaves unknown what nobody charged", () => {
  const { kernel, sh } = bootShell();
  assertEquals(sh.resources, null);
  kernel.charge(sh, { userTime: 5, bytesRead: 0 });
  kernel.charge(sh, { userTime: 6 });
  assertEquals(sh.resources, { userTime: 11, bytesRead: 0 });
});

Deno.test("charge() raises high-water marks and never lowers them", () => {
  const { kernel, sh } = bootShell();
  for (const peak of [5, 9, 7]) kernel.charge(sh, { residentPeak: peak, virtualPeak: peak * 2 });
  assertEquals(sh.resources, { residentPeak: 9, virtualPeak: 18 });
});

Deno.test("charge() takes every resource that there is", () => {
  const { kernel, sh } = bootShell();
  const charge = Object.fromEntries(RESOURCE_NAMES.map((name) => [name, 1])) as Resources;
  kernel.charge(sh, charge);
  assertEquals(sh.resources, charge);
});

Deno.test("charge() is for one thread, and for a zombie too", () => {
  const { kernel, sh } = bootShell();
  const thread = kernel.createThread(sh);
  kernel.charge(thread, { userTime: 1 });
  assertEquals(sh.resources, null);
  const child = kernel.fork(sh);
  kernel.exit(child);
  kernel.charge(child, { userTime: 2 });
  assertEquals(child.resources, { userTime: 2 });
});

Deno.test("charge() is refused with EINVAL for what is no resource or no amount, and charges nothing", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  for (const wrong of [{ beer: 1 }, { userTime: -1 }, { userTime: NaN }, { userTime: Infinity }]) {
    assertRefused(
      world,
      "EINVAL",
      () => kernel.charge(sh, { bytesRead: 1, ...wrong } as Resources),
    );
  }
});
