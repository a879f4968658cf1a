/** What a piece of terminal output looks like. */
interface Look {
  readonly color: string | null;
  readonly bold: boolean;
  readonly dim: boolean;
}

/** A piece of a line in one look, at a column. */
export interface Piece extends Look {
  /** Its first column, from 0. */
  readonly column: number;
  /** Its text, without control codes. */
  readonly text: string;
}

const cellWidth = 8;
const lineHeight = 18;
const padding = 16;
const ground = "#10151d";
const ink = "#dbe2ea";
const faint = "#95a1b0";
const plain: Look = { color: null, bold: false, dim: false };

/** Each at least 7 : 1 on the ground. */
const colors: Readonly<Record<number, string>> = {
  31: "#ff8f86",
  32: "#6bd881",
  33: "#e8bd57",
  36: "#6fcfe0",
};

function changed(look: Look, code: number): Look {
  if (code === 0) return plain;
  if (code === 1) return { ...look, bold: true };
  if (code === 2) return { ...look, dim: true };
  if (code === 22) return { ...look, bold: false, dim: false };
  if (code === 39) return { ...look, color: null };
  if (code in colors) return { ...look, color: colors[code] };
  throw new TypeError(
    `Cannot draw code "${code}": it is unknown, a colour of the program is wanted`,
  );
}

/**
 * Splits a line with control codes for colours into pieces. Where two spaces stand together a new piece begins, so that
 * columns stay in line whatever the font.
 *
 * @param line The line.
 * @returns Its pieces, without those of spaces only.
 */
export function piecesOf(line: string): Piece[] {
  const pieces: Piece[] = [];
  let look = plain;
  let column = 0;
  // deno-lint-ignore no-control-regex
  for (const [part, codes] of line.matchAll(/\x1b\[([\d;]*)m|[^\x1b]+/g)) {
    if (codes !== undefined) {
      for (const code of codes.split(";")) look = changed(look, Number(code));
      continue;
    }
    for (const { 0: text, index } of part.matchAll(/\S+(?: \S+)*/g)) {
      pieces.push({ ...look, column: column + index, text });
    }
    column += part.length;
  }
  return pieces;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function drawPiece({ column, text, color, bold, dim }: Piece, y: number): string {
  const x = padding + column * cellWidth;
  const fill = color ?? (dim ? faint : null);
  const marks = `${fill === null ? "" : ` fill="${fill}"`}${bold ? ' font-weight="bold"' : ""}`;
  // The length is given, because the font of whoever looks may be wider or narrower.
  const length = `textLength="${text.length * cellWidth}" lengthAdjust="spacingAndGlyphs"`;
  return `<text x="${x}" y="${y}" ${length}${marks}>${escape(text)}</text>`;
}

/**
 * Draws terminal output as a picture.
 *
 * @param lines The lines, with control codes for colours.
 * @param title What it shows, for those who cannot see it.
 * @returns The picture, as SVG.
 * @throws {TypeError} When there is a control code that the program does not use.
 */
export function terminalSvg(lines: readonly string[], title: string): string {
  const drawn = lines.map(piecesOf);
  const columns = Math.max(
    0,
    ...drawn.flat().map(({ column, text }) => column + text.length),
  );
  const width = columns * cellWidth + 2 * padding;
  const height = lines.length * lineHeight + 2 * padding;
  const texts = drawn.flatMap((pieces, i) =>
    pieces.map((piece) => `    ${drawPiece(piece, padding + i * lineHeight + 13)}`)
  );
  return [
    "<!-- deno-fmt-ignore-file -->",
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" ` +
    `height="${height}" role="img" font-size="13"`,
    `  font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace">`,
    `  <title>${escape(title)}</title>`,
    `  <rect width="${width}" height="${height}" rx="8" fill="${ground}" />`,
    `  <g fill="${ink}">`,
    ...texts,
    "  </g>",
    "</svg>",
    "",
  ].join("\n");
}
