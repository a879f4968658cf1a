import { assertEquals, assertNotEquals } from "@std/assert";
import { RECORDINGS, SCENARIOS } from "../../scenarios/mod.ts";
import { formatModule, readRecordings, readScenarios } from "../../tools/embed_scenarios.ts";

type Texts = Readonly<Record<string, string>>;

async function evaluate(text: string): Promise<{ SCENARIOS: Texts; RECORDINGS: Texts }> {
  const source = text.replaceAll(": Readonly<Record<string, string>>", "");
  return await import(`data:text/javascript,${encodeURIComponent(source)}`);
}

Deno.test("scenarios/mod.ts holds every shipped scenario and recording as its file has it", () => {
  assertEquals(Object.entries(SCENARIOS), readScenarios());
  assertEquals(Object.entries(RECORDINGS), readRecordings());
  assertNotEquals(readScenarios(), []);
});

Deno.test("formatModule() gives each text back when it holds what a literal cannot", async () => {
  const texts: [string, string][] = [
    ["in/folder", "back\\slash `tick` ${value} $5 \\${x}\n"],
    ["lines", "\n\n  two\n"],
    ["plain", "scenario: one\n"],
  ];
  const module = await evaluate(formatModule(texts, texts));
  assertEquals(Object.entries(module.SCENARIOS), texts);
  assertEquals(Object.entries(module.RECORDINGS), texts);
});
