// deno-lint-ignore-file pnotify/layers -- it shows what the program does, so it asks the program
/**
 * Writes the reference in `docs/scenario_format.md`, between its two markers, from the tables that the checker of
 * scenarios, the JSON Schema and `pnotify help` use.
 *
 *     deno run -RW tools/scenario_format.ts [--check]
 *
 * With `--check` nothing is written; the exit status is 1 when the file is stale.
 *
 * @module
 */

import { EXPECTATIONS } from "../runner/engine/expectations.ts";
import type { Field, Fields, Shape } from "../runner/engine/shape.ts";
import type { Verb } from "../runner/engine/verb.ts";
import { VERBS } from "../runner/engine/verbs.ts";
import { MODULE_FIELDS } from "../runner/scenario/check_modules.ts";
import { wantedOf } from "../runner/scenario/check_scalar.ts";
import { TASK_FIELDS } from "../runner/scenario/check_tasks.ts";
import { BOUNDS_FIELDS, KERNEL_FIELDS, SCENARIO_KEYS } from "../runner/scenario/parse.ts";
import { type JsonSchema, scenarioSchema } from "../runner/scenario/schema.ts";
import { root } from "./with_std.ts";

const pageUrl = new URL("docs/scenario_format.md", root);
const command = "deno run -RW tools/scenario_format.ts";
const begin = `<!-- Written by ${command}, not by hand, up to the end marker. -->`;
const end = "<!-- End of what is written by the tool. -->";

/** Longer lists of choices stand under the table that they belong to. */
const mostChoices = 6;

/** The keys whose values have fields, with a few words for the heading. */
const keyFields: readonly (readonly [string, Fields, string])[] = [
  ["kernel", KERNEL_FIELDS, "how the kernel boots"],
  ["tasks", TASK_FIELDS, "what may stand after a path, as a map"],
  ["modules", MODULE_FIELDS, "what a module may be, as a map"],
  ["bounds", BOUNDS_FIELDS, "how much is tried of what stands under `concurrently`"],
];

/** What the schema does not describe, because its structure says it. */
const keyNotes: Readonly<Record<string, string>> = {
  kernel: "How the kernel boots",
  steps: "What happens, in order",
  bounds: "How much is tried of what runs at the same time",
  expect: "What must hold",
};

/**
 * Says in words what a shape wants, also what is inside it.
 *
 * @param shape The shape.
 * @returns For example `a list of tasks, or one`.
 */
export function describeShape(shape: Shape): string {
  switch (shape.type) {
    case "list":
      return `a list, each ${describeShape(shape.of)}${shape.single ? "; or just one" : ""}`;
    case "map":
      return `a map from ${describeShape(shape.keys)} to ${describeShape(shape.values)}`;
    case "record":
      return `a map with ${Object.keys(shape.fields).map((name) => `\`${name}\``).join(", ")}`;
    case "either":
      return shape.of.map(describeShape).join(", or ");
    case "choice":
      if (shape.of.length > mostChoices) return `a ${shape.what}`;
      return shape.of.map((choice) => `\`${choice}\``).join(" or ");
    case "json":
      return "anything";
    case "call":
      return "`MODULE.CALL`, or a map with that as its key";
    case "string":
      return `${trimmed(shape.what ?? "a text")}${shape.pattern ? ", or a `/pattern/`" : ""}`;
    case "file":
      return "the path of a file";
    default:
      return trimmed(wantedOf(shape));
  }
}

/** Messages go on after what is wanted, and so some of it ends in a comma. */
function trimmed(wanted: string): string {
  return wanted.replace(/,$/, "");
}

/** Every list of choices in a shape that is too long to stand in a table. */
function longChoices(shape: Shape, found: Map<string, readonly string[]> = new Map()) {
  if (shape.type === "choice" && shape.of.length > mostChoices) found.set(shape.what, shape.of);
  if (shape.type === "list") longChoices(shape.of, found);
  if (shape.type === "map") [shape.keys, shape.values].forEach((part) => longChoices(part, found));
  if (shape.type === "either") shape.of.forEach((variant) => longChoices(variant, found));
  if (shape.type === "record") {
    Object.values(shape.fields).forEach((field) => longChoices(field.shape, found));
  }
  return found;
}

/** Every record in a shape: its fields get a table of their own. */
function recordsIn(shape: Shape): Fields[] {
  if (shape.type === "record") return [shape.fields];
  if (shape.type === "list") return recordsIn(shape.of);
  if (shape.type === "map") return recordsIn(shape.values);
  return shape.type === "either" ? shape.of.flatMap(recordsIn) : [];
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("<", "\\<");
}

function fieldRow(name: string, { shape, required, doc }: Field): string {
  const must = required ? "yes" : "";
  return `| \`${name}\` | ${must} | ${cell(describeShape(shape))} | ${cell(doc)} |`;
}

function fieldTable(fields: Fields): string[] {
  const shape: Shape = { type: "record", fields };
  const choices = [...longChoices(shape)].map(([what, of]) =>
    `A ${what} is one of ${of.map((choice) => `\`${choice}\``).join(", ")}.`
  );
  return [
    "| key | needed | value | what |",
    "|---|---|---|---|",
    ...Object.entries(fields).map(([name, field]) => fieldRow(name, field)),
    "",
    ...choices.flatMap((line) => [line, ""]),
  ];
}

function groupsOf(all: readonly { readonly group: string }[]): string[] {
  return [...new Set(all.map(({ group }) => group))];
}

function capital(text: string): string {
  return text[0].toUpperCase() + text.slice(1);
}

function keyLines(): string[] {
  const schema = scenarioSchema("").properties as Readonly<Record<string, JsonSchema>>;
  const rows = SCENARIO_KEYS.map((key) => {
    const what = keyNotes[key] ?? String(schema[key].description);
    return `| \`${key}\` | ${cell(what)} |`;
  });
  const tables = keyFields.flatMap(([key, fields, what]) => [
    `#### \`${key}\`: ${what}`,
    "",
    ...fieldTable(fields),
  ]);
  return ["### Keys", "", "| key | what |", "|---|---|", ...rows, "", ...tables];
}

function verbLines(verb: Verb): string[] {
  const { name, summary, example, fields, short, whole, binds } = verb;
  const notes = [
    ...(short === null ? [] : [`A plain value stands for \`${short}\`.`]),
    ...(whole === undefined ? [] : [`Whatever is written stands for \`${whole}\`.`]),
    ...(binds === null ? [] : [`\`as\` names ${binds === "task" ? "the task" : "the outcome"}.`]),
  ];
  return [
    `#### \`${name}\``,
    "",
    `${summary}.`,
    "",
    `Example: \`${example}\``,
    "",
    ...(Object.keys(fields).length === 0 ? [] : fieldTable(fields)),
    ...(notes.length === 0 ? [] : [notes.join(" "), ""]),
  ];
}

/**
 * Writes the reference.
 *
 * @returns Markdown, from the first heading to the last table, with a line end.
 */
export function formatReference(): string {
  const verbs = groupsOf(VERBS).flatMap((group) => [
    `### Steps: ${group}`,
    "",
    ...VERBS.filter((verb) => verb.group === group).flatMap(verbLines),
  ]);
  const expectations = groupsOf(EXPECTATIONS).flatMap((group) => [
    `### Expectations: ${group}`,
    "",
    ...EXPECTATIONS.filter((expectation) => expectation.group === group).flatMap(
      ({ kind, summary, example, shape }) => [
        `#### \`${kind}\``,
        "",
        `${capital(summary)}.`,
        "",
        `Example: \`${example}\``,
        "",
        `Value: ${describeShape(shape)}.`,
        "",
        ...(shape.type === "record" ? [] : choiceLines(shape)),
        ...recordsIn(shape).flatMap(fieldTable),
      ],
    ),
  ]);
  return `${[...keyLines(), ...verbs, ...expectations].join("\n").trimEnd()}\n`;
}

/** Choices that stand beside the records of a shape; those in them stand under their tables. */
function choiceLines(shape: Shape): string[] {
  const inside = new Set(
    recordsIn(shape).flatMap((fields) => [...longChoices({ type: "record", fields }).keys()]),
  );
  return [...longChoices(shape)].filter(([what]) => !inside.has(what)).flatMap(([what, of]) => [
    `A ${what} is one of ${of.map((choice) => `\`${choice}\``).join(", ")}.`,
    "",
  ]);
}

/**
 * Puts the reference in its place.
 *
 * @param page The page, with both markers.
 * @param reference What goes between them.
 * @returns The page with the reference in it.
 * @throws {TypeError} When a marker is missing.
 */
export function replaceReference(page: string, reference: string): string {
  const from = page.indexOf(begin);
  const to = page.indexOf(end, from);
  if (from < 0 || to < 0) {
    const missing = from < 0 ? begin : end;
    throw new TypeError(
      `Cannot write reference "docs/scenario_format.md": a marker is missing, "${missing}" is wanted`,
    );
  }
  const fence = ["<!-- deno-fmt-ignore-start -->", "<!-- deno-fmt-ignore-end -->"];
  const block = `${begin}\n\n${fence[0]}\n\n${reference}\n${fence[1]}\n\n`;
  return page.slice(0, from) + block + page.slice(to);
}

if (import.meta.main) {
  const unknown = Deno.args.find((arg) => arg !== "--check");
  if (unknown !== undefined) {
    console.error(`error: Cannot read argument "${unknown}": it is unknown, --check is wanted`);
    Deno.exit(2);
  }
  const page = Deno.readTextFileSync(pageUrl).replaceAll("\r\n", "\n");
  const wanted = replaceReference(page, formatReference());
  if (!Deno.args.includes("--check")) Deno.writeTextFileSync(pageUrl, wanted);
  else if (wanted !== page) {
    console.error(`docs/scenario_format.md is stale: run ${command}`);
    Deno.exit(1);
  }
}
