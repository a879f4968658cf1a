import type { Style } from "../report/style.ts";
import type { Command, CommandHead, Option } from "./command.ts";
import { COMMON_OPTIONS } from "./invocation.ts";

/** The topics of help besides commands. */
export const HELP_TOPICS: readonly string[] = ["steps", "expectations", "format"];

/** Writes names and descriptions side by side. The names are those of the program, so a character is a column. */
export function columns(rows: readonly (readonly [string, string])[], style: Style): string[] {
  const width = Math.min(28, Math.max(0, ...rows.map(([left]) => left.length)));
  return rows.flatMap(([left, right]) =>
    left.length > width
      ? [`  ${style.cyan(left)}`, `  ${" ".repeat(width)}  ${right}`]
      : [`  ${style.cyan(left.padEnd(width))}  ${right}`]
  );
}

/**
 * Help for the program as a whole.
 *
 * @param commands The commands.
 * @param style Marks it up.
 * @returns The lines.
 */
export function generalHelp(commands: readonly CommandHead[], style: Style): string[] {
  return [
    "Runs processes under kernel modules that hear of their fork, exec and exit.",
    "",
    `${style.bold("Usage")}: pnotify COMMAND [OPTIONS]`,
    "",
    style.bold("Commands"),
    ...columns(
      commands.map(({ name, operands, summary }) =>
        [`${name} ${operands}`.trim(), summary] as const
      ),
      style,
    ),
    "",
    style.bold("Examples"),
    ...columns([
      ["pnotify demo", "see what this is"],
      ["pnotify new module mine", "begin a module, a scenario and a test"],
      ["pnotify run mine.yaml", "run a scenario"],
      ["pnotify help run", "help for a command"],
      ["pnotify help steps", "everything that a step can do"],
    ], style),
  ];
}

/** Help for one command. */
export function commandHelp(command: Command, style: Style): string[] {
  const { name, summary, operands, about = [], options, examples, takesTrailing } = command;
  // What stands behind the command belongs to it.
  const words = takesTrailing ? [name, "[OPTIONS]", operands] : [name, operands, "[OPTIONS]"];
  const usage = words.filter((word) => word !== "").join(" ");
  return [
    `${summary}.`,
    "",
    `${style.bold("Usage")}: pnotify ${usage}`,
    ...(about.length === 0 ? [] : ["", ...about]),
    "",
    style.bold("Options"),
    ...columns([...options, ...COMMON_OPTIONS].map(optionRow), style),
    ...(examples.length === 0 ? [] : ["", style.bold("Examples"), ...columns(examples, style)]),
  ];
}

function optionRow(option: Option): [string, string] {
  const letter = option.letter === undefined ? "    " : `-${option.letter}, `;
  const no = option.negatable ? "[no-]" : "";
  const value = option.value === undefined
    ? ""
    : option.isValueOptional
    ? `[=${option.value}]`
    : ` ${option.value}`;
  return [`${letter}--${no}${option.name}${value}`, option.doc];
}
