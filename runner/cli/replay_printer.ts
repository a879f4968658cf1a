import { alignColumns } from "../../modules/table_text.ts";
import { formatBriefly, layOutReport, type ReportSource } from "../../replay/report.ts";
import { layOutTimeline } from "../../replay/timeline.ts";
import { layOutTree } from "../../replay/tree.ts";
import type { ReplayOutcome } from "../replay/session.ts";
import { printable, type Style } from "../report/style.ts";
import { measure } from "../report/width.ts";
import type { Io } from "./io.ts";

/** How the result of a replay is to be printed. */
export interface PrintOptions {
  /** Whether to show the table. */
  readonly table: boolean;
  /** Whether to sum up in a line. */
  readonly brief?: boolean;
  /** What the result is about; a recording by default. */
  readonly source?: ReportSource;
  /** Whether to show the kernel log. */
  readonly log: boolean;
  /** How many columns a drawing may have. */
  readonly width: number;
  /** How stdout is marked up. */
  readonly style: Style;
  /** How stderr is marked up. */
  readonly errStyle: Style;
}

/** How many warnings are shown. */
const MOST_WARNINGS = 10;

/** Prints the outcome of a replay, for people. */
export function printOutcome(io: Io, outcome: ReplayOutcome, options: PrintOptions): void {
  const { style, errStyle, width, source = "recording" } = options;
  const { report, tree, timeline, accounting, log } = outcome;
  const section = (title: string, lines: readonly string[] | null) => {
    if (lines === null || lines.length === 0) return;
    io.out("");
    io.out(style.bold(title));
    for (const line of lines) io.out(printable(line));
  };
  if (options.table) {
    const lines = layOutReport(report, outcome.commands, { measure, width, source });
    for (const line of lines) io.out(printable(line));
  }
  if (options.brief) io.out(`pnotify: ${formatBriefly(report)}`);
  section("Tree", tree && layOutTree(tree, { width, measure }));
  section("Timeline", timeline && layOutTimeline(timeline, { width, measure }));
  section("Accounting", layOutAccounting(accounting));
  if (options.log) section("Kernel log", log);
  printWarnings(io, outcome, errStyle, source);
  printFaults(io, outcome, errStyle, options.log || source === "recording");
}

/** Prints what modules and the kernel did wrong: all of it, or the first line beside what a command itself says. */
export function printFaults(
  io: Io,
  { reports, failure }: Pick<ReplayOutcome, "reports" | "failure">,
  style: Style,
  inFull: boolean,
): void {
  const more = reports.length > 1 ? `, and ${reports.length - 1} more` : "";
  const lines = inFull
    ? reports.flatMap((text) => text.split("\n"))
    : reports.slice(0, 1).map((text) => `pnotify: ${text.split("\n")[0]}${more} (--log shows all)`);
  for (const line of lines) io.err(style.red(printable(line)));
  if (failure !== null) io.err(`${style.red("error")}: ${printable(failure)}`);
}

/** The tables one below the other, with an empty line between them. */
function layOutAccounting(tables: ReplayOutcome["accounting"]): string[] {
  return tables.flatMap(([heading, ...rows], i) => {
    const lines = alignColumns(heading, rows, "l".padEnd(heading.length, "r"), measure).split("\n");
    return i === 0 ? lines : ["", ...lines];
  });
}

/** Prints the first warnings, and how many there are of each kind. */
export function printWarnings(
  io: Io,
  { report }: ReplayOutcome,
  style: Style,
  source: ReportSource = "recording",
): void {
  const { recording, warnings, warning_counts } = report;
  for (const { line, text } of warnings.slice(0, MOST_WARNINGS)) {
    const place = source === "recording" ? `${recording}:${line}` : `event ${line}`;
    io.err(`${style.yellow("warning")}: ${printable(place)}: ${printable(text)}`);
  }
  const counts = Object.entries(warning_counts);
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  if (total <= MOST_WARNINGS) return;
  const kinds = counts.map(([kind, count]) => `${count} ${kind}`).join(", ");
  io.err(`${style.yellow("warning")}: ${total} in all: ${kinds}`);
}
