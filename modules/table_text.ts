/**
 * Lays out a table of text: a heading, and columns two spaces apart.
 *
 * @param heading The headings.
 * @param rows The cells.
 * @param sides `l` or `r` for each column: where its text stands.
 * @returns Lines without blanks at their ends.
 */
export function alignColumns(
  heading: readonly string[],
  rows: readonly (readonly string[])[],
  sides: string,
): string {
  const all = [heading, ...rows];
  const widths = heading.map((_, i) => Math.max(...all.map((row) => row[i].length)));
  const lines = all.map((row) =>
    row.map((cell, i) => sides[i] === "r" ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))
      .join("  ").trimEnd()
  );
  return lines.join("\n");
}
