import type { ErrnoName } from "../../kernel/errno.ts";
import type { Json, StepPlan } from "../engine/plan.ts";
import type { Verb } from "../engine/verb.ts";
import { findVerb, VERBS } from "../engine/verbs.ts";
import type { Checker, PositionSink } from "./checker.ts";
import { checkExpectations } from "./check_expect.ts";
import { ERRNO_NAMES, NAME_PATTERN, readChoice } from "./check_scalar.ts";
import {
  describeNode,
  entryOf,
  type MapEntry,
  type MapNode,
  type Node,
  type ScalarNode,
  substitute,
} from "./node.ts";
import type { Introduced } from "./scope.ts";
import { suggestion } from "./suggest.ts";

/** Keys that may stand beside the verb of a step. */
export const STEP_MODIFIERS: readonly string[] = ["as", "fails", "phase", "repeat"];

/** The words that begin a step, besides the verbs. */
export const SPECIAL_VERBS: readonly string[] = ["expect", "phase", "repeat"];

/** How many steps a scenario may have, with every round of a repetition. */
export const MOST_STEPS = 20_000;

/** Reads the steps of a scenario, one after the other, with the names that each introduces. */
export class StepReader {
  readonly #checker: Checker;
  /** The steps read so far. */
  readonly steps: StepPlan[] = [];
  #number: number;
  #phase: string | null = null;
  /** The depth of nested repetitions, and whether this is a later round. */
  #laterRound = false;
  #tooMany = false;

  /**
   * Begins.
   *
   * @param checker The checker. It learns the names that steps introduce.
   * @param first The number of the first step.
   */
  constructor(checker: Checker, first: number = 1) {
    this.#checker = checker;
    this.#number = first;
  }

  /** The number that the next step gets. */
  get next(): number {
    return this.#number;
  }

  /**
   * Reads a list of steps.
   *
   * @param node The list.
   * @param what The name of the part, for messages.
   */
  read(node: Node, what: string = "steps"): void {
    if (node.kind !== "list") {
      this.#checker.where = what;
      this.#checker.wrongShape(node, "a list of steps", "value");
      return;
    }
    for (const item of node.items) {
      if (this.#tooMany) return;
      this.#readStep(item);
    }
  }

  #readStep(node: Node): void {
    const checker = this.#checker;
    checker.where = "steps";
    if (node.kind === "scalar" && typeof node.value === "string") {
      const isVerb = findVerb(node.value) !== null;
      const label = isVerb
        ? `${node.value}: with its arguments is wanted`
        : suggestion(node.value, verbNames(), "step");
      checker.mistake(node, `Wrong step: found ${describeNode(node)}`, label);
      return;
    }
    if (node.kind !== "map") {
      checker.wrongShape(node, "a map such as fork: { parent: sh }", "step");
      return;
    }
    const verbs = node.entries.filter(({ key }) => !STEP_MODIFIERS.includes(key));
    if (verbs.length === 0) return this.#withoutVerb(node);
    if (verbs.length > 1) return this.#severalVerbs(verbs);
    const repeat = entryOf(node, "repeat");
    if (repeat !== null) this.#repeatStep(node, repeat);
    else this.#readVerb(node, verbs[0]);
  }

  #severalVerbs([first, second]: readonly MapEntry[]): void {
    const checker = this.#checker;
    const isVerb = findVerb(second.key) !== null || SPECIAL_VERBS.includes(second.key);
    const title = isVerb
      ? `Second verb "${second.key}" in step ${first.key}`
      : `Unknown key "${second.key}" in step ${first.key}`;
    const label = isVerb
      ? "begin a new step with a dash"
      : suggestion(second.key, STEP_MODIFIERS, "key beside a verb");
    checker.mistake(second.keyAt, title, label);
  }

  #withoutVerb(node: MapNode): void {
    const phase = entryOf(node, "phase");
    const repeat = entryOf(node, "repeat");
    if (phase !== null) this.#setPhase(phase.value);
    if (repeat?.value.kind === "map") return this.#repeatBlock(repeat.value);
    const strayEntry = node.entries.find(({ key }) => key !== "phase");
    if (strayEntry === undefined) {
      if (phase === null) this.#checker.mistake(node, "Empty step", "a verb is wanted");
      return;
    }
    this.#checker.mistake(
      strayEntry.keyAt,
      `Key "${strayEntry.key}" without a verb`,
      "a verb is wanted",
    );
  }

  #setPhase(node: Node): void {
    if (node.kind === "scalar" && node.value !== null) this.#phase = String(node.value);
    else this.#checker.wrongShape(node, "a text", "phase");
  }

  #count(node: Node, what: string): number | null {
    const isCount = node.kind === "scalar" && Number.isInteger(node.value) &&
      (node.value as number) >= 1 && (node.value as number) <= MOST_STEPS;
    if (isCount) return node.value as number;
    this.#checker.where = "repeat";
    this.#checker.wrongShape(node, `an integer from 1 to ${MOST_STEPS}`, what);
    return null;
  }

  /** `repeat: 3` beside a verb. */
  #repeatStep(node: MapNode, repeat: MapEntry): void {
    const times = this.#count(repeat.value, "repeat");
    if (times === null) return;
    const entries = node.entries.filter((entry) => entry !== repeat);
    this.#rounds(times, "i", [{ ...node, entries }]);
  }

  /** `repeat: { times, steps, index }`. */
  #repeatBlock(map: MapNode): void {
    const checker = this.#checker;
    checker.where = "repeat";
    for (const entry of map.entries) {
      if (["times", "steps", "index"].includes(entry.key)) continue;
      checker.unknownKey(entry, ["times", "steps", "index"], "repeat");
      return;
    }
    const times = entryOf(map, "times");
    const steps = entryOf(map, "steps");
    if (times === null || steps === null) {
      const name = times === null ? "times" : "steps";
      checker.mistake(map, `Missing key "${name}" in repeat`, "times and steps are wanted");
      return;
    }
    const count = this.#count(times.value, "times");
    if (count === null) return;
    if (steps.value.kind !== "list") {
      checker.wrongShape(steps.value, "a list of steps", "value");
      return;
    }
    const index = entryOf(map, "index")?.value;
    const name = index?.kind === "scalar" ? String(index.value) : "i";
    this.#rounds(count, name, steps.value.items);
  }

  /** Expands a repetition, so every name is known before the first step runs. */
  #rounds(times: number, index: string, items: readonly Node[]): void {
    const enclosing = this.#laterRound;
    for (let round = 1; round <= times && !this.#tooMany; round++) {
      this.#laterRound = enclosing || round > 1;
      for (const item of items) this.#readStep(substitute(item, `{${index}}`, String(round)));
    }
    this.#laterRound = enclosing;
  }

  #readVerb(node: MapNode, entry: MapEntry): void {
    const checker = this.#checker;
    const phase = entryOf(node, "phase");
    if (phase !== null) this.#setPhase(phase.value);
    if (this.steps.length >= MOST_STEPS) {
      this.#tooMany = true;
      checker.mistake(entry.keyAt, "Too many steps", `at most ${MOST_STEPS} are allowed`);
      return;
    }
    if (entry.key === "expect") return this.#readExpect(entry);
    const verb = findVerb(entry.key);
    if (verb === null) {
      const title = `Unknown step "${entry.key}"`;
      checker.mistake(entry.keyAt, title, suggestion(entry.key, verbNames(), "step"));
      return;
    }
    checker.where = `step ${verb.name}`;
    const at: PositionSink = {};
    const { args, as } = this.#readArgs(verb, entry, at);
    const outerAs = entryOf(node, "as");
    const named = outerAs?.value ?? as;
    const fails = this.#readFails(node, at);
    const name = named === null ? null : this.#bind(verb, named);
    if (args === undefined) return;
    at[""] = checker.at(entry.keyAt);
    this.#push({ verb: verb.name, args, as: name, fails, at });
  }

  #push(step: Omit<StepPlan, "number" | "phase">): void {
    this.steps.push({ number: this.#number++, phase: this.#phase, ...step });
  }

  #readExpect(entry: MapEntry): void {
    const list = checkExpectations(this.#checker, entry.value);
    const args = { expect: list as unknown as Json };
    const at = { "": this.#checker.at(entry.keyAt) };
    this.#push({ verb: "expect", args, as: null, fails: null, at });
  }

  /** `as` may stand among the arguments, where it reads best. */
  #readArgs(
    verb: Verb,
    entry: MapEntry,
    at: PositionSink,
  ): { args: Readonly<Record<string, Json>> | undefined; as: Node | null } {
    const checker = this.#checker;
    let { value } = entry;
    let as: Node | null = null;
    if (value.kind === "map" && verb.binds !== null) {
      as = entryOf(value, "as")?.value ?? null;
      value = { ...value, entries: value.entries.filter(({ key }) => key !== "as") };
    }
    if (verb.whole !== undefined) {
      const field = verb.fields[verb.whole];
      const whole = checker.check(value, field.shape, at, `/${verb.whole}`, verb.whole);
      return { args: whole === undefined ? undefined : { [verb.whole]: whole }, as };
    }
    const shape = verb.short === null
      ? { type: "record" as const, fields: verb.fields }
      : { type: "record" as const, fields: verb.fields, short: verb.short };
    const args = checker.check(value, shape, at, "", "arguments");
    return { args: args as Readonly<Record<string, Json>> | undefined, as };
  }

  #readFails(node: MapNode, at: PositionSink): ErrnoName | null {
    const fails = entryOf(node, "fails")?.value;
    if (fails === undefined) return null;
    at["/fails"] = this.#checker.at(fails);
    if (fails.kind !== "scalar") {
      this.#checker.wrongShape(fails, "the name of an error", "fails");
      return null;
    }
    return (readChoice(this.#checker, fails, ERRNO_NAMES, "error") ?? null) as ErrnoName | null;
  }

  #bind(verb: Verb, node: Node): string | null {
    const checker = this.#checker;
    if (verb.binds === null) {
      checker.mistake(node, `Nothing to name in step ${verb.name}`, "its outcome has no name");
      return null;
    }
    if (node.kind !== "scalar" || !NAME_PATTERN.test(String(node.value))) {
      const title = `Wrong name in step ${verb.name}: found ${describeNode(node)}`;
      checker.mistake(node, title, "letters, digits, _, - and . are wanted, a letter first");
      return null;
    }
    const name = String(node.value);
    const earlier = checker.scope.names.get(name);
    if (earlier !== undefined && !(this.#laterRound && earlier.what === verb.binds)) {
      this.#takenName(node, name, earlier);
    }
    checker.scope.add(name, verb.binds, checker.at(node));
    return name;
  }

  #takenName(node: ScalarNode, name: string, earlier: Introduced): void {
    const related = earlier.at === null ? [] : [{ at: earlier.at, label: "first here" }];
    const title = `Name "${name}" given twice`;
    this.#checker.mistake(node, title, `it is the name of another ${earlier.what}`, { related });
  }
}

function verbNames(): string[] {
  return [...VERBS.map(({ name }) => name), ...SPECIAL_VERBS];
}
