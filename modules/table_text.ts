/**
 * Lays out a table with columns two spaces apart. `sides` has `l` or `r` for each column, and `measure` says how many
 * columns a text takes: its length in UTF-16 units by default.
 */
export function alignColumns(
  heading: readonly string[],
  rows: readonly (readonly string[])[],
  sides: string,
  measure: (text: string) => number = (text) => text.length,
): string {
  const table = [heading, ...rows];
  const widths = heading.map((_, i) => Math.max(...table.map((row) => measure(row[i]))));
  const lines = table.map((row) =>
    row.map((cell, i) => {
      const blanks = " ".repeat(widths[i] - measure(cell));
      return sides[i] === "r" ? blanks + cell : cell + blanks;
    }).join("  ").trimEnd()
  );
  return lines.join("\n");
}
