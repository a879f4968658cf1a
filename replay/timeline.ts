import { commandOf, endOf, fit, formatDuration, lengthOf, type Measure, pad } from "./layout.ts";
import type { RecordingClock } from "./event.ts";
import type { ProcessRecord } from "./process.ts";

/** How a timeline is to be laid out. */
export interface TimelineLayout {
  /** How many characters a line may have; 100 by default. */
  readonly width?: number;
  /** How the times are to be read. */
  readonly clock: RecordingClock;
  /** The time of the last event. Bars of running processes end there. */
  readonly until: number;
  /** How many columns a text takes; its length in UTF-16 units by default. */
  readonly measure?: Measure;
}

/**
 * Draws a bar for each process, over the time that the recording covers.
 *
 * @param processes Every process of a recording: {@linkcode Replay.processes}.
 * @param layout How wide lines may be, and where bars end.
 * @returns The lines. Without times in the recording, a line that says so.
 * @example
 * ```ts
 * import { formatTimeline, ProcessRecord } from "@pnotify/pnotify/replay";
 * import { assertEquals } from "@std/assert";
 * const sh = new ProcessRecord(7, { serial: 0, firstSeen: 0, forked: true, comm: "sh" });
 * const ls = new ProcessRecord(8, { serial: 1, firstSeen: 500_000, forked: true, comm: "ls" });
 * sh.status = ls.status = 0;
 * sh.end = ls.end = 1_000_000;
 * const clock = { origin: 0, kind: "relative" } as const;
 * assertEquals(formatTimeline([sh, ls], { clock, until: 1_000_000, width: 40 }), [
 *   "0 us                             1.00 ms",
 *   "sh [7]    [============] exit 0  1.00 ms",
 *   "ls [8]    [      ======] exit 0  500 us",
 * ]);
 * ```
 */
export function formatTimeline(
  processes: readonly ProcessRecord[],
  layout: TimelineLayout,
): string[] {
  return layOutTimeline(timelineOf(processes, layout), layout);
}

/** One bar of a timeline before it is laid out. */
export interface TimelineRow {
  /** The command of the process, and its pid. */
  readonly label: string;
  /** Its end and its lifetime. */
  readonly note: string;
  /** When its bar begins, in nanoseconds since the origin. */
  readonly start: number;
  /** When its bar ends. */
  readonly end: number;
  /** Whether its end was seen. */
  readonly hasEnded: boolean;
}

/** A timeline before it is laid out. Plain data. */
export interface Timeline {
  /** When the first process was seen. */
  readonly start: number;
  /** When the last event happened. */
  readonly end: number;
  /** The bars, in order of birth; null where the recording has no times. */
  readonly rows: readonly TimelineRow[] | null;
}

/** Makes the bars of a timeline. */
export function timelineOf(
  processes: readonly ProcessRecord[],
  { clock, until }: Pick<TimelineLayout, "clock" | "until">,
): Timeline {
  if (clock.kind === "none") return { start: 0, end: 0, rows: null };
  const ordered = [...processes].sort((a, b) => a.firstSeen - b.firstSeen || a.serial - b.serial);
  const start = ordered[0]?.firstSeen ?? 0;
  let end = Math.max(until, start);
  for (const process of ordered) end = Math.max(end, process.end ?? 0);
  const rows = ordered.map((process) => ({
    label: `${commandOf(process)} [${process.pid || "?"}]`,
    note: noteOf(process, until),
    start: process.firstSeen,
    end: process.end ?? until,
    hasEnded: process.end !== null,
  }));
  return { start, end, rows };
}

function noteOf(process: ProcessRecord, until: number): string {
  if (process.neverRan) return endOf(process);
  const life = (process.end ?? until) - process.firstSeen;
  return `${endOf(process)}  ${process.endUnseen ? "" : formatDuration(life)}`.trimEnd();
}

/**
 * Lays the bars of a timeline out.
 *
 * @param timeline The bars.
 * @param layout How wide a line may be, and the measure of text.
 * @returns The lines. Without times in the recording, a line that says so.
 */
export function layOutTimeline(
  timeline: Timeline,
  layout: Pick<TimelineLayout, "width" | "measure">,
): string[] {
  const { width = 100, measure = lengthOf } = layout;
  const { start, end, rows } = timeline;
  if (rows === null) return ["the recording has no times"];
  const noteWidth = rows.reduce((most, { note }) => Math.max(most, measure(note)), 0);
  const longest = rows.reduce((most, { label }) => Math.max(most, measure(label)), 0);
  const free = Math.max(20, width - noteWidth - 4);
  const labelWidth = Math.max(Math.min(longest, Math.floor(free * 0.4)), Math.min(9, free));
  const barWidth = Math.max(8, free - labelWidth);
  const total = formatDuration(end - start);
  const lines = [`0 us${pad(total, Math.max(width - 4, 8), measure, "start")}`];
  for (const row of rows) {
    const bar = barOf(row, timeline, barWidth);
    lines.push(`${fit(row.label, labelWidth, measure)} [${bar}] ${row.note}`);
  }
  return lines;
}

/** The bar of a process. It has at least one character, so that every process is seen. */
function barOf(row: TimelineRow, { start, end }: Timeline, width: number): string {
  const span = end - start;
  const columnOf = (time: number) => span <= 0 ? 0 : Math.floor((time - start) / span * width);
  const from = Math.min(width - 1, Math.max(0, columnOf(row.start)));
  const to = Math.min(width, Math.max(from + 1, columnOf(row.end)));
  const mark = row.hasEnded ? "=" : ">";
  return " ".repeat(from) + mark.repeat(to - from) + " ".repeat(width - to);
}
