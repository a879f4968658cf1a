import { assertEquals } from "@std/assert";
import { assertGolden, runProgram } from "./golden.ts";

const GOLDEN = new URL("../golden/output/demo.txt", import.meta.url);

Deno.test("demo shows tree, accounting and kernel log of a real build, and a verdict on each scenario", async () => {
  const { status, out, err } = await runProgram(["demo"]);
  assertEquals({ status, err }, { status: 0, err: "" });
  await assertGolden(GOLDEN, out);
});

Deno.test("demo marks its output up when colour is asked for", async () => {
  const { out } = await runProgram(["demo", "--color", "always"]);
  assertEquals(out.includes("\x1b[32mPASS\x1b[39m"), true);
});

Deno.test("demo refuses an operand when one is given", async () => {
  const { status, err } = await runProgram(["demo", "extra"]);
  assertEquals(status, 2);
  assertEquals(err, 'error: Unexpected "extra" of pnotify demo\n  = usage: pnotify demo\n');
});
