/** How a value is written in the message of a failed assertion. */
export function format(value: unknown): string {
  return Deno.inspect(value, {
    compact: false,
    depth: Infinity,
    getters: true,
    iterableLimit: Infinity,
    sorted: true,
    strAbbreviateSize: Infinity,
    trailingComma: true,
  });
}

/** Above this many table cells a diff shows one side whole and then the other. */
const maxCells = 4_000_000;

/** The two texts line by line: `-` only in the actual one, `+` only in the expected one. */
export function diffLines(actual: string, expected: string): string {
  const rows = align(actual.split("\n"), expected.split("\n"));
  const body = rows.map(([sign, line]) => `${sign}   ${line}`).join("\n");
  return `\n\n    [Diff] Actual / Expected\n\n\n${body}\n`;
}

type Row = [sign: " " | "-" | "+", line: string];

function align(left: string[], right: string[]): Row[] {
  if (left.length * right.length > maxCells) {
    return [...left.map((line): Row => ["-", line]), ...right.map((line): Row => ["+", line])];
  }
  const common = commonTails(left, right);
  const rows: Row[] = [];
  let i = 0;
  let j = 0;
  while (i < left.length && j < right.length) {
    if (left[i] === right[j]) {
      rows.push([" ", left[i++]]);
      j++;
    } else if (common[i + 1][j] >= common[i][j + 1]) {
      rows.push(["-", left[i++]]);
    } else {
      rows.push(["+", right[j++]]);
    }
  }
  while (i < left.length) rows.push(["-", left[i++]]);
  while (j < right.length) rows.push(["+", right[j++]]);
  return rows;
}

/** At `[i][j]`: how many lines the rest of left from i and of right from j can share in order. */
function commonTails(left: string[], right: string[]): Uint32Array[] {
  const table = Array.from({ length: left.length + 1 }, () => new Uint32Array(right.length + 1));
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      table[i][j] = left[i] === right[j]
        ? table[i + 1][j + 1] + 1
        : Math.max(table[i + 1][j], table[i][j + 1]);
    }
  }
  return table;
}
