import type {
  ConcurrentPlan,
  ExpectationPlan,
  KernelPlan,
  LanePlan,
  ModulePlan,
  ScenarioPlan,
  StepPlan,
} from "../engine/plan.ts";
import { BOOLEAN, COUNT, type Fields, optional } from "../engine/shape.ts";
import { checkCall } from "./check_call.ts";
import { checkExpectations } from "./check_expect.ts";
import { checkModules, type ModuleWorld } from "./check_modules.ts";
import { NAME_PATTERN } from "./check_scalar.ts";
import { StepReader } from "./check_steps.ts";
import { checkTasks } from "./check_tasks.ts";
import { Checker } from "./checker.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { describeNode, entryOf, type MapNode, type Node } from "./node.ts";
import { readDocuments } from "./read_yaml.ts";
import { Source } from "./source.ts";

/** The keys of a scenario, in the recommended order. */
export const SCENARIO_KEYS: readonly string[] = [
  "scenario",
  "description",
  "seed",
  "kernel",
  "tasks",
  "modules",
  "steps",
  "concurrently",
  "bounds",
  "expect",
];

/** The fields of `kernel`. */
export const KERNEL_FIELDS: Fields = {
  pid_max: optional({ type: "integer", min: 4 }, "the lowest number that is no pid"),
  threads_max: optional(COUNT, "how many tasks there may be"),
  init_reaps: optional(BOOLEAN, "whether init reaps its orphans by itself; true by default"),
  debug: optional(BOOLEAN, "whether misuse is looked for; true by default"),
};

/** The fields of `bounds`. */
export const BOUNDS_FIELDS: Fields = {
  preemptions: optional({ type: "integer", min: 0, max: 4 }, "per schedule; 2 by default"),
  schedules: optional({ type: "integer", min: 1 }, "tried at most; 20000 by default"),
};

/** A file of scenarios after it was read. */
export interface ParsedFile {
  /** The file. */
  readonly source: Source;
  /** Its scenarios, without those with mistakes. */
  readonly plans: readonly ScenarioPlan[];
  /** The mistakes, in order of their place. */
  readonly diagnostics: readonly Diagnostic[];
}

/** The world outside of a file. */
export interface ParseWorld extends ModuleWorld {
  /** The seed of scenarios that name none. */
  readonly seed?: number;
}

/**
 * Reads a file of scenarios.
 *
 * @param file The name of the file in messages.
 * @param text Its text: YAML or JSON.
 * @param world The world outside of it.
 * @returns Its scenarios and its mistakes.
 */
export function parseScenarios(file: string, text: string, world: ParseWorld): ParsedFile {
  const source = new Source(file, text);
  const diagnostics: Diagnostic[] = [];
  const documents = readDocuments(source, (diagnostic) => diagnostics.push(diagnostic));
  const plans: ScenarioPlan[] = [];
  if (documents.length === 0) {
    const title = "No scenario in this file";
    const at = { line: 1, column: 1, length: 1 };
    const label = "scenario: with its title is wanted";
    diagnostics.push({ file, title, at, label, related: [], notes: [] });
  }
  documents.forEach((node, document) => {
    if (node === null) return;
    const before = diagnostics.length;
    const reader = new ScenarioReader(source, (diagnostic) => diagnostics.push(diagnostic), world);
    const plan = reader.read(node, document, documents.length);
    if (plan !== null && diagnostics.length === before) plans.push(plan);
  });
  diagnostics.sort((a, b) => a.at.line - b.at.line || a.at.column - b.at.column);
  return { source, plans, diagnostics: unique(diagnostics) };
}

/** Each mistake once. A repetition shows a mistake in every round. */
function unique(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Set<string>();
  return diagnostics.filter(({ title, at }) => {
    const key = `${at.line}:${at.column} ${title}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

class ScenarioReader {
  readonly #checker: Checker;
  readonly #world: ParseWorld;
  /** The files that steps need, by the paths in the scenario. */
  readonly #files = new Set<string>();

  constructor(source: Source, report: (diagnostic: Diagnostic) => void, world: ParseWorld) {
    this.#world = world;
    this.#checker = new Checker(source, report);
    this.#checker.special = (node, shape) => {
      if (shape.type === "call") return checkCall(this.#checker, node);
      if (shape.type === "file") return this.#file(node);
      return undefined;
    };
  }

  read(node: Node, document: number, documents: number): ScenarioPlan | null {
    const checker = this.#checker;
    if (node.kind !== "map") {
      checker.mistake(node, `Wrong scenario: found ${describeNode(node)}`, "a map is wanted");
      return null;
    }
    this.#checkKeys(node);
    this.#lookAhead(node);
    const title = this.#title(node);
    const part = <T>(key: string, read: (value: Node) => T, missing: T): T => {
      const entry = entryOf(node, key);
      return entry === null ? missing : read(entry.value);
    };
    const seed = part("seed", (value) => this.#seed(value), this.#world.seed ?? 42);
    const kernel = part("kernel", (value) => this.#kernel(value), {});
    const tasks = part("tasks", (value) => checkTasks(checker, value), []);
    const modules = part("modules", (value) => checkModules(checker, value, this.#world), []);
    const reader = new StepReader(checker);
    part("steps", (value) => reader.read(value), undefined);
    const concurrently = this.#concurrently(node, reader.next);
    const lanes = concurrently?.lanes.flatMap((lane) => lane.steps) ?? [];
    const expect = concurrently !== null ? [] : part("expect", (value) => this.#expect(value), []);
    const { file } = checker.source;
    return {
      file,
      document,
      documents,
      title: title.text,
      at: title.at,
      seed: this.#world.seed ?? seed,
      kernel,
      tasks,
      modules: modules.map((module) => withPreload(module, [...reader.steps, ...lanes])),
      steps: reader.steps,
      concurrently,
      expect,
      attachments: [...this.#files].map((path) => ({ path, text: "" })),
      until: null,
    };
  }

  /**
   * Collects the names that steps give. A name that comes too late has another message than a name that never comes.
   */
  #lookAhead(node: Node): void {
    const { scope } = this.#checker;
    if (node.kind === "list") node.items.forEach((item) => this.#lookAhead(item));
    if (node.kind !== "map") return;
    for (const { key, value } of node.entries) {
      if (key === "as" && value.kind === "scalar") {
        scope.later.set(String(value.value), this.#checker.at(value));
      }
      this.#lookAhead(value);
    }
  }

  #file(node: Node): string | undefined {
    const checker = this.#checker;
    if (node.kind !== "scalar" || typeof node.value !== "string") {
      return checker.wrongShape(node, "the path of a file", "file");
    }
    if (!this.#world.exists(this.#world.resolve(node.value))) {
      const label = "there is no such file beside the scenario";
      return checker.mistake(node, `No file "${node.value}" in ${checker.where}`, label);
    }
    this.#files.add(node.value);
    return node.value;
  }

  #checkKeys(node: MapNode): void {
    this.#checker.where = "scenario";
    for (const entry of node.entries) {
      if (!SCENARIO_KEYS.includes(entry.key)) {
        this.#checker.unknownKey(entry, SCENARIO_KEYS, "scenario");
      }
    }
  }

  #title(node: MapNode): { text: string; at: ScenarioPlan["at"] } {
    const checker = this.#checker;
    const entry = entryOf(node, "scenario");
    const value = entry?.value;
    if (value?.kind === "scalar" && value.value !== null) {
      return { text: String(value.value).trim(), at: checker.at(value) };
    }
    checker.where = "scenario";
    if (value === undefined) {
      const first = node.entries[0]?.keyAt ?? node;
      checker.mistake(first, 'Missing key "scenario"', "scenario: with a title is wanted first");
    } else checker.wrongShape(value, "a title", "value");
    return { text: "", at: checker.at(node) };
  }

  #seed(node: Node): number {
    this.#checker.where = "seed";
    const value = this.#checker.check(node, { type: "integer", min: 0 }, {}, "", "value");
    return (value ?? 0) as number;
  }

  #kernel(node: Node): KernelPlan {
    this.#checker.where = "kernel";
    const shape = { type: "record" as const, fields: KERNEL_FIELDS };
    const fields = this.#checker.check(node, shape, {}, "", "value") as
      | Record<string, number & boolean>
      | undefined;
    const { pid_max, threads_max, init_reaps, debug } = fields ?? {};
    return {
      ...(pid_max === undefined ? {} : { pidMax: pid_max }),
      ...(threads_max === undefined ? {} : { threadsMax: threads_max }),
      ...(init_reaps === undefined ? {} : { initReaps: init_reaps }),
      ...(debug === undefined ? {} : { debug }),
    };
  }

  #expect(node: Node): ExpectationPlan[] {
    const quantifier = node.kind === "map"
      ? node.entries.find(({ key }) => ["always", "sometimes", "never"].includes(key))
      : undefined;
    if (quantifier !== undefined) {
      const title = `Key "${quantifier.key}" without concurrently`;
      this.#checker.mistake(quantifier.keyAt, title, "only concurrently has several outcomes");
      return [];
    }
    return checkExpectations(this.#checker, node);
  }

  #concurrently(node: MapNode, first: number): ConcurrentPlan | null {
    const checker = this.#checker;
    const entry = entryOf(node, "concurrently");
    const bounds = this.#bounds(node, entry !== null);
    if (entry === null) return null;
    checker.where = "concurrently";
    if (entry.value.kind !== "map" || entry.value.entries.length < 2) {
      checker.wrongShape(
        entry.value,
        "a map of at least two lanes, such as cpu0 and cpu1,",
        "value",
      );
      return null;
    }
    const lanes = this.#lanes(entry.value, first);
    const expect = entryOf(node, "expect")?.value;
    const quantified = expect === undefined ? {} : this.#quantified(expect);
    return {
      lanes,
      preemptions: (bounds.preemptions ?? 2) as number,
      schedules: (bounds.schedules ?? 20_000) as number,
      only: null,
      always: quantified.always ?? [],
      sometimes: quantified.sometimes ?? [],
      never: quantified.never ?? [],
      at: checker.at(entry.keyAt),
    };
  }

  #bounds(node: MapNode, isWanted: boolean): Readonly<Record<string, unknown>> {
    const checker = this.#checker;
    const entry = entryOf(node, "bounds");
    if (entry === null) return {};
    checker.where = "bounds";
    if (!isWanted) {
      checker.mistake(entry.keyAt, 'Key "bounds" without concurrently', "nothing to bound");
    }
    const shape = { type: "record" as const, fields: BOUNDS_FIELDS };
    return (checker.check(entry.value, shape, {}, "", "value") ?? {}) as Record<string, unknown>;
  }

  /** A lane knows the names of the lanes before it, since it may run after them. */
  #lanes(map: MapNode, first: number): LanePlan[] {
    const checker = this.#checker;
    const lanes: LanePlan[] = [];
    let next = first;
    for (const { key, keyAt, value } of map.entries) {
      if (!NAME_PATTERN.test(key)) {
        const label = "letters, digits, _, - and . are wanted, a letter first";
        checker.mistake(keyAt, `Wrong name of a lane: "${key}"`, label);
      }
      const reader = new StepReader(checker, next);
      reader.read(value, `lane ${key}`);
      next = reader.next;
      lanes.push({ name: key, steps: reader.steps });
    }
    return lanes;
  }

  #quantified(node: Node): Partial<Record<string, ExpectationPlan[]>> {
    const checker = this.#checker;
    const known = ["always", "sometimes", "never"];
    const isQuantified = node.kind === "map" && node.entries.some(({ key }) => known.includes(key));
    if (!isQuantified) return { always: checkExpectations(checker, node) };
    const quantified: Partial<Record<string, ExpectationPlan[]>> = {};
    for (const entry of (node as MapNode).entries) {
      checker.where = "expect";
      if (known.includes(entry.key)) {
        quantified[entry.key] = checkExpectations(checker, entry.value);
      } else checker.unknownKey(entry, known, "expect");
    }
    return quantified;
  }
}

/** A module is loaded at the start, unless the first step about it loads or registers it. */
function withPreload(module: ModulePlan, steps: readonly StepPlan[]): ModulePlan {
  const first = steps.find(({ verb, args }) =>
    ["load", "unload", "register", "unregister"].includes(verb) && args.module === module.name
  );
  return { ...module, preload: first === undefined || first.verb.startsWith("un") };
}
