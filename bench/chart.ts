/** A line of a chart. */
export interface Line {
  /** What it shows. */
  readonly name: string;
  /** Its points, from left to right; both numbers above zero. */
  readonly points: readonly (readonly [number, number])[];
}

const WIDTH = 640;
const HEIGHT = 360;
const LINE_HEIGHT = 14;
const MARGIN = { left: 64, right: 120, top: 24, bottom: 48 };
const COLOURS = ["#4c78a8", "#f58518", "#54a24b", "#b279a2", "#e45756"];

/**
 * Draws nanoseconds a lifecycle as an SVG, both axes in powers of ten.
 *
 * @param what What runs from left to right.
 * @param lines The lines.
 * @returns The SVG.
 */
export function drawChart(what: string, lines: readonly Line[]): string {
  const all = lines.flatMap(({ points }) => points);
  const x = scale(all.map(([at]) => at), MARGIN.left, WIDTH - MARGIN.right);
  const y = scale(all.map(([, ns]) => ns), HEIGHT - MARGIN.bottom, MARGIN.top);
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="white"/>`,
    ...x.ticks.map((tick) =>
      `<line x1="${x.at(tick)}" y1="${MARGIN.top}" x2="${x.at(tick)}" y2="${
        HEIGHT - MARGIN.bottom
      }" stroke="#ddd"/>` +
      `<text x="${x.at(tick)}" y="${HEIGHT - MARGIN.bottom + 18}" text-anchor="middle">${
        tick.toLocaleString("en")
      }</text>`
    ),
    ...y.ticks.map((tick) =>
      `<line x1="${MARGIN.left}" y1="${y.at(tick)}" x2="${WIDTH - MARGIN.right}" y2="${
        y.at(tick)
      }" stroke="#ddd"/>` +
      `<text x="${MARGIN.left - 8}" y="${y.at(tick) + 4}" text-anchor="end">${tick} ns</text>`
    ),
    `<text x="${(MARGIN.left + WIDTH - MARGIN.right) / 2}" y="${
      HEIGHT - 8
    }" text-anchor="middle">${what}</text>`,
    ...lines.map(({ points }, i) =>
      `<polyline points="${
        points.map(([at, ns]) => `${x.at(at)},${y.at(ns)}`).join(" ")
      }" fill="none" stroke="${colourOf(i)}" stroke-width="2"/>`
    ),
    ...drawNames(lines, x.at, y.at),
    "</svg>",
  ];
  return parts.join("\n") + "\n";
}

function colourOf(line: number): string {
  return COLOURS[line % COLOURS.length];
}

/** Each line's name at its end, moved down where it would lie on the one above. */
function drawNames(
  lines: readonly Line[],
  x: (value: number) => number,
  y: (value: number) => number,
): string[] {
  const ends = lines.map(({ name, points }, i) => {
    const [at, ns] = points[points.length - 1];
    return { name, x: x(at) + 8, y: y(ns) + 4, colour: colourOf(i) };
  }).sort((a, b) => a.y - b.y);
  ends.forEach((end, i) => {
    if (i > 0) end.y = Math.max(end.y, ends[i - 1].y + LINE_HEIGHT);
  });
  return ends.map(({ name, x, y, colour }) =>
    `<text x="${x}" y="${y}" fill="${colour}">${name}</text>`
  );
}

function scale(
  values: readonly number[],
  start: number,
  end: number,
): { at: (value: number) => number; ticks: number[] } {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))));
  const at = (value: number) =>
    Math.round(10 * (start + (Math.log10(value) - low) / (high - low) * (end - start))) / 10;
  return { at, ticks: Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i)) };
}
