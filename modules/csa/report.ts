import { alignColumns } from "../table_text.ts";
import type { CsaRecord, ProcessRecord } from "./record.ts";

/** What a report has a line for. */
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

/** One line of a report: times in microseconds, sizes in KB and bytes. */
export interface ReportRow {
  /** The job id, the uid or the command. */
  readonly key: string;
  /** How many tasks. */
  readonly tasks: number;
  /** How long they were there, all together. */
  readonly elapsed: number | null;
  /** Time in user mode. */
  readonly userTime: number | null;
  /** Time in the kernel. */
  readonly systemTime: number | null;
  /** The highest resident size of any of them. */
  readonly coreHighWater: number | null;
  /** Bytes read. */
  readonly charsRead: number | null;
  /** Bytes written. */
  readonly charsWritten: number | null;
  /** What it costs. */
  readonly billingUnits: number | null;
  /** Figures that some of the tasks did not tell: what stands there is of the others. */
  readonly partial: readonly ReportFigure[];
}

const FIGURES: readonly ReportFigure[] = Object.freeze([
  "elapsed",
  "userTime",
  "systemTime",
  "coreHighWater",
  "charsRead",
  "charsWritten",
  "billingUnits",
]);

/** The one figure of which the highest counts; all others add up. */
const HIGH_WATER: number = FIGURES.indexOf("coreHighWater");

/** Adds up what some tasks used. What none of them told stays unknown. */
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
    const [elapsed, userTime, systemTime, coreHighWater, charsRead, charsWritten, billingUnits] =
      this.#sums;
    const partial = FIGURES.filter((_, i) => this.#sums[i] !== null && this.#unknown[i] > 0);
    return {
      key,
      tasks: this.tasks,
      elapsed,
      userTime,
      systemTime,
      coreHighWater,
      charsRead,
      charsWritten,
      billingUnits,
      partial,
    };
  }
}

/** The figures of a task, in the order of {@linkcode FIGURES}. */
function figuresOf(record: ProcessRecord): (number | null)[] {
  const { elapsed, userTime, systemTime, billingUnits, memory, io } = record;
  return [
    elapsed,
    userTime,
    systemTime,
    memory === null ? null : memory.coreHighWater,
    io === null ? null : io.charsRead,
    io === null ? null : io.charsWritten,
    billingUnits,
  ];
}

/**
 * Adds up records as they come, so that a report needs none of them any more.
 *
 * Origin: our own, after the reports of CSA.
 *
 * @example
 * ```ts
 * import { Totals } from "@pnotify/pnotify/modules/csa";
 * import { assertEquals } from "@std/assert";
 * assertEquals(new Totals().report("user"), []);
 * ```
 * @example
 * ```ts
 * import { boot } from "@pnotify/pnotify";
 * import { CSA, csa, Totals } from "@pnotify/pnotify/modules/csa";
 * import { JOB, job } from "@pnotify/pnotify/modules/job";
 * import { assertEquals } from "@std/assert";
 * const { kernel } = boot();
 * kernel.modules.insmod(job);
 * kernel.modules.insmod(csa);
 * const make = kernel.fork(kernel.init);
 * kernel.symbols.get(JOB).create({ task: make });
 * kernel.exit(make);
 * const totals = new Totals();
 * for (const record of kernel.symbols.get(CSA).records()) totals.add(record);
 * assertEquals(totals.report("job").map(({ key, tasks }) => [key, tasks]), [["0x1", 1]]);
 * assertEquals(totals.text("user").split("\n").length, 3);
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
   * Adds a record. All but those of tasks are passed over.
   *
   * @param record The record.
   */
  add(record: CsaRecord): void {
    if (record.type !== "process") return;
    const figures = figuresOf(record);
    this.#all.add(figures);
    this.#lineOf("job", record.jid).add(figures);
    this.#lineOf("user", String(record.uid)).add(figures);
    this.#lineOf("command", record.command).add(figures);
  }

  #lineOf(by: ReportKey, key: string): Line {
    const lines = this.#lines[by];
    let line = lines.get(key);
    if (line === undefined) lines.set(key, line = new Line());
    return line;
  }

  /**
   * What was added so far.
   *
   * @param by What gets a line of its own.
   * @returns The lines, in order of first sight.
   */
  report(by: ReportKey): ReportRow[] {
    return [...this.#lines[by]].map(([key, line]) => line.row(key));
  }

  /**
   * The same as a table, with a last line for all together.
   *
   * @param by What gets a line of its own.
   * @returns Lines of text. What is unknown is `-`; after a figure that only some tasks told there is a `+`.
   */
  text(by: ReportKey): string {
    const cells = [...this.report(by), this.#all.row("total")].map(cellsOf);
    return alignColumns([by.toUpperCase(), ...HEADING], cells, "lrrrrrrrr");
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
 * A report on records that were kept.
 *
 * Origin: our own, after the reports of CSA.
 *
 * @param records The records.
 * @param by What gets a line of its own.
 * @returns The lines, in order of first sight.
 * @example
 * ```ts
 * import { reportOf } from "@pnotify/pnotify/modules/csa";
 * import { assertEquals } from "@std/assert";
 * assertEquals(reportOf([], "command"), []);
 * ```
 */
export function reportOf(records: readonly CsaRecord[], by: ReportKey): ReportRow[] {
  return totalsOf(records).report(by);
}

/** The totals of records that were kept. */
export function totalsOf(records: readonly CsaRecord[]): Totals {
  const totals = new Totals();
  for (const record of records) totals.add(record);
  return totals;
}
