import type { Resources } from "../kernel/resources.ts";
import type { RecordingClock } from "./event.ts";
import type { ProcessRecord } from "./process.ts";

/**
 * Makes text from a recording safe for a terminal. Recorders copy the names of programs, and these may hold
 * anything.
 */
export function maskControls(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, "?");
}

/**
 * Says how many columns of a terminal a text takes. The library counts UTF-16 units by default. A caller that knows
 * how wide East Asian text is drawn hands in its own measure.
 *
 * @param text The text.
 * @returns The columns.
 */
export type Measure = (text: string) => number;

/** Counts UTF-16 units. */
export const lengthOf: Measure = (text) => text.length;

/** Fills text up with blanks behind it, or before it. */
export function pad(text: string, width: number, measure: Measure, side: "end" | "start"): string {
  const blanks = " ".repeat(Math.max(0, width - measure(text)));
  return side === "end" ? text + blanks : blanks + text;
}

/** Cuts text to a width, with three dots where that is possible. */
export function cut(text: string, width: number, measure: Measure): string {
  if (measure(text) <= width) return text;
  return width < 4 ? beginning(text, width, measure) : `${beginning(text, width - 3, measure)}...`;
}

/** The whole characters that fit into a width. */
export function beginning(text: string, width: number, measure: Measure): string {
  // Nearly all text is as wide as it is long.
  let head = text.slice(0, Math.max(0, width));
  if (head.length < text.length && isHighSurrogate(head.charCodeAt(head.length - 1))) {
    head = head.slice(0, -1);
  }
  while (head !== "" && measure(head) > width) {
    const isPair = head.length > 1 && isHighSurrogate(head.charCodeAt(head.length - 2));
    head = head.slice(0, isPair ? -2 : -1);
  }
  return head;
}

/** Whether a UTF-16 unit is the first of two that are one character. */
function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

/** Cuts or fills text to a width. */
export function fit(text: string, width: number, measure: Measure): string {
  return pad(cut(text, width, measure), width, measure, "end");
}

/** A duration in a fitting unit: `12 us`, `4.05 ms`, `1.20 s`, `3:20 min`. */
export function formatDuration(nanoseconds: number): string {
  const ns = Math.max(0, nanoseconds);
  if (ns < 1e6) return `${Math.round(ns / 1e3)} us`;
  if (ns < 1e9) return `${(ns / 1e6).toFixed(ns < 1e7 ? 2 : ns < 1e8 ? 1 : 0)} ms`;
  if (ns < 60e9) return `${(ns / 1e9).toFixed(2)} s`;
  const seconds = Math.round(ns / 1e9);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")} min`;
}

const SIZE_UNITS: readonly string[] = Object.freeze(["KiB", "MiB", "GiB", "TiB"]);

/** A number of bytes in a fitting unit: `812 KiB`, `95.3 MiB`. */
export function formatSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  let size = bytes / 1024;
  let unit = 0;
  for (; size >= 1024 && unit < SIZE_UNITS.length - 1; unit++) size /= 1024;
  return `${size.toFixed(size < 10 ? 2 : size < 100 ? 1 : 0)} ${SIZE_UNITS[unit]}`;
}

/** The time of a CPU that was used, in user mode and in the kernel. Null where neither is known. */
export function cpuTimeOf({ userTime, systemTime }: Resources): number | null {
  return userTime === undefined && systemTime === undefined
    ? null
    : (userTime ?? 0) + (systemTime ?? 0);
}

/** How long a process lived. Null without times in the recording, without a recorded end, and when it never ran. */
export function lifeOf(process: ProcessRecord, clock: RecordingClock): number | null {
  if (clock.kind === "none" || process.end === null || process.neverRan) return null;
  return Math.max(0, process.end - process.firstSeen);
}

/** What a process ran: its last command line, otherwise its program or its comm. */
export function commandOf(process: ProcessRecord): string {
  const { command } = process;
  const argv = command?.argv;
  if (argv !== null && argv !== undefined && argv.length > 0) {
    return maskControls([baseName(argv[0]), ...argv.slice(1)].join(" "));
  }
  if (command?.file) return maskControls(baseName(command.file));
  return process.comm === null ? "?" : maskControls(process.comm);
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1) || path;
}

/** How a process ended, in words. */
export function endOf(process: ProcessRecord): string {
  if (process.neverRan) return `refused: ${process.refused}`;
  if (process.exit !== null) {
    return process.exit.startsWith("sig") ? process.exit : `exit ${process.exit}`;
  }
  if (process.endUnseen) return "ended unseen";
  return process.end === null ? "running" : "exit ?";
}
