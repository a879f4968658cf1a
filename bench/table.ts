import type { Estimate } from "./statistics.ts";

/** Writes rows as a Markdown table; all columns but the first are numbers. */
export function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, i) => Math.max(3, ...[head, ...rows].map((row) => row[i].length)));
  const line = (row: readonly string[]) => {
    const cells = row.map((cell, i) => i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]));
    return `| ${cells.join(" | ")} |`;
  };
  const rule = widths.map((width, i) => i === 0 ? "-".repeat(width) : "-".repeat(width - 1) + ":");
  return [line(head), `| ${rule.join(" | ")} |`, ...rows.map(line)].join("\n");
}

/** Writes an estimate as `12.3 (11.9 to 12.8)`. */
export function formatEstimate({ value, low, high }: Estimate, digits: number): string {
  const text = (number: number) => Number.isFinite(number) ? number.toFixed(digits) : "inf";
  return `${text(value)} (${text(low)} to ${text(high)})`;
}
