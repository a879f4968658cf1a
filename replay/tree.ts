import { commandOf, endOf, fit, formatDuration, lifeOf } from "./layout.ts";
import type { RecordingClock } from "./event.ts";
import type { ProcessRecord } from "./process.ts";

/** How a tree of processes is to be laid out. */
export interface TreeLayout {
  /** How many characters a line may have; 100 by default. */
  readonly width?: number;
  /** How the times are to be read. */
  readonly clock: RecordingClock;
}

/**
 * Draws processes as a tree, each below its first parent, with how it ended, how long it was there and its job.
 *
 * Origin: our own, after `pstree(1)`.
 *
 * @param processes Every process of a recording: {@linkcode Replay.processes}.
 * @param layout How.
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
  const { width = 100, clock } = layout;
  const rows: Row[] = [];
  // A stack of its own: recordings may be deeper than calls can nest.
  const open: { process: ProcessRecord; stem: string; branch: string }[] = [];
  const roots = inOrder(processes.filter((process) => process.above === null));
  for (const process of roots.reverse()) open.push({ process, stem: "", branch: "" });
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const { process, stem, branch } = at;
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
  return layOut(rows, width);
}

/**
 * One process on one line: its pid, what it ran, how it ended and how long it was there.
 *
 * @param process The process.
 * @param clock How the times are to be read.
 * @returns The line.
 * @example
 * ```ts
 * import { formatProcess, ProcessRecord } from "@pnotify/pnotify/replay";
 * import { assertEquals } from "@std/assert";
 * const sh = new ProcessRecord(7, { serial: 0, firstSeen: 0, forked: true, comm: "sh" });
 * sh.status = 9;
 * sh.end = 2_000_000;
 * assertEquals(formatProcess(sh, { origin: 0, kind: "relative" }), "7 sh: sig9 after 2.00 ms");
 * ```
 */
export function formatProcess(process: ProcessRecord, clock: RecordingClock): string {
  const life = lifeOf(process, clock);
  const after = life === null ? "" : ` after ${formatDuration(life)}`;
  return `${process.pid || "?"} ${commandOf(process)}: ${endOf(process)}${after}`;
}

interface Row {
  readonly name: string;
  readonly columns: readonly string[];
}

function rowOf(process: ProcessRecord, prefix: string, clock: RecordingClock): Row {
  const life = lifeOf(process, clock);
  const pid = process.pid === 0 ? "?" : process.pid;
  const threads = process.threads === 0 ? "" : ` +${process.threads} threads`;
  const refused = process.refused === null ? "" : ` refused: ${process.refused}`;
  return {
    name: `${prefix}${commandOf(process)} [${pid}]${threads}${refused}`,
    columns: [endOf(process), life === null ? "" : formatDuration(life), process.job ?? ""],
  };
}

/** The columns are as wide as what is in them, and the names get what is left. */
function layOut(rows: readonly Row[], width: number): string[] {
  const widths = [0, 0, 0];
  for (const { columns } of rows) {
    columns.forEach((text, i) => widths[i] = Math.max(widths[i], text.length));
  }
  const right = widths.reduce((sum, one) => sum + (one > 0 ? one + 2 : 0), 0);
  const longest = rows.reduce((most, { name }) => Math.max(most, name.length), 0);
  const left = Math.max(16, Math.min(width - right, Math.max(longest, width - right)));
  return rows.map(({ name, columns }) => {
    const cells = columns.map((text, i) =>
      widths[i] === 0 ? "" : `  ${i === 1 ? text.padStart(widths[i]) : text.padEnd(widths[i])}`
    );
    return `${cut(name, left)}${cells.join("")}`.trimEnd();
  });
}

/** The pid at the end of a name matters more than the middle of a command line. */
function cut(name: string, width: number): string {
  if (name.length <= width) return name.padEnd(width);
  const tail = name.slice(name.lastIndexOf(" ["));
  if (tail.length + 8 > width) return fit(name, width);
  return `${name.slice(0, width - tail.length - 3)}...${tail}`;
}

function inOrder(processes: readonly ProcessRecord[]): ProcessRecord[] {
  return [...processes].sort((a, b) => a.firstSeen - b.firstSeen || a.serial - b.serial);
}
