import type { RecordingClock } from "./event.ts";
import {
  commandOf,
  cpuTimeOf,
  cut,
  endOf,
  formatDuration,
  formatSize,
  lengthOf,
  lifeOf,
  type Measure,
  pad,
} from "./layout.ts";
import type { ProcessRecord } from "./process.ts";

/** How processes are told of, a line each. */
export interface FollowLayout {
  /** How the times are to be read. */
  readonly clock: RecordingClock;
  /** How many characters a line may have; 100 by default. */
  readonly width?: number;
  /** Whether there is a column for jobs. */
  readonly job?: boolean;
  /** How many columns a text takes; its length in UTF-16 units by default. */
  readonly measure?: Measure;
}

/** A column: its heading, its width, and the side on which blanks are filled in. */
type Column = readonly [heading: string, width: number, blanks: "start" | "end"];

/** Every column but the last. They have the same place in each line, whatever comes later. */
const COLUMNS: readonly Column[] = Object.freeze<Column[]>([
  ["PID", 7, "start"],
  ["END", 8, "end"],
  ["TIME", 8, "start"],
  ["CPU", 8, "start"],
  ["MEMORY", 8, "start"],
]);
const JOB_COLUMN: Column = Object.freeze(["JOB", 5, "end"] as const);

function lineOf(cells: readonly string[], job: string, command: string, layout: FollowLayout) {
  const { width = 100, measure = lengthOf } = layout;
  const columns = layout.job ? [...COLUMNS, JOB_COLUMN] : COLUMNS;
  const all = layout.job ? [...cells, job] : cells;
  const beginning = all.map((cell, i) => pad(cell, columns[i][1], measure, columns[i][2])).join(
    "  ",
  );
  return `${beginning}  ${cut(command, Math.max(8, width - measure(beginning) - 2), measure)}`;
}

/**
 * The headings above the lines of {@linkcode formatProcess}.
 *
 * @param layout How wide a line may be.
 * @returns The line.
 * @example
 * ```ts
 * import { followHeading } from "@pnotify/pnotify/replay";
 * import { assertEquals } from "@std/assert";
 * const heading = followHeading({ clock: { origin: 0, kind: "relative" } });
 * assertEquals(heading, "    PID  END           TIME       CPU    MEMORY  COMMAND");
 * ```
 */
export function followHeading(layout: FollowLayout): string {
  return lineOf(COLUMNS.map(([heading]) => heading), JOB_COLUMN[0], "COMMAND", layout);
}

/**
 * One process that has ended on one line: its pid, its end, its lifetime, the time of a CPU that it used, the peak of its
 * resident memory, its job, and its command. What is not known is `-`.
 *
 * @param process The process.
 * @param layout How wide the line may be, and whether it has a job.
 * @returns The line.
 * @example
 * ```ts
 * import { formatProcess, ProcessRecord } from "@pnotify/pnotify/replay";
 * import { assertEquals } from "@std/assert";
 * const sh = new ProcessRecord(7, { serial: 0, firstSeen: 0, forked: true, comm: "sh" });
 * sh.status = 9;
 * sh.end = 2_000_000;
 * sh.resources = { userTime: 500_000, systemTime: 700_000 };
 * const line = formatProcess(sh, { clock: { origin: 0, kind: "relative" } });
 * assertEquals(line, "      7  sig9       2.00 ms   1.20 ms         -  sh");
 * ```
 */
export function formatProcess(process: ProcessRecord, layout: FollowLayout): string {
  const pid = String(process.pid || "?");
  const command = commandOf(process);
  if (process.neverRan) {
    return lineOf([pid, "refused", String(process.refused), "", ""], "", command, layout);
  }
  const life = lifeOf(process, layout.clock);
  const cpu = process.resources === null ? null : cpuTimeOf(process.resources);
  const memory = process.resources?.residentPeak;
  const cells = [
    pid,
    process.endUnseen ? "unseen" : endOf(process),
    life === null ? "-" : formatDuration(life),
    cpu === null ? "-" : formatDuration(cpu),
    memory === undefined ? "-" : formatSize(memory),
  ];
  return lineOf(cells, process.job ?? "-", command, layout);
}
