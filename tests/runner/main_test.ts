import { assertEquals, assertStringIncludes } from "@std/assert";
import { denoArguments, filePath, findWorld, root } from "../../tools/with_std.ts";

/** The program as a process of its own. */
async function start(args: readonly string[]): Promise<Deno.Command> {
  const main = filePath(new URL("runner/main.ts", root));
  const command = ["run", "-A", "--quiet", main, ...args];
  return new Deno.Command(Deno.execPath(), {
    args: denoArguments(command, await findWorld()),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

Deno.test("main.ts ends with status 0 and nothing on stderr when all holds", async () => {
  const { code, stdout, stderr } = await (await start(["run", "veto"])).output();
  assertEquals([code, decode(stderr)], [0, ""]);
  assertStringIncludes(decode(stdout), "2 scenarios, 2 passed, 0 failed");
});

Deno.test("main.ts keeps mistakes apart from results when a scenario is wrong", async () => {
  const file = filePath(new URL("tests/golden/errors/step_unknown.yaml", root));
  const { code, stdout, stderr } = await (await start(["run", file, "veto"])).output();
  assertEquals(code, 2);
  assertStringIncludes(decode(stderr), 'error: Unknown step "frok"');
  assertStringIncludes(decode(stdout), "3 scenarios, 2 passed, 1 failed");
});

Deno.test("main.ts ends in silence when its reader has seen enough", async () => {
  const child = (await start(["schema"])).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  await reader.cancel();
  const stderr = decode(await new Response(child.stderr).bytes());
  await child.status;
  assertEquals(stderr, "");
});
