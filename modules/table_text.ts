/** Lays out a table with columns two spaces apart. `sides` has `l` or `r` for each column. */
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
