import { Errno } from "../../kernel/errno.ts";
import { Signal } from "../../kernel/signal.ts";
import { HOOKS } from "../../pnotify/events.ts";
import type { Json } from "../engine/plan.ts";
import type { Shape } from "../engine/shape.ts";
import type { CheckContext } from "./context.ts";
import { describeNode, type ScalarNode } from "./node.ts";
import type { Introduced } from "./scope.ts";
import { nearest, suggestion } from "./suggest.ts";

/** Shapes of a single text, number or truth value. */
export type ScalarShape = Exclude<
  Shape,
  {
    readonly type:
      | "record"
      | "list"
      | "map"
      | "either"
      | "json"
      | "steps"
      | "expectations"
      | "call"
      | "file";
  }
>;

/** The form of the names of tasks and values. */
export const NAME_PATTERN: RegExp = /^[A-Za-z_][A-Za-z0-9_.-]*$/;

/** Nanoseconds in each unit of time. */
const TIME_UNITS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

/** Bytes in each unit of size. */
const SIZE_UNITS: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
};

/** The verdicts in a trace, by the words of a script. */
export const VERDICTS: Readonly<Record<string, string>> = {
  ok: "PNOTIFY_OK",
  nosub: "PNOTIFY_NOSUB",
  error: "PNOTIFY_ERROR",
};

/** The names of all errors. */
export const ERRNO_NAMES: readonly string[] = Object.freeze(Object.keys(Errno));

/** A shape in words. */
export function wantedOf(shape: Shape): string {
  switch (shape.type) {
    case "task":
      return "the name of a task";
    case "new-task":
    case "new-value":
      return "a name";
    case "value":
      return "a name bound with as";
    case "module":
      return "the name of a module";
    case "errno":
      return "the name of an error, such as EPERM,";
    case "signal":
      return "the name of a signal, such as SIGTERM,";
    case "duration":
      return "a time, such as 10ms,";
    case "size":
      return "a size, such as 4MiB,";
    case "integer":
      return `an integer${range(shape.min, shape.max)}`;
    case "number":
      return `a number${range(shape.min, shape.max)}`;
    case "boolean":
      return "true or false";
    case "choice":
      return shape.of.length === 1 ? shape.of[0] : `one of ${shape.of.join(", ")}`;
    case "file":
      return "the path of a file";
    case "hook-call":
      return '"EVENT TASK", such as "fork make",';
    case "task-path":
      return "a place in the tree, such as init/sh,";
    case "record":
    case "map":
      return "a map";
    case "list":
      return "a list";
    default:
      return shape.type === "string" ? shape.what ?? "a text" : "something else";
  }
}

function range(min: number | undefined, max: number | undefined): string {
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`;
  if (min !== undefined) return ` from ${min} up`;
  return max === undefined ? "" : ` up to ${max}`;
}

/** Reads a single text, number or truth value. */
export function readScalar(
  context: CheckContext,
  node: ScalarNode,
  shape: ScalarShape,
  what: string,
): Json | undefined {
  switch (shape.type) {
    case "task":
    case "value":
      return readName(context, node, shape.type);
    case "new-task":
    case "new-value":
      return readNewName(context, node);
    case "module":
      return readModule(context, node);
    case "errno":
      return readChoice(context, node, ERRNO_NAMES, "error");
    case "signal":
      return readSignal(context, node);
    case "choice":
      return readChoice(context, node, shape.of, shape.what);
    case "duration":
      return readUnits(context, node, TIME_UNITS, shape, what);
    case "size":
      return readUnits(context, node, SIZE_UNITS, shape, what);
    case "integer":
    case "number":
      return readNumber(context, node, shape, what);
    case "boolean":
      return typeof node.value === "boolean"
        ? node.value
        : context.wrongShape(node, wantedOf(shape), what);
    case "hook-call":
      return readHookCall(context, node);
    case "task-path":
      return readTaskPath(context, node);
    case "string":
      return readText(context, node, shape.pattern === true);
  }
}

/** Reads a text. A number or truth value without quotes is the text that was written. */
function readText(
  context: CheckContext,
  node: ScalarNode,
  mayBePattern: boolean,
): Json | undefined {
  const text = String(node.value);
  const pattern = mayBePattern ? /^\/(.+)\/([iu]*)$/.exec(text) : null;
  if (pattern === null) return text;
  try {
    new RegExp(pattern[1], pattern[2]);
    return text;
  } catch {
    return context.mistake(
      node,
      `Wrong pattern in ${context.where}`,
      "this is no regular expression",
    );
  }
}

function declared(context: CheckContext): { at: NonNullable<Introduced["at"]>; label: string }[] {
  const { tasksAt, taskNames } = context.scope;
  if (tasksAt === null) return [];
  const names = taskNames.filter((name) => name !== "kthreadd");
  return [{ at: tasksAt, label: `tasks declared here: ${names.join(", ")}` }];
}

function readName(
  context: CheckContext,
  node: ScalarNode,
  what: Introduced["what"],
): Json | undefined {
  const name = String(node.value);
  const introduced = context.scope.names.get(name);
  if (introduced?.what === what) return name;
  const where = context.where === "" ? "" : ` in ${context.where}`;
  const title = `Unknown ${what} "${name}"${where}`;
  if (introduced !== undefined) {
    const label = `it is the name of a ${introduced.what}`;
    const related = introduced.at === null ? [] : [{ at: introduced.at, label: "named here" }];
    return context.mistake(node, title, label, { related });
  }
  const later = context.scope.later.get(name);
  if (later !== undefined) {
    const related = [{ at: later, label: "it is named here" }];
    return context.mistake(node, title, "no step has named it before this one", { related });
  }
  const names = what === "task" ? context.scope.taskNames : context.scope.valueNames;
  const near = nearest(name, names);
  const label = near === null
    ? `no ${what} of this name exists at this step`
    : `did you mean "${near}"?`;
  return context.mistake(node, title, label, { related: what === "task" ? declared(context) : [] });
}

function readNewName(context: CheckContext, node: ScalarNode): Json | undefined {
  const name = String(node.value);
  if (NAME_PATTERN.test(name)) return name;
  const title = `Wrong name ${JSON.stringify(name)} in ${context.where}`;
  return context.mistake(node, title, "letters, digits, _, - and . are wanted, a letter first");
}

function readModule(context: CheckContext, node: ScalarNode): Json | undefined {
  const name = String(node.value);
  const { modules, modulesAt } = context.scope;
  if (modules.has(name)) return name;
  const where = context.where === "" ? "" : ` in ${context.where}`;
  const names = [...modules.keys()];
  const related = modulesAt === null || names.length === 0
    ? []
    : [{ at: modulesAt, label: `modules declared here: ${names.join(", ")}` }];
  const near = nearest(name, names);
  const label = near === null ? "no module of this name is declared" : `did you mean "${near}"?`;
  return context.mistake(node, `Unknown module "${name}"${where}`, label, { related });
}

/** Reads a word out of a list. */
export function readChoice(
  context: CheckContext,
  node: ScalarNode,
  choices: readonly string[],
  what: string,
): Json | undefined {
  const word = String(node.value);
  if (choices.includes(word)) return word;
  const where = context.where === "" ? "" : ` in ${context.where}`;
  const title = `Unknown ${what} "${word}"${where}`;
  return context.mistake(node, title, suggestion(word, choices, what));
}

function readSignal(context: CheckContext, node: ScalarNode): Json | undefined {
  const word = String(node.value);
  const full = word.startsWith("SIG") ? word : `SIG${word}`;
  if (Object.hasOwn(Signal, full)) return full;
  return readChoice(context, node, Object.keys(Signal), "signal");
}

function verdictOf(word: string): string {
  return Object.hasOwn(VERDICTS, word) ? VERDICTS[word] : word;
}

function readUnits(
  context: CheckContext,
  node: ScalarNode,
  units: Readonly<Record<string, number>>,
  shape: ScalarShape,
  what: string,
): Json | undefined {
  const { value } = node;
  if (typeof value === "number" && value >= 0) return value;
  const parts = /^(\d+(?:\.\d+)?) ?([A-Za-z]+)$/.exec(String(value));
  if (parts === null) return context.wrongShape(node, wantedOf(shape), what);
  const unit = parts[2];
  if (Object.hasOwn(units, unit)) return Number(parts[1]) * units[unit];
  const label = suggestion(unit, Object.keys(units), "unit");
  return context.mistake(node, `Unknown unit "${unit}" in ${what}`, label);
}

function readNumber(
  context: CheckContext,
  node: ScalarNode,
  shape: Shape & { readonly type: "integer" | "number" },
  what: string,
): Json | undefined {
  const { value } = node;
  const isRight = typeof value === "number" && Number.isFinite(value) &&
    (shape.type === "number" || Number.isInteger(value)) &&
    value >= (shape.min ?? -Infinity) && value <= (shape.max ?? Infinity);
  return isRight ? value : context.wrongShape(node, wantedOf(shape), what);
}

/** Reads `EVENT TASK [VERDICT]`. */
function readHookCall(context: CheckContext, node: ScalarNode): Json | undefined {
  const text = String(node.value);
  const [hook, task, ...rest] = text.split(/\s+/);
  if (!HOOKS.includes(hook as never)) {
    const title = `Unknown hook "${hook}" in ${context.where}`;
    return context.mistake(node, title, suggestion(hook, HOOKS, "hook"));
  }
  if (task === undefined) return context.wrongShape(node, wantedOf({ type: "hook-call" }), "call");
  const isPlain = /\[\d+\]$/.test(task);
  if (!isPlain && readName(context, part(node, task), "task") === undefined) return undefined;
  const rollback = rest.includes("rollback") ? true : null;
  const words = rest.filter((word) => word !== "rollback");
  const verdict = words.length === 0 ? null : verdictOf(words[0]);
  const isVerdict = verdict === null || Object.values(VERDICTS).includes(verdict) ||
    ERRNO_NAMES.includes(verdict);
  if (words.length > 1 || !isVerdict) {
    const word = words.length > 1 ? words[1] : words[0];
    const answers = [...Object.keys(VERDICTS), "rollback", ...ERRNO_NAMES];
    const title = `Unknown verdict "${word}" in ${context.where}`;
    const near = nearest(word, answers);
    const label = near === null
      ? "ok, nosub, error, rollback or the name of an error is wanted"
      : `did you mean "${near}"?`;
    return context.mistake(part(node, word), title, label);
  }
  return { text, hook, task, verdict, rollback };
}

/** Makes a part of a word inside a text. */
function part(node: ScalarNode, word: string): ScalarNode {
  const text = String(node.value);
  const offset = text.indexOf(word);
  const isPlain = node.end - node.start === text.length;
  const start = node.start + offset + (isPlain ? 0 : 1);
  return { kind: "scalar", value: word, start, end: start + word.length };
}

function readTaskPath(context: CheckContext, node: ScalarNode): Json | undefined {
  const path = String(node.value);
  if (/^init(\/[^/ ]+)*( Z)?$/.test(path)) {
    for (const name of path.replace(/ Z$/, "").split("/")) {
      const isPlain = /\[\d+\]$/.test(name);
      if (!isPlain && readName(context, part(node, name), "task") === undefined) return undefined;
    }
    return path;
  }
  const title = `Wrong place in ${context.where}: found ${describeNode(node)}`;
  return context.mistake(node, title, "a path from init, such as init/sh/make, is wanted");
}
