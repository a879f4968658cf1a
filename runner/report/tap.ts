import { formatDiagnostic } from "./diagnostic.ts";
import { formatResult } from "./pretty.ts";
import { PLAIN, printable } from "./style.ts";
import type { Entry } from "./summary.ts";

/** Escapes a title. TAP reads some characters as a directive. */
function escape(text: string): string {
  return printable(text).replaceAll("\\", "\\\\").replaceAll("#", "\\#").replaceAll("\n", " ");
}

/**
 * The failures of a scenario, in plain lines.
 *
 * @param entry The outcome.
 * @returns The lines. None for a scenario that passed.
 */
export function explain(entry: Entry): string[] {
  const lines = entry.diagnostics.flatMap((diagnostic) =>
    formatDiagnostic(diagnostic, entry.sources.get(diagnostic.file) ?? entry.source, PLAIN)
  );
  if (entry.crash !== null) lines.push(entry.crash.title, ...entry.crash.notes);
  if (entry.result !== null && entry.exit !== 0) {
    const options = { style: PLAIN, trace: false, tree: false, log: false, quiet: true };
    lines.push(...formatResult(entry.result, entry.source, options).err);
  }
  return lines;
}

/**
 * Makes a TAP 14 stream.
 *
 * @param entries The outcome of each scenario.
 * @param withTiming Whether to say how long each took.
 * @returns The lines.
 */
export function formatTap(entries: readonly Entry[], withTiming: boolean): string[] {
  const lines = ["TAP version 14", `1..${entries.length}`];
  entries.forEach((entry, i) => {
    const name = entry.title === null ? entry.file : `${entry.file}: ${entry.title}`;
    const time = withTiming ? ` # time=${entry.milliseconds.toFixed(0)}ms` : "";
    lines.push(`${entry.exit === 0 ? "ok" : "not ok"} ${i + 1} - ${escape(name)}${time}`);
    const why = explain(entry);
    if (why.length === 0) return;
    lines.push("  ---", "  message: |", ...why.map((line) => `    ${line}`.trimEnd()), "  ...");
  });
  return lines;
}
