import { alignColumns } from "../table_text.ts";
import type { CsaRecord, ProcessRecord } from "./record.ts";

/** The key of a report, which has a line for each of its values. */
export type ReportKey = "job" | "user" | "command";

/** The figures of a report. */
export type ReportFigure =
  | "elapsed"
  | "userTime"
  | "systemTime"
  | "coreHighWater"
  | "charsRead"
  | "charsWritten"
  | "billingUnits";

/** A line of a report. Times are in microseconds. A figure that no record has is null. */
export interface ReportRow {
  /** The job id, the uid or the command. */
  readonly key: string;
  /** The number of tasks. */
  readonly tasks: number;
  /** The sum of their times in a job. */
  readonly elapsed: number | null;
  /** Time in user mode. */
  readonly userTime: number | null;
  /** Time in the kernel. */
  readonly systemTime: number | null;
  /** The highest resident size, in KB. */
  readonly coreHighWater: number | null;
  /** Bytes read. */
  readonly charsRead: number | null;
  /** Bytes written. */
  readonly charsWritten: number | null;
  /** The price. */
  readonly billingUnits: number | null;
  /** The names of the figures that some records lack. Such a figure is the sum of the other records. */
  readonly partial: readonly ReportFigure[];
}

/** Reads each figure from the record of a task. */
const FIGURE_OF: Readonly<Record<ReportFigure, (record: ProcessRecord) => number | null>> = Object
  .freeze<Record<ReportFigure, (record: ProcessRecord) => number | null>>({
    elapsed: (record) => record.elapsed,
    userTime: (record) => record.userTime,
    systemTime: (record) => record.systemTime,
    coreHighWater: ({ memory }) => memory === null ? null : memory.coreHighWater,
    charsRead: ({ io }) => io === null ? null : io.charsRead,
    charsWritten: ({ io }) => io === null ? null : io.charsWritten,
    billingUnits: (record) => record.billingUnits,
  });

const FIGURES = Object.keys(FIGURE_OF) as readonly ReportFigure[];

/** Reads each key from the record of a task. */
const KEY_OF: Readonly<Record<ReportKey, (record: ProcessRecord) => string>> = Object.freeze<
  Record<ReportKey, (record: ProcessRecord) => string>
>({
  job: ({ jid }) => jid,
  user: ({ uid }) => String(uid),
  command: ({ command }) => command,
});

const KEYS = Object.keys(KEY_OF) as readonly ReportKey[];

/** Whether a value is a key of a report. */
export function isReportKey(value: string): value is ReportKey {
  return KEYS.includes(value as ReportKey);
}

/** The index of the figure whose maximum counts. All others add up. */
const HIGH_WATER: number = FIGURES.indexOf("coreHighWater");

/** Sums of the figures of some tasks. A figure that no record has stays unknown. */
class Line {
  tasks = 0;
  readonly #sums: (number | null)[] = FIGURES.map(() => null);
  readonly #unknown: number[] = FIGURES.map(() => 0);

  /** Adds the figures of one task, in the order of {@linkcode FIGURES}. */
  add(figures: readonly (number | null)[]): void {
    this.tasks++;
    for (let i = 0; i < figures.length; i++) {
      const value = figures[i];
      if (value === null) {
        this.#unknown[i]++;
        continue;
      }
      const sum = this.#sums[i] ?? 0;
      this.#sums[i] = i === HIGH_WATER ? Math.max(sum, value) : sum + value;
    }
  }

  row(key: string): ReportRow {
    const sums = FIGURES.map((figure, i) => [figure, this.#sums[i]]);
    const figures: Record<ReportFigure, number | null> = Object.fromEntries(sums);
    const partial = FIGURES.filter((_, i) => this.#sums[i] !== null && this.#unknown[i] > 0);
    return { key, tasks: this.tasks, ...figures, partial };
  }
}

/**
 * Running sums of records. A report from them needs no record.
 *
 * @example
 * ```ts
 * import { boot } from "@pnotify/pnotify";
 * import { CSA, csa, reportOf, Totals } from "@pnotify/pnotify/modules/csa";
 * import { JOB, job } from "@pnotify/pnotify/modules/job";
 * import { assertEquals } from "@std/assert";
 * const { kernel } = boot();
 * kernel.modules.insmod(job);
 * kernel.modules.insmod(csa);
 * const make = kernel.fork(kernel.init);
 * kernel.symbols.get(JOB).create({ task: make });
 * kernel.exit(make);
 * const totals = new Totals();
 * const records = kernel.symbols.get(CSA).records();
 * for (const record of records) totals.add(record);
 * assertEquals(totals.report("job").map(({ key, tasks }) => [key, tasks]), [["0x1", 1]]);
 * assertEquals(reportOf(records, "job"), totals.report("job"));
 * assertEquals(totals.text("user").split("\n").length, 3);
 * assertEquals(totals.cells("user").map(([key]) => key), ["USER", "0", "total"]);
 * ```
 */
export class Totals {
  readonly #lines: Readonly<Record<ReportKey, Map<string, Line>>> = {
    job: new Map(),
    user: new Map(),
    command: new Map(),
  };
  #all = new Line();

  /**
   * Adds a record. Records of other types than `process` do not count.
   *
   * @param record The record.
   */
  add(record: CsaRecord): void {
    if (record.type !== "process") return;
    const figures = FIGURES.map((figure) => FIGURE_OF[figure](record));
    this.#all.add(figures);
    for (const by of KEYS) this.#lineOf(by, KEY_OF[by](record)).add(figures);
  }

  #lineOf(by: ReportKey, key: string): Line {
    const lines = this.#lines[by];
    let line = lines.get(key);
    if (line === undefined) lines.set(key, line = new Line());
    return line;
  }

  /**
   * The sums so far.
   *
   * @param by The key.
   * @returns A line for each value of the key, in the order of their first records.
   */
  report(by: ReportKey): ReportRow[] {
    return [...this.#lines[by]].map(([key, line]) => line.row(key));
  }

  /**
   * The report as a table. Its last line is the total.
   *
   * @param by The key.
   * @returns Lines of text. An unknown figure is `-`, and a partial one ends in `+`.
   */
  text(by: ReportKey): string {
    const [heading, ...rows] = this.cells(by);
    return alignColumns(heading, rows, "lrrrrrrrr");
  }

  /**
   * The cells of that table.
   *
   * @param by What gets a line of its own.
   * @returns The heading, the rows, and a last row for all together.
   */
  cells(by: ReportKey): string[][] {
    const rows = [...this.report(by), this.#all.row("total")];
    return [[by.toUpperCase(), ...HEADING], ...rows.map(cellsOf)];
  }
}

const HEADING: readonly string[] = Object.freeze([
  "TASKS",
  "ELAPSED",
  "USER",
  "SYSTEM",
  "MEMORY",
  "READ",
  "WRITTEN",
  "UNITS",
]);

function cellsOf(row: ReportRow): string[] {
  const cells = FIGURES.map((figure) => {
    const value = row[figure];
    if (value === null) return "-";
    return `${inWords(figure, value)}${row.partial.includes(figure) ? "+" : ""}`;
  });
  return [row.key, String(row.tasks), ...cells];
}

function inWords(figure: ReportFigure, value: number): string {
  switch (figure) {
    case "elapsed":
    case "userTime":
    case "systemTime":
      return `${(value / 1e6).toFixed(2)}s`;
    case "coreHighWater":
      return `${value}K`;
    case "billingUnits":
      return value.toFixed(2);
    default:
      return String(value);
  }
}

/**
 * A report of records.
 *
 * @param records The records.
 * @param by The key.
 * @returns A line for each value of the key, in the order of their first records.
 */
export function reportOf(records: readonly CsaRecord[], by: ReportKey): ReportRow[] {
  return totalsOf(records).report(by);
}

/** The sums of records. */
export function totalsOf(records: readonly CsaRecord[]): Totals {
  const totals = new Totals();
  for (const record of records) totals.add(record);
  return totals;
}
