import { assert, assertEquals } from "@std/assert";
import { runProgram } from "./golden.ts";
import { shippedScenarios } from "../../runner/execute/files.ts";

const files = shippedScenarios();

Deno.test("list has at least twelve shipped scenarios", () => {
  assert(files.length >= 12, `there are ${files.length}`);
});

for (const { name } of files) {
  Deno.test(`run passes ${name} when it is run twice with its seed`, async () => {
    const { status, err } = await runProgram(["run", name, "--check-determinism"]);
    assertEquals({ status, err }, { status: 0, err: "" });
  });
}
