import { KernelError } from "../../kernel/errno.ts";
import { checkValue, type KernelModule } from "../../kernel/module.ts";
import { HOOKS } from "../../pnotify/events.ts";
import type { Json, ModulePlan, ScriptAction, ScriptPlan } from "../engine/plan.ts";
import {
  BOOLEAN,
  type Fields,
  JSON_VALUE,
  optional,
  required,
  type Shape,
  STRING,
} from "../engine/shape.ts";
import type { Checker } from "./checker.ts";
import { ERRNO_NAMES, VERDICTS } from "./check_scalar.ts";
import { entryOf, type MapNode, type Node, type ScalarNode } from "./node.ts";
import { nearest, suggestion } from "./suggest.ts";

const ACTION_FIELDS: Fields = {
  verdict: optional(STRING, "ok, nosub, error, or the name of an error"),
  log: optional(STRING, "a line for the kernel log; {task} and {pid} stand for whom it is about"),
  throw: optional(STRING, "it throws this text: a fault of the module"),
  return: optional(JSON_VALUE, "it answers with this, which may be no verdict"),
};

const ACTION: Shape = {
  type: "either",
  of: [{ type: "string", what: "a verdict" }, { type: "record", fields: ACTION_FIELDS }],
};

/** The keys of a scripted module besides its hooks. */
const SCRIPT_ONLY: readonly string[] = ["license", "priority", "global", "data"];

/** The fields of a module. */
export const MODULE_FIELDS: Fields = {
  use: optional(STRING, "the name of a shipped module, or the path of a file"),
  file: optional(STRING, "the path of a TypeScript or JavaScript file"),
  script: optional(
    {
      type: "map",
      keys: { type: "choice", of: HOOKS, what: "hook" },
      values: { type: "list", of: ACTION, single: true },
    },
    "instead, what each hook answers: ok, nosub, error, an error name, or a list for each call",
  ),
  params: optional({ type: "map", keys: STRING, values: JSON_VALUE }, "values for its parameters"),
  license: optional(STRING, "of a script: its licence, GPL when nothing is said"),
  priority: optional({ type: "integer" }, "of a script: higher is called first"),
  global: optional(BOOLEAN, "of a script: whether it hears of every task"),
  data: optional(
    {
      type: "record",
      fields: {
        create: required(JSON_VALUE, "the data each task begins with"),
        inherit: optional(
          { type: "choice", of: ["copy", "share", "none"], what: "way to inherit" },
          "what a child gets: copy, share, or none (fresh data)",
        ),
      },
    },
    "of a script: the data each task gets",
  ),
};

const SOURCES: readonly string[] = ["use", "file", "script"];

/** The modules outside of the scenario. */
export interface ModuleWorld {
  /** Shipped modules, by name. */
  readonly shipped: ReadonlyMap<string, KernelModule>;
  /** Makes an absolute path of a path in a scenario. */
  resolve(path: string): string;
  /** Makes a path for messages of a path in a scenario. */
  display(path: string): string;
  /** Whether there is a file. */
  exists(path: string): boolean;
}

/**
 * Reads the modules of a scenario.
 *
 * @param checker The checker. It learns the names of the modules.
 * @param node The part under `modules`.
 * @param world The modules outside of the scenario.
 * @returns The modules, in order. A later step decides whether each is loaded at the start.
 */
export function checkModules(checker: Checker, node: Node, world: ModuleWorld): ModulePlan[] {
  checker.where = "modules";
  checker.scope.modulesAt = checker.at(node);
  const plans: ModulePlan[] = [];
  for (const { name, nameAt, value } of namedModules(checker, node)) {
    if (!/^[A-Za-z_][A-Za-z0-9_]{0,31}$/.test(name)) {
      const title = `Wrong module name "${name}"`;
      checker.mistake(nameAt, title, "up to 32 letters, digits and underscores are wanted");
      continue;
    }
    const earlier = checker.scope.modules.get(name);
    if (earlier !== undefined) {
      const related = [{ at: earlier, label: "first here" }];
      checker.mistake(nameAt, `Module "${name}" declared twice`, "declared before", { related });
      continue;
    }
    checker.scope.modules.set(name, checker.at(nameAt));
    checker.where = `module "${name}"`;
    const plan = readModule(checker, name, nameAt, value, world);
    if (plan !== null) plans.push(plan);
  }
  return plans;
}

function namedModules(
  checker: Checker,
  node: Node,
): { name: string; nameAt: ScalarNode; value: Node }[] {
  if (node.kind === "map") {
    return node.entries.map(({ key, keyAt, value }) => ({ name: key, nameAt: keyAt, value }));
  }
  if (node.kind === "list") {
    return node.items.flatMap((item) => {
      if (item.kind === "scalar" && typeof item.value === "string") {
        return [{ name: baseName(item.value), nameAt: item, value: item }];
      }
      checker.wrongShape(item, "the name of a shipped module", "module");
      return [];
    });
  }
  checker.wrongShape(node, "a map of modules, or a list of shipped ones,", "value");
  return [];
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1).replace(/\.[cm]?[jt]s$/, "");
}

function isPath(text: string): boolean {
  return /^\.{0,2}\//.test(text) || /\.[cm]?[jt]s$/.test(text);
}

function readModule(
  checker: Checker,
  name: string,
  nameAt: ScalarNode,
  value: Node,
  world: ModuleWorld,
): ModulePlan | null {
  const at = checker.at(nameAt);
  if (value.kind === "scalar" && typeof value.value === "string") {
    const source = readUse(checker, value, world);
    return source === null ? null : { name, source, params: {}, preload: true, at };
  }
  if (value.kind !== "map") {
    checker.wrongShape(value, "a map with use, file or script", "module");
    return null;
  }
  const fields = checker.fields(value, MODULE_FIELDS, {}, "", "module") as
    | Record<string, Json>
    | undefined;
  if (fields === undefined) return null;
  const source = readSource(checker, value, fields, world);
  if (source === null) return null;
  const params = (fields.params ?? {}) as ModulePlan["params"];
  if (source.kind === "shipped") {
    checkParams(checker, value, world.shipped.get(source.module)!, params);
  }
  return { name, source, params, preload: true, at };
}

function readSource(
  checker: Checker,
  map: MapNode,
  fields: Readonly<Record<string, Json>>,
  world: ModuleWorld,
): ModulePlan["source"] | null {
  const given = map.entries.filter(({ key }) => SOURCES.includes(key));
  if (given.length === 0) {
    checker.mistake(map, `Nothing to load in ${checker.where}`, "use, file or script is wanted");
    return null;
  }
  if (given.length > 1) {
    const title = `Both ${given[0].key} and ${given[1].key} in ${checker.where}`;
    const related = [{ at: checker.at(given[0].keyAt), label: "first here" }];
    checker.mistake(given[1].keyAt, title, "one of them is wanted", { related });
    return null;
  }
  const [{ key, value }] = given;
  if (key === "script") {
    const script = readScript(checker, value, fields);
    return script === null ? null : { kind: "script", script };
  }
  for (const entry of map.entries.filter((scriptOnly) => SCRIPT_ONLY.includes(scriptOnly.key))) {
    const title = `Key "${entry.key}" in ${checker.where}, which is no script`;
    checker.mistake(entry.keyAt, title, "only a script can say this");
    return null;
  }
  if (key === "file") return readFile(checker, value as ScalarNode, world);
  return readUse(checker, value as ScalarNode, world);
}

function readUse(
  checker: Checker,
  node: ScalarNode,
  world: ModuleWorld,
): ModulePlan["source"] | null {
  const name = String(node.value);
  if (world.shipped.has(name)) return { kind: "shipped", module: name };
  if (isPath(name)) return readFile(checker, node, world);
  const label = suggestion(name, [...world.shipped.keys()], "shipped module");
  const notes = ["a path such as ./mine.ts names a file of your own"];
  checker.mistake(node, `Unknown shipped module "${name}"`, label, { notes });
  return null;
}

function readFile(
  checker: Checker,
  node: ScalarNode,
  world: ModuleWorld,
): ModulePlan["source"] | null {
  const written = String(node.value);
  const path = world.resolve(written);
  if (!/\.[cm]?[jt]s$/.test(written)) {
    checker.mistake(node, `Wrong module file "${written}"`, "a .ts or .js file is wanted");
    return null;
  }
  if (!world.exists(path)) {
    checker.mistake(
      node,
      `No module file "${written}"`,
      "there is no such file beside the scenario",
    );
    return null;
  }
  return { kind: "file", path, written: world.display(written) };
}

function readScript(
  checker: Checker,
  node: Node,
  fields: Readonly<Record<string, Json>>,
): ScriptPlan | null {
  const hooks: Record<string, ScriptAction[]> = {};
  let isRight = true;
  for (const { key, value } of (node as MapNode).entries) {
    const items = value.kind === "list" ? value.items : [value];
    if (items.length === 0) {
      checker.mistake(value, `Empty list for hook ${key}`, "a verdict is wanted");
      isRight = false;
    }
    const actions = items.map((item) => readAction(checker, item));
    if (actions.includes(null)) isRight = false;
    else hooks[key] = actions as ScriptAction[];
  }
  const data = fields.data as { create: Json; inherit?: "copy" | "share" | "none" } | undefined;
  if (!isRight) return null;
  return {
    hooks,
    license: (fields.license ?? "GPL") as string,
    priority: (fields.priority ?? 0) as number,
    global: (fields.global ?? false) as boolean,
    data: data === undefined ? null : { create: data.create, inherit: data.inherit ?? "none" },
  };
}

function readAction(checker: Checker, node: Node): ScriptAction | null {
  if (node.kind === "map") {
    const verdict = entryOf(node, "verdict")?.value as ScalarNode | undefined;
    if (verdict !== undefined && readVerdict(checker, verdict) === null) return null;
    const entries = node.entries.map(({ key, value }) => [key, checker.json(value)]);
    return Object.fromEntries(entries) as ScriptAction;
  }
  const verdict = readVerdict(checker, node as ScalarNode);
  return verdict === null ? null : { verdict };
}

function readVerdict(checker: Checker, node: ScalarNode): string | null {
  const word = String(node.value);
  const verdicts = [...Object.keys(VERDICTS), ...ERRNO_NAMES];
  if (verdicts.includes(word)) return word;
  const near = nearest(word, verdicts);
  const label = near === null
    ? "ok, nosub, error or the name of an error is wanted"
    : `did you mean "${near}"?`;
  checker.mistake(node, `Unknown verdict "${word}" in ${checker.where}`, label);
  return null;
}

/** Checks the parameters of a shipped module. The module lists them, so a mistake has a place in the scenario. */
function checkParams(
  checker: Checker,
  map: MapNode,
  module: KernelModule,
  params: ModulePlan["params"],
): void {
  const specs = module.params ?? {};
  const given = entryOf(map, "params")?.value;
  if (given?.kind !== "map") return;
  for (const entry of given.entries) {
    const spec = Object.hasOwn(specs, entry.key) ? specs[entry.key] : undefined;
    if (spec === undefined) {
      const title = `Unknown parameter "${entry.key}" of module ${module.name}`;
      const label = suggestion(entry.key, Object.keys(specs), "parameter");
      checker.mistake(entry.keyAt, title, label);
      continue;
    }
    try {
      checkValue(module.name, entry.key, spec, params[entry.key]);
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      const title = `Wrong parameter "${entry.key}" of module ${module.name}`;
      checker.mistake(entry.value, title, error.details?.wanted ?? error.message);
    }
  }
}
