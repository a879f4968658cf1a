import { type Entry, totalsOf } from "./summary.ts";

/**
 * Makes a JSON document.
 *
 * @param entries The outcome of each scenario.
 * @param version The version of the program.
 * @param withTiming Whether to say how long each took.
 * @returns The text.
 */
export function formatJson(
  entries: readonly Entry[],
  version: string,
  withTiming: boolean,
): string {
  const scenarios = entries.map((entry) => {
    const { file, title, result, diagnostics, crash, exit } = entry;
    const timing = withTiming ? { milliseconds: entry.milliseconds } : {};
    if (result === null) return { file, title, exit, ...timing, diagnostics, crash };
    const { actualTraces: _, ...summary } = result;
    return { ...summary, exit, ...timing };
  });
  return JSON.stringify({ pnotify: version, summary: totalsOf(entries), scenarios }, null, 2);
}
