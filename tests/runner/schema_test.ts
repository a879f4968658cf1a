import { assert, assertEquals } from "@std/assert";
import { parseAllDocuments } from "yaml";
import { shippedScenarios } from "../../runner/execute/files.ts";
import { EXPECTATIONS } from "../../runner/engine/expectations.ts";
import { VERBS } from "../../runner/engine/verbs.ts";
import { scenarioSchema } from "../../runner/scenario/schema.ts";
import { isValid } from "./schema.ts";

const schema = scenarioSchema("0");
const ERRORS = new URL("../golden/errors/", import.meta.url);

function documents(location: string | URL): unknown[] {
  const text = Deno.readTextFileSync(location);
  return parseAllDocuments(text, { prettyErrors: false }).map((one) => one.toJS());
}

for (const { name, location } of shippedScenarios()) {
  Deno.test(`scenarioSchema() accepts ${name} when it is read as data`, () => {
    for (const document of documents(location)) assert(isValid(schema, schema, document));
  });
}

/** Mistakes that an editor can find without knowing names. */
const STRUCTURAL = [
  "concurrently_one_lane",
  "expect_two_keys",
  "expect_unknown",
  "kernel_unknown_key",
  "missing_title",
  "module_unknown_key",
  "repeat_without_times",
  "seed_is_text",
  "step_missing_argument",
  "step_unknown",
  "step_unknown_argument",
  "step_unknown_errno",
  "step_unknown_modifier",
  "step_unknown_signal",
  "step_wrong_type",
  "task_unknown_field",
  "tasks_not_a_list",
  "unknown_top_key",
];

for (const name of STRUCTURAL) {
  Deno.test(`scenarioSchema() refuses ${name.replaceAll("_", " ")} when a scenario has it`, () => {
    const [document] = documents(new URL(`${name}.yaml`, ERRORS));
    assertEquals(isValid(schema, schema, document), false);
  });
}

Deno.test("scenarioSchema() accepts the example of every verb", () => {
  for (const { name, example } of VERBS) {
    const [steps] = parseAllDocuments(`- ${example}`).map((one) => one.toJS());
    const scenario = { scenario: "An example", steps };
    assert(isValid(schema, schema, scenario), `${name}: ${example}`);
  }
});

Deno.test("scenarioSchema() accepts the example of every expectation", () => {
  for (const { kind, example } of EXPECTATIONS) {
    const text = kind === "trace" ? `- ${example}\n    a line` : `- ${example}`;
    const [expect] = parseAllDocuments(text).map((one) => one.toJS());
    assert(isValid(schema, schema, { scenario: "An example", expect }), `${kind}: ${example}`);
  }
});
