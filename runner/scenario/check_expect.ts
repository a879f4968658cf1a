import { EXPECTATIONS, findExpectation } from "../engine/expectations.ts";
import type { ExpectationPlan } from "../engine/plan.ts";
import type { Checker, PositionSink } from "./checker.ts";
import type { MapEntry, Node } from "./node.ts";
import { nearest } from "./suggest.ts";

/** The words of all kinds of expectations. */
const KINDS: readonly string[] = EXPECTATIONS.map(({ kind }) => kind);

/**
 * Reads expectations: a list of maps with a key each, or a map with a key for each.
 *
 * @param checker The checker, with the names.
 * @param node The part under `expect`.
 * @returns The expectations that are right.
 */
export function checkExpectations(checker: Checker, node: Node): ExpectationPlan[] {
  const enclosing = checker.where;
  const plans: ExpectationPlan[] = [];
  for (const entry of expectationEntries(checker, node)) {
    const plan = readExpectation(checker, entry);
    if (plan !== null) plans.push(plan);
  }
  checker.where = enclosing;
  return plans;
}

function expectationEntries(checker: Checker, node: Node): MapEntry[] {
  checker.where = "expect";
  if (node.kind === "map") return [...node.entries];
  if (node.kind !== "list") {
    checker.wrongShape(node, "a list of expectations", "value");
    return [];
  }
  return node.items.flatMap((item) => {
    if (item.kind === "map" && item.entries.length === 1) return [...item.entries];
    if (item.kind === "map" && item.entries.length > 1) {
      const { key, keyAt } = item.entries[1];
      const title = `Second key "${key}" in an expectation`;
      checker.mistake(keyAt, title, "one key is wanted; begin a new item with a dash");
      return [];
    }
    const near = item.kind === "scalar" ? nearest(String(item.value), KINDS) : null;
    const wanted = near === null
      ? "a map such as refcnt: { job: 1 }"
      : `${near}: with what it wants`;
    checker.wrongShape(item, wanted, "expectation");
    return [];
  });
}

function readExpectation(checker: Checker, entry: MapEntry): ExpectationPlan | null {
  const { key: kind, keyAt, value } = entry;
  const expectation = findExpectation(kind);
  if (expectation === null) {
    const near = nearest(kind, KINDS);
    const label = near === null ? "there is no such expectation" : `did you mean "${near}"?`;
    const notes = near === null ? [`known are ${KINDS.join(", ")}`] : [];
    checker.mistake(keyAt, `Unknown expectation "${kind}"`, label, { notes });
    return null;
  }
  checker.where = `expectation ${kind}`;
  const at: PositionSink = {};
  const expected = checker.check(value, expectation.shape, at, "", "value");
  if (expected === undefined) return null;
  // The place of the whole is its key. The value may be far below, or have many lines.
  at[""] = checker.at(keyAt);
  return { kind, expected, at };
}
