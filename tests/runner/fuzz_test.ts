import { assert, assertEquals } from "@std/assert";
import { Random } from "../../kernel/random.ts";
import { modulesOf } from "../../runner/execute/execute.ts";
import { shippedScenarios } from "../../runner/execute/files.ts";
import { ALL_FACILITIES } from "../../runner/engine/all_facilities.ts";
import { ScenarioRun } from "../../runner/engine/run.ts";
import { shippedModules } from "../../runner/engine/shipped.ts";
import { formatDiagnostic } from "../../runner/report/diagnostic.ts";
import { formatResult } from "../../runner/report/pretty.ts";
import { PLAIN } from "../../runner/report/style.ts";
import { type ParsedFile, parseScenarios } from "../../runner/scenario/parse.ts";

const ROUNDS = 40;
const WORLD = {
  shipped: shippedModules(),
  resolve: (path: string) => path,
  display: (path: string) => path,
  exists: () => false,
};

/** Cuts, doubles, swaps or replaces a part of a text. */
function spoil(text: string, random: Random): string {
  const lines = text.split("\n");
  const at = random.below(lines.length);
  const other = random.below(lines.length);
  const offset = random.below(text.length);
  const odd = ["{", "}", "[", "]", ":", "-", "\t", '"', "&a", "*a", "!x", "\0", "é", "- ", "null"];
  switch (random.below(7)) {
    case 0:
      return text.slice(0, offset);
    case 1:
      return lines.toSpliced(at, 1).join("\n");
    case 2:
      return lines.toSpliced(at, 0, lines[other]).join("\n");
    case 3:
      return lines.with(at, lines[other]).join("\n");
    case 4:
      return text.slice(0, offset) + odd[random.below(odd.length)] + text.slice(offset);
    case 5:
      return text.slice(0, offset) + text.slice(offset + 1 + random.below(5));
    default:
      return text.replaceAll(/\b(\w+)\b/g, (word) => random.below(40) === 0 ? "other" : word);
  }
}

function checkMistakes({ diagnostics, source }: ParsedFile): void {
  for (const diagnostic of diagnostics) {
    const { at, title, label } = diagnostic;
    assert(at.line >= 1 && at.line <= source.lines, `${title} at line ${at.line}`);
    assert(at.column >= 1 && at.length >= 1);
    assert(title !== "" && label !== "");
    assert(formatDiagnostic(diagnostic, source, PLAIN).length >= 3);
  }
}

for (const { name, location } of shippedScenarios()) {
  Deno.test(`parseScenarios() tells of every mistake when ${name} is spoilt`, () => {
    const text = Deno.readTextFileSync(location);
    const random = new Random(name.length);
    for (let round = 0; round < ROUNDS; round++) {
      const parsed = parseScenarios(name, spoil(text, random), WORLD);
      checkMistakes(parsed);
      for (const plan of parsed.plans) {
        if (plan.concurrently !== null || plan.steps.length > 500) continue;
        const result = new ScenarioRun(plan, modulesOf(plan), ALL_FACILITIES).run();
        assertEquals(JSON.parse(JSON.stringify(result)).title, plan.title);
        const options = { style: PLAIN, trace: true, tree: true, log: true, quiet: false };
        assert(formatResult(result, parsed.source, options).out.length > 0);
      }
    }
  });
}
