import { assertEquals, assertThrows } from "@std/assert";
import { Clock, KernelError, TICK_NS } from "../../mod.ts";
import { bootShell } from "./shell.ts";
import { assertRefused } from "./snapshot.ts";

Deno.test("Clock stands still until it is advanced", () => {
  const { kernel, sh } = bootShell();
  kernel.exit(kernel.fork(sh));
  assertEquals(kernel.clock.now, 0);
  kernel.clock.advance(TICK_NS);
  kernel.clock.advance(0);
  assertEquals(kernel.clock.now, 10_000_000);
});

Deno.test("advance() is refused with EINVAL for a step back or none", () => {
  const world = bootShell();
  for (const step of [-1, NaN, Infinity]) {
    assertRefused(world, "EINVAL", () => world.kernel.clock.advance(step));
  }
  assertEquals(world.kernel.clock.now, 0);
  assertThrows(() => new Clock().advance(-1), KernelError, "not negative");
});
