import type { Diagnostic, Mark } from "../scenario/diagnostic.ts";
import type { Source } from "../scenario/source.ts";
import { printable, type Style } from "./style.ts";
import { measure, padColumns } from "./width.ts";

interface ShownMark extends Mark {
  readonly sign: "^" | "-";
}

/**
 * Formats a mistake: its place, the line with a caret, and the notes.
 *
 * @param diagnostic The mistake.
 * @param source Its file, or null when there is none to show.
 * @param style Marks it up.
 * @returns The lines.
 */
export function formatDiagnostic(
  diagnostic: Diagnostic,
  source: Source | null,
  style: Style,
): string[] {
  const { file, title, at, label, related, notes } = diagnostic;
  const marks: ShownMark[] = [
    { at, label, sign: "^" },
    ...related.map((mark) => ({ ...mark, sign: "-" as const })),
  ];
  marks.sort((a, b) => a.at.line - b.at.line);
  const width = String(Math.max(...marks.map((mark) => mark.at.line))).length;
  const place = `${printable(file)}:${at.line}:${at.column}`;
  const lines = [
    `${style.red("error")}${style.bold(`: ${printable(title)}`)}`,
    `${" ".repeat(width)} ${style.cyan("-->")} ${place}`,
  ];
  if (source !== null) {
    for (const mark of marks) lines.push(...formatMark(mark, source, width, style));
  } else if (label !== "") lines.push(`${" ".repeat(width)} = ${printable(label)}`);
  for (const note of notes) {
    lines.push(`${" ".repeat(width)} ${style.cyan("=")} ${printable(note)}`);
  }
  return lines;
}

/** How much of a long line is shown on either side of a mark. */
const MOST_COLUMNS = 100;

function formatMark(mark: ShownMark, source: Source, width: number, style: Style): string[] {
  const { line, column, length } = mark.at;
  const whole = source.line(line);
  const from = column > MOST_COLUMNS - 20 ? column - 40 : 0;
  const text = printable(whole.slice(from, from + MOST_COLUMNS).replaceAll("\t", " "));
  const before = whole.slice(from, Math.max(from, column - 1)).replaceAll("\t", " ");
  const marked = whole.slice(column - 1, Math.min(column - 1 + length, from + MOST_COLUMNS));
  const pad = padColumns("", measure(printable(before)));
  const signs = mark.sign.repeat(Math.max(1, measure(printable(marked))));
  const paint = mark.sign === "^" ? style.red : style.cyan;
  const bar = style.cyan("|");
  return [
    `${style.cyan(String(line).padStart(width))} ${bar} ${text}`.trimEnd(),
    `${" ".repeat(width)} ${bar} ${pad}${paint(`${signs} ${printable(mark.label)}`)}`.trimEnd(),
  ];
}
