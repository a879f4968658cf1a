import {
  beginning,
  commandOf,
  endOf,
  fit,
  formatDuration,
  lengthOf,
  lifeOf,
  type Measure,
  pad,
} from "./layout.ts";
import type { RecordingClock } from "./event.ts";
import type { ProcessRecord } from "./process.ts";

/** How a tree of processes is to be laid out. */
export interface TreeLayout {
  /** How many characters a line may have; 100 by default. */
  readonly width?: number;
  /** How the times are to be read. */
  readonly clock: RecordingClock;
  /** How many columns a text takes; its length in UTF-16 units by default. */
  readonly measure?: Measure;
}

/**
 * Draws processes as a tree. Each is below its first parent, with its end, its lifetime and its job.
 *
 * Origin: after `pstree(1)`.
 *
 * @param processes Every process of a recording: {@linkcode Replay.processes}.
 * @param layout How wide lines may be.
 * @returns The lines.
 * @example
 * ```ts
 * import { formatTree, ProcessRecord } from "@pnotify/pnotify/replay";
 * import { assertEquals } from "@std/assert";
 * const sh = new ProcessRecord(7, { serial: 0, firstSeen: 0, forked: true, comm: "sh" });
 * sh.status = 0;
 * sh.end = 2_000_000;
 * assertEquals(formatTree([sh], { clock: { origin: 0, kind: "relative" }, width: 40 }), [
 *   "sh [7]                   exit 0  2.00 ms",
 * ]);
 * ```
 */
export function formatTree(processes: readonly ProcessRecord[], layout: TreeLayout): string[] {
  return layOutTree(treeRows(processes, layout.clock), layout);
}

/** A line of a tree before it is laid out. Plain data. */
export interface TreeRow {
  /** The branches and the command. They are cut where a line is too long. */
  readonly name: string;
  /** The pid, the threads and the errno of a refused fork. They are never cut. */
  readonly tail: string;
  /** Its end, its lifetime and its job. */
  readonly columns: readonly string[];
}

/** Makes the lines of a tree, each process below its first parent. */
export function treeRows(processes: readonly ProcessRecord[], clock: RecordingClock): TreeRow[] {
  const rows: TreeRow[] = [];
  // An explicit stack: trees may be deeper than calls can nest.
  const open: { process: ProcessRecord; stem: string; branch: string }[] = [];
  const roots = inOrder(processes.filter((process) => process.above === null));
  for (const process of roots.reverse()) open.push({ process, stem: "", branch: "" });
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { process, stem, branch } = next;
    rows.push(rowOf(process, stem + branch, clock));
    const below = stem + (branch === "" ? "" : branch === "|- " ? "|  " : "   ");
    const children = inOrder(process.below);
    for (let i = children.length - 1; i >= 0; i--) {
      open.push({
        process: children[i],
        stem: below,
        branch: i === children.length - 1 ? "`- " : "|- ",
      });
    }
  }
  return rows;
}

function rowOf(process: ProcessRecord, prefix: string, clock: RecordingClock): TreeRow {
  const life = lifeOf(process, clock);
  const pid = process.pid === 0 ? "?" : process.pid;
  const threads = process.threads === 0 ? "" : ` +${process.threads} threads`;
  const refused = process.refused === null ? "" : ` refused: ${process.refused}`;
  const name = `${prefix}${commandOf(process)}`;
  const tail = ` [${pid}]${threads}${refused}`;
  if (process.neverRan) return { name, tail, columns: ["", "", ""] };
  const time = life === null ? "" : formatDuration(life);
  return { name, tail, columns: [endOf(process), time, process.job ?? ""] };
}

/**
 * Lays out the lines of a tree. The columns are as wide as their texts, and the names get the rest.
 *
 * @param rows The lines.
 * @param layout How wide a line may be, and the measure of text.
 * @returns The lines as text.
 */
export function layOutTree(
  rows: readonly TreeRow[],
  layout: Pick<TreeLayout, "width" | "measure">,
): string[] {
  const { width = 100, measure = lengthOf } = layout;
  const widths = [0, 0, 0];
  for (const { columns } of rows) {
    columns.forEach((text, i) => widths[i] = Math.max(widths[i], measure(text)));
  }
  const right = widths.reduce((sum, column) => sum + (column > 0 ? column + 2 : 0), 0);
  const nameWidth = Math.max(16, width - right);
  return rows.map((row) => {
    const cells = row.columns.map((text, i) =>
      widths[i] === 0 ? "" : `  ${pad(text, widths[i], measure, i === 1 ? "start" : "end")}`
    );
    return `${fitName(row, nameWidth, measure)}${cells.join("")}`.trimEnd();
  });
}

/** The pid at the end of a name matters more than the middle of a command line. */
function fitName({ name, tail }: TreeRow, width: number, measure: Measure): string {
  const tailWidth = measure(tail);
  if (tailWidth + 8 > width || measure(name) + tailWidth <= width) {
    return fit(name + tail, width, measure);
  }
  const fitted = `${beginning(name, width - tailWidth - 3, measure)}...${tail}`;
  return pad(fitted, width, measure, "end");
}

function inOrder(processes: readonly ProcessRecord[]): ProcessRecord[] {
  return [...processes].sort((a, b) => a.firstSeen - b.firstSeen || a.serial - b.serial);
}
