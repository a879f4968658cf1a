import { assert, assertEquals, assertThrows } from "@std/assert";
import { EXPECTATIONS } from "../../runner/engine/expectations.ts";
import { VERBS } from "../../runner/engine/verbs.ts";
import { describeShape, formatReference, replaceReference } from "../../tools/scenario_format.ts";

const PAGE = Deno.readTextFileSync(new URL("../../docs/scenario_format.md", import.meta.url))
  .replaceAll("\r\n", "\n");

Deno.test("formatReference() has a heading for each verb and expectation", () => {
  const reference = formatReference();
  const names = [...VERBS.map(({ name }) => name), ...EXPECTATIONS.map(({ kind }) => kind)];
  assertEquals(names.filter((name) => !reference.includes(`#### \`${name}\`\n`)), []);
});

Deno.test("formatReference() has a row for each argument of a verb", () => {
  const reference = formatReference();
  for (const { name, fields } of VERBS) {
    const part = reference.slice(reference.indexOf(`#### \`${name}\`\n`));
    for (const field of Object.keys(fields)) assert(part.includes(`| \`${field}\` |`), field);
  }
});

Deno.test("replaceReference() finds docs/scenario_format.md up to date", () => {
  assertEquals(replaceReference(PAGE, formatReference()), PAGE);
});

Deno.test("replaceReference() leaves what stands around the markers", () => {
  const replaced = replaceReference(PAGE, "new\n");
  assert(replaced.startsWith(PAGE.slice(0, 100)));
  assert(replaced.includes("\nnew\n"));
  assert(!replaced.includes("#### `fork`"));
});

Deno.test("replaceReference() refuses a page without markers", () => {
  assertThrows(() => replaceReference("# Page\n", "new\n"), TypeError, "a marker is missing");
});

Deno.test("describeShape() says what is inside lists and maps", () => {
  assertEquals(
    describeShape({
      type: "map",
      keys: { type: "module" },
      values: { type: "list", of: { type: "task" }, single: true },
    }),
    "a map from the name of a module to a list, each the name of a task; or just one",
  );
});
