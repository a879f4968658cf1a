import { formatDiagnostic } from "./diagnostic.ts";
import { formatResult } from "./pretty.ts";
import { PLAIN, printable } from "./style.ts";
import type { Entry } from "./summary.ts";

/** A title of TAP must not hold what TAP reads as a directive. */
function escape(text: string): string {
  return printable(text).replaceAll("\\", "\\\\").replaceAll("#", "\\#").replaceAll("\n", " ");
}

/**
 * What went wrong with a scenario, in plain lines.
 *
 * @param entry What came of it.
 * @returns The lines; none when all is well.
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
 * Makes a TAP 14 stream of everything.
 *
 * @param entries What came of each scenario.
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
