import { commandOf, endOf, fit, formatDuration } from "./layout.ts";
import type { RecordingClock } from "./event.ts";
import type { ProcessRecord } from "./process.ts";

/** How a timeline is to be laid out. */
export interface TimelineLayout {
  /** How many characters a line may have; 100 by default. */
  readonly width?: number;
  /** How the times are to be read. */
  readonly clock: RecordingClock;
  /** The time of the last event: how far those go that still run. */
  readonly until: number;
}

/**
 * Draws a bar for each process, over the time that the recording covers.
 *
 * @param processes Every process of a recording: {@linkcode Replay.processes}.
 * @param layout How.
 * @returns The lines; one that says so where the recording has no times.
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
  const { width = 100, clock, until } = layout;
  if (clock.kind === "none") return ["the recording has no times"];
  const ordered = [...processes].sort((a, b) => a.firstSeen - b.firstSeen || a.serial - b.serial);
  const start = ordered[0]?.firstSeen ?? 0;
  let end = Math.max(until, start);
  for (const process of ordered) end = Math.max(end, process.end ?? 0);
  const notes = ordered.map((process) => noteOf(process, until));
  const noteWidth = notes.reduce((most, note) => Math.max(most, note.length), 0);
  const labels = ordered.map((process) => `${commandOf(process)} [${process.pid || "?"}]`);
  const longest = labels.reduce((most, label) => Math.max(most, label.length), 0);
  const free = Math.max(20, width - noteWidth - 4);
  const labelWidth = Math.max(Math.min(longest, Math.floor(free * 0.4)), Math.min(9, free));
  const barWidth = Math.max(8, free - labelWidth);
  const total = formatDuration(end - start);
  const lines = [`0 us${total.padStart(Math.max(width - 4, 8))}`];
  ordered.forEach((process, i) => {
    const bar = barOf(process, { start, end, until, width: barWidth });
    lines.push(`${fit(labels[i], labelWidth)} [${bar}] ${notes[i]}`);
  });
  return lines;
}

function noteOf(process: ProcessRecord, until: number): string {
  const life = (process.end ?? until) - process.firstSeen;
  return `${endOf(process)}  ${process.endUnseen ? "" : formatDuration(life)}`.trimEnd();
}

interface Scale {
  readonly start: number;
  readonly end: number;
  readonly until: number;
  readonly width: number;
}

/** At least one character, so that nobody is too short to be seen. */
function barOf(process: ProcessRecord, { start, end, until, width }: Scale): string {
  const span = end - start;
  const at = (time: number) => span <= 0 ? 0 : Math.floor((time - start) / span * width);
  const from = Math.min(width - 1, Math.max(0, at(process.firstSeen)));
  const to = Math.min(width, Math.max(from + 1, at(process.end ?? until)));
  const mark = process.end === null ? ">" : "=";
  return " ".repeat(from) + mark.repeat(to - from) + " ".repeat(width - to);
}
