import type { Expectation } from "../engine/expectation.ts";
import { EXPECTATIONS, findExpectation } from "../engine/expectations.ts";
import type { Fields } from "../engine/shape.ts";
import type { Verb } from "../engine/verb.ts";
import { findVerb, VERBS } from "../engine/verbs.ts";
import type { Style } from "../report/style.ts";
import { wantedOf } from "../scenario/check_scalar.ts";
import { nearest } from "../scenario/suggest.ts";
import { type CommandEntry, loadCommand, UsageError } from "./command.ts";
import { columns, commandHelp, HELP_TOPICS } from "./help_text.ts";

function stepsHelp(style: Style): string[] {
  const groups = [...new Set(VERBS.map(({ group }) => group))];
  return [
    "A step is a verb with its arguments. Beside the verb may stand: as (a name for the outcome),",
    "fails (the error it must fail with), phase (a heading), repeat (how often).",
    ...groups.flatMap((group) => [
      "",
      style.bold(group[0].toUpperCase() + group.slice(1)),
      ...columns(
        VERBS.filter((verb) => verb.group === group).map(({ name, summary }) => [name, summary]),
        style,
      ),
    ]),
    "",
    style.bold("Scenario"),
    ...columns([
      ["expect", "Check something at once"],
      ["repeat", "Do steps several times: { times: 3, steps: [...] }; {i} is the round"],
      ["phase", "A heading for the steps from here on"],
    ], style),
    "",
    "pnotify help fork shows the arguments of a verb.",
  ];
}

function expectationsHelp(style: Style): string[] {
  const groups = [...new Set(EXPECTATIONS.map(({ group }) => group))];
  return [
    "Expectations stand in a list under expect, at the end of a scenario or in a step.",
    ...groups.flatMap((group) => [
      "",
      style.bold(group[0].toUpperCase() + group.slice(1)),
      ...columns(
        EXPECTATIONS.filter((expectation) => expectation.group === group).map(({ kind, summary }) =>
          [kind, summary] as const
        ),
        style,
      ),
    ]),
    "",
    "pnotify help calls shows an example of one.",
  ];
}

function formatHelp(style: Style): string[] {
  return [
    "A scenario is YAML, or JSON. A file may hold several, with --- between them.",
    "",
    ...columns([
      ["scenario", "its title"],
      ["description", "more about it, for readers"],
      ["seed", "what all randomness follows from; 42 when nothing is said"],
      ["kernel", "how the kernel boots: pid_max, threads_max, init_reaps, debug"],
      ["tasks", "tasks that are there: [init, init/sh, init/cron: { uid: 2 }]"],
      ["modules", "[job], { mine: ./mine.ts }, { spy: { script: { fork: ok, exit: ok } } }"],
      ["steps", "what happens, in order; pnotify help steps lists the verbs"],
      ["concurrently", "what happens at the same time: { cpu0: [...], cpu1: [...] }"],
      ["bounds", "how much of that is tried: { preemptions: 2, schedules: 20000 }"],
      ["expect", "what must hold; pnotify help expectations lists what can be wanted"],
    ], style),
    "",
    "A module is loaded before the first step, unless a step loads or registers it. With",
    "concurrently, expect has always, sometimes and never.",
  ];
}

function fieldRows(fields: Fields): [string, string][] {
  return Object.entries(fields).map(([name, { shape, required, doc }]) => {
    const wanted = wantedOf(shape).replace(/,$/, "");
    return [name, `${doc}${required ? "" : " (optional)"}: ${wanted}`];
  });
}

function verbHelp(verb: Verb, style: Style): string[] {
  const rows = fieldRows(verb.fields);
  if (verb.binds !== null) rows.push(["as", `a name for its outcome, a ${verb.binds} (optional)`]);
  return [
    `${verb.summary}.`,
    "",
    `  - ${verb.example}`,
    "",
    style.bold("Arguments"),
    ...columns(rows, style),
    ...(verb.short === null ? [] : ["", `A plain value stands for ${verb.short}.`]),
  ];
}

function expectationHelp({ summary, example, shape }: Expectation, style: Style): string[] {
  const lines = [`${summary}.`, "", `  - ${example}`];
  if (shape.type !== "record") return lines;
  return [...lines, "", style.bold("Fields"), ...columns(fieldRows(shape.fields), style)];
}

/** The parts of help for a word. A word may be a command, a step and an expectation. */
async function partsFor(
  topic: string,
  commands: readonly CommandEntry[],
  style: Style,
): Promise<string[][]> {
  const parts: string[][] = [];
  const command = commands.find(({ name }) => name === topic);
  if (command !== undefined) parts.push(commandHelp(await loadCommand(command), style));
  const verb = findVerb(topic);
  if (verb !== null) parts.push([style.bold(`Step ${topic}`), ...verbHelp(verb, style)]);
  const expectation = findExpectation(topic);
  if (expectation !== null) {
    parts.push([style.bold(`Expectation ${topic}`), ...expectationHelp(expectation, style)]);
  }
  return parts;
}

/**
 * Help for a command, a verb, an expectation or a topic.
 *
 * @param topic Its name.
 * @param commands The commands.
 * @param style Marks it up.
 * @returns The lines.
 * @throws {UsageError} When there is no help for it.
 */
export async function helpFor(
  topic: string,
  commands: readonly CommandEntry[],
  style: Style,
): Promise<string[]> {
  if (topic === "steps") return stepsHelp(style);
  if (topic === "expectations") return expectationsHelp(style);
  if (topic === "format") return formatHelp(style);
  const parts = await partsFor(topic, commands, style);
  if (parts.length > 0) return parts.flatMap((part, i) => i === 0 ? part : ["", ...part]);
  const topics = [...commands, ...VERBS].map(({ name }) => name);
  const near = nearest(topic, [
    ...topics,
    ...HELP_TOPICS,
    ...EXPECTATIONS.map(({ kind }) => kind),
  ]);
  const hint = near === null ? "pnotify help lists the commands" : `did you mean "${near}"?`;
  throw new UsageError(`No help for "${topic}"`, hint);
}
