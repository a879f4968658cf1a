import { assert, assertEquals } from "@std/assert";
import { EXPECTATIONS } from "../../runner/engine/expectations.ts";
import { VERBS } from "../../runner/engine/verbs.ts";
import { SCENARIO_KEYS } from "../../runner/scenario/parse.ts";
import { runProgram } from "./_golden.ts";

const TEXT = Deno.readTextFileSync(new URL("../../docs/scenario_format.md", import.meta.url));
const EXAMPLES = [...TEXT.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => text);

Deno.test("docs/scenario_format.md names every verb, expectation and key", () => {
  const names = [...VERBS.map(({ name }) => name), ...EXPECTATIONS.map(({ kind }) => kind)];
  const missing = [...names, ...SCENARIO_KEYS].filter((name) => !TEXT.includes(`\`${name}\``));
  assertEquals(missing, []);
});

Deno.test("docs/scenario_format.md has examples", () => {
  assert(EXAMPLES.length >= 6);
});

EXAMPLES.forEach((text, i) => {
  Deno.test(`run passes example ${i + 1} of docs/scenario_format.md when it is run`, async () => {
    const path = await Deno.makeTempFile({ suffix: ".yaml" });
    try {
      await Deno.writeTextFile(path, text);
      const { status, err } = await runProgram(["run", path]);
      assertEquals({ status, err }, { status: 0, err: "" });
    } finally {
      await Deno.remove(path);
    }
  });
});
