import { assert, assertEquals } from "@std/assert";
import { COMMANDS } from "../../runner/cli/commands.ts";
import { EXPECTATIONS } from "../../runner/engine/expectations.ts";
import { VERBS } from "../../runner/engine/verbs.ts";
import { SCENARIO_KEYS } from "../../runner/scenario/parse.ts";
import { runProgram } from "./golden.ts";

const TEXT = Deno.readTextFileSync(new URL("../../docs/scenario_format.md", import.meta.url));
const README = Deno.readTextFileSync(new URL("../../README.md", import.meta.url));
const EXAMPLES = [
  ...examplesIn("docs/scenario_format.md", TEXT),
  ...examplesIn("README.md", README),
];

function examplesIn(page: string, text: string): { name: string; text: string }[] {
  return [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text], i) => ({
    name: `example ${i + 1} of ${page}`,
    text,
  }));
}

Deno.test("docs/scenario_format.md names every verb, expectation and key", () => {
  const names = [...VERBS.map(({ name }) => name), ...EXPECTATIONS.map(({ kind }) => kind)];
  const missing = [...names, ...SCENARIO_KEYS].filter((name) => !TEXT.includes(`\`${name}\``));
  assertEquals(missing, []);
});

Deno.test("README.md has a row for each command of the program", () => {
  const rows = [...README.matchAll(/^\| `pnotify (\w+)[^`]*` /gm)].map(([, name]) => name);
  assertEquals(rows.sort(), COMMANDS.map(({ name }) => name).sort());
});

Deno.test("docs/scenario_format.md and README.md have examples", () => {
  assert(EXAMPLES.length >= 7);
});

EXAMPLES.forEach(({ name, text }) => {
  Deno.test(`run passes ${name} when it is run`, async () => {
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
