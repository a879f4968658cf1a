import type { RunResult } from "../engine/plan.ts";
import type { MapEntry, Node } from "../scenario/node.ts";
import { readDocuments } from "../scenario/read_yaml.ts";
import { Source } from "../scenario/source.ts";

/**
 * Puts the actual traces in the place of the expected traces. The rest of the text stays as it is.
 *
 * @param file The name of the file in messages.
 * @param text Its text.
 * @param results The results of its scenarios.
 * @returns The new text, or the same text without a change.
 */
export function updateTraces(file: string, text: string, results: readonly RunResult[]): string {
  const source = new Source(file, text);
  const actual = new Map(results.flatMap(({ actualTraces }) => Object.entries(actualTraces)));
  const entries = readDocuments(source, () => {}).flatMap((node) =>
    node === null ? [] : traceEntries(node)
  );
  let updated = text;
  // From the last to the first, so that places before stay right.
  for (const entry of entries.reverse()) {
    const { line, column } = source.position(entry.keyAt.start);
    const lines = actual.get(`${line}:${column}`);
    if (lines === undefined) continue;
    const { start, end } = entry.value;
    const written = isInFlow(source, entry)
      ? JSON.stringify(lines.join("\n"))
      : blockText(lines, column + 1);
    updated = updated.slice(0, start) + written + updated.slice(end);
  }
  return updated;
}

function traceEntries(node: Node): MapEntry[] {
  if (node.kind === "list") return node.items.flatMap(traceEntries);
  if (node.kind !== "map") return [];
  return node.entries.flatMap((entry) =>
    entry.key === "trace" ? [entry] : traceEntries(entry.value)
  );
}

function isInFlow(source: Source, entry: MapEntry): boolean {
  const { line, column } = source.position(entry.keyAt.start);
  return /[{"]/.test(source.line(line).slice(0, column));
}

function blockText(lines: readonly string[], indent: number): string {
  if (lines.length === 0) return '""';
  return ["|", ...lines.map((line) => `${" ".repeat(indent)}${line}`.trimEnd())].join("\n");
}
