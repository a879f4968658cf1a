import type { Resources } from "../kernel/resources.ts";
import {
  cpuTimeOf,
  cut,
  formatDuration,
  formatSize,
  lengthOf,
  type Measure,
  pad,
} from "./layout.ts";
import type { CommandTotals } from "./commands.ts";
import type { RecordingClock } from "./event.ts";
import { FORMATS } from "./formats.ts";
import type { RecordingFormat } from "./parser.ts";
import type { ProcessRecord } from "./process.ts";
import type { Gaps, Summary } from "./summary.ts";
import type { ReplayWarning, WarningKind } from "./warning.ts";

/** The result of a replay, as data. */
export interface ReplayReport {
  /** The name of the recording. */
  readonly recording: string;
  /** Its format. */
  readonly format: RecordingFormat | null;
  /** How many lines it has. */
  readonly lines: number;
  /** How its times are to be read. */
  readonly clock: RecordingClock;
  /** The totals. */
  readonly summary: Summary;
  /** What was missing. */
  readonly gaps: Gaps;
  /** From its first event to its last, in nanoseconds; null where it has no times. */
  readonly elapsed: number | null;
  /** What all processes used together, and of the peaks the highest; null where it has no figures. */
  readonly resources: Resources | null;
  /** What its format never tells, and what it might have told and did not. */
  readonly untold: readonly string[];
  /** How many warnings there were of each kind. */
  readonly warning_counts: Readonly<Partial<Record<WarningKind, number>>>;
  /** The first warnings of each kind. */
  readonly warnings: readonly ReplayWarning[];
  /** Every process, in order of birth; null where no tree was kept. */
  readonly tree: readonly ProcessNode[] | null;
}

/** One process of a report. The names are those of the files of ground truth that recordings are compared with. */
export interface ProcessNode {
  /** Its pid. */
  readonly pid: number;
  /** Its parent at first. */
  readonly parent: number | null;
  /** The thread that made it. */
  readonly creator_tid: number | null;
  /** The clone flags, in hexadecimal. */
  readonly clone_flags: string | null;
  /** When it was forked, on the recorder's clock. */
  readonly start_ns: number | null;
  /** How many threads were made in it. */
  readonly threads: number;
  /** Its execs. */
  readonly execs: readonly ExecNode[];
  /** How it ended: `"3"`, `"sig9"`. */
  readonly exit: string | null;
  /** When it ended, on the recorder's clock. */
  readonly end_ns: number | null;
  /** Its parent when it ended. */
  readonly parent_at_exit: number | null;
  /** The errno with which a module refused its fork, if one did. */
  readonly refused?: string;
  /** Its job, where a module knows of jobs. */
  readonly job?: string | null;
  /** What a module accounted for it. */
  readonly accounting?: Readonly<Record<string, unknown>> | null;
}

/** One exec of a process in a report. */
export interface ExecNode {
  /** The path of the program. */
  readonly file: string | null;
  /** The pid that the calling thread had before. */
  readonly by_tid: number | null;
  /** The errno with which a module would have refused it, if one would have. */
  readonly refused?: string;
}

/**
 * What a recording does not tell.
 *
 * @param format Its format, or null while it is not known.
 * @param resources The figures that it did tell: {@linkcode Replay.resources}. None by default.
 * @returns What it does not tell, in words. Empty without a format.
 * @example
 * ```ts
 * import { untoldBy } from "@pnotify/pnotify/replay";
 * import { assertEquals } from "@std/assert";
 * assertEquals(untoldBy("events"), ["resources"]);
 * assertEquals(untoldBy("events", { userTime: 500 }), []);
 * ```
 */
export function untoldBy(
  format: RecordingFormat | null,
  resources: Resources | null = null,
): readonly string[] {
  const untold = format === null ? [] : FORMATS[format].untold;
  return resources === null ? untold : untold.filter((what) => what !== "resources");
}

/**
 * Makes the nodes of a report of processes.
 *
 * @param processes Every process of a recording: {@linkcode Replay.processes}.
 * @param clock How the times are to be read.
 * @param options Whether nodes have a `job` and `accounting`.
 * @returns The nodes, in order of birth.
 * @example
 * ```ts
 * import { nodesOf, ProcessRecord } from "@pnotify/pnotify/replay";
 * import { assertEquals } from "@std/assert";
 * const record = new ProcessRecord(7, { serial: 0, firstSeen: 500, forked: true, comm: "cc1" });
 * record.status = 9;
 * const [node] = nodesOf([record], { origin: 1000, kind: "monotonic" });
 * assertEquals([node.pid, node.start_ns, node.exit], [7, 1500, "sig9"]);
 * ```
 */
export function nodesOf(
  processes: readonly ProcessRecord[],
  clock: RecordingClock,
  options: { readonly job?: boolean; readonly accounting?: boolean } = {},
): ProcessNode[] {
  const time = (ns: number | null) =>
    ns === null || clock.kind === "none" ? null : clock.origin + ns;
  return [...processes].sort((a, b) => a.firstSeen - b.firstSeen || a.serial - b.serial)
    .map((process) => ({
      pid: process.pid,
      parent: process.parent,
      creator_tid: process.creatorTid,
      clone_flags: process.cloneFlags === null ? null : `0x${process.cloneFlags.toString(16)}`,
      start_ns: process.forked ? time(process.firstSeen) : null,
      threads: process.threads,
      execs: process.execs.map(({ file, byTid, refused }) => ({
        file,
        by_tid: byTid,
        ...(refused === null ? {} : { refused }),
      })),
      exit: process.exit,
      end_ns: process.neverRan ? null : time(process.end),
      parent_at_exit: process.parentAtExit,
      ...(process.refused === null ? {} : { refused: process.refused }),
      ...(options.job ? { job: process.job } : {}),
      ...(options.accounting ? { accounting: process.accounting } : {}),
    }));
}

/** How many rows of commands, and of exit codes, are printed at most. */
const MOST_ROWS = 20;

/**
 * Formats the result of a replay as a table.
 *
 * @param report The result.
 * @param commands The totals of each command.
 * @returns The lines.
 * @example
 * ```ts
 * import { boot } from "@pnotify/pnotify";
 * import { formatReport, Replay, untoldBy } from "@pnotify/pnotify/replay";
 * import { assertEquals } from "@std/assert";
 * const { summary, gaps } = new Replay(boot().kernel);
 * const lines = formatReport({
 *   recording: "build.strace",
 *   format: "strace",
 *   lines: 0,
 *   clock: { origin: 0, kind: "none" },
 *   summary,
 *   gaps,
 *   elapsed: null,
 *   resources: null,
 *   untold: untoldBy("strace"),
 *   warning_counts: {},
 *   warnings: [],
 *   tree: null,
 * });
 * assertEquals(lines[0], "recording    build.strace: strace, 0 lines");
 * ```
 */
export function formatReport(
  report: ReplayReport,
  commands: readonly CommandTotals[] = [],
): string[] {
  return layOutReport(report, commands, {
    measure: lengthOf,
    width: Infinity,
    source: "recording",
  });
}

/** What a report is about: a recording, a command that ran just now, or a process that ran already. */
export type ReportSource = "recording" | "command" | "attached to";

/** How a report is to be laid out. */
export interface ReportLayout {
  /** How many columns a text takes. */
  readonly measure: Measure;
  /** How many columns the line with a command may have. */
  readonly width: number;
  /** What it is about. */
  readonly source: ReportSource;
}

/** Formats the result of a replay, or of a live run, as a table. */
export function layOutReport(
  report: ReplayReport,
  commands: readonly CommandTotals[],
  { measure, width, source }: ReportLayout,
): string[] {
  const { summary, gaps, recording, format, lines, elapsed, resources } = report;
  const failed = gaps.failed_execs === 0 ? "" : ` (${gaps.failed_execs} more failed)`;
  const used = resources === null ? "" : formatResources(resources);
  const text = [
    ...(source === "recording"
      ? [`recording    ${recording}: ${format ?? "unknown"}, ${lines} lines`]
      : [cut(`${source.padEnd(13)}${recording}`, width, measure), `events       ${lines}`]),
    ...(elapsed === null ? [] : [`time         ${formatDuration(elapsed)}`]),
    ...(used === "" ? [] : [`used         ${used}`]),
    `processes    ${summary.processes}, ${summary.process_exits} ended, at most ` +
    `${summary.max_depth} below the first`,
    `threads      ${summary.threads}`,
    `execs        ${summary.execs}${failed}`,
    `reparented   ${gaps.reparentings}`,
  ];
  const exits = Object.entries(summary.exit_codes).sort((a, b) => b[1] - a[1]);
  if (exits.length > 0) {
    const shown = exits.slice(0, MOST_ROWS).map(([code, count]) => `${code}: ${count}`).join(", ");
    text.push(`exit codes   ${shown}${exits.length > MOST_ROWS ? ", ..." : ""}`);
  }
  text.push(...formatGaps(report));
  if (commands.length > 0) text.push("", ...formatCommands(commands, report.clock, measure));
  return text;
}

/** What processes used, as far as it is known: the time of a CPU, and the memory of the largest one. */
function formatResources(resources: Resources): string {
  const { residentPeak } = resources;
  const words: string[] = [];
  const cpu = cpuTimeOf(resources);
  if (cpu !== null) words.push(`CPU ${formatDuration(cpu)}`);
  if (residentPeak !== undefined) words.push(`at most ${formatSize(residentPeak)} each`);
  return words.join(", ");
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : what.endsWith("s") ? "es" : "s"}`;
}

/** What modules refused, in words; empty when they refused nothing. */
function formatRefused({ refused_forks, refused_execs }: Gaps): string {
  const words: string[] = [];
  if (refused_forks > 0) words.push(count(refused_forks, "fork"));
  if (refused_execs > 0) words.push(count(refused_execs, "exec"));
  return words.join(" and ");
}

/**
 * The result of a replay in one line: how many processes there were, how long it took, the time of a CPU, the memory of the
 * largest process, and what went wrong.
 *
 * @param report The result.
 * @returns The line.
 */
export function formatBriefly({ summary, gaps, elapsed, resources }: ReplayReport): string {
  const processes = count(summary.processes, "process");
  const words = [elapsed === null ? processes : `${processes} in ${formatDuration(elapsed)}`];
  const cpu = cpuTimeOf(resources ?? {});
  if (cpu !== null) words.push(`CPU ${formatDuration(cpu)}`);
  const peak = resources?.residentPeak;
  if (peak !== undefined) words.push(`peak ${formatSize(peak)}`);
  const wrong: string[] = [];
  const failed = Object.entries(summary.exit_codes)
    .reduce((sum, [code, ended]) => code === "0" ? sum : sum + ended, 0);
  if (failed > 0) wrong.push(`${failed} failed`);
  const refused = gaps.refused_forks + gaps.refused_execs;
  if (refused > 0) wrong.push(`${refused} refused`);
  return `${words.join(", ")}${wrong.length === 0 ? "" : `; ${wrong.join(", ")}`}`;
}

function formatGaps({ gaps, untold }: ReplayReport): string[] {
  const missing: string[] = [];
  const say = (count: number, what: string) => {
    if (count > 0) missing.push(`${count} ${what}`);
  };
  say(gaps.unknown_exits, "exit statuses");
  say(gaps.unseen_ends, "ends that nobody saw");
  if (gaps.lost_events === null) missing.push("events that the recorder lost");
  else say(gaps.lost_events, "events that the recorder lost");
  const lines: string[] = [];
  const refused = formatRefused(gaps);
  if (refused !== "") lines.push(`refused      ${refused}, by a module`);
  if (missing.length > 0) lines.push(`missing      ${missing.join(", ")}`);
  if (untold.length > 0) lines.push(`not told     ${untold.join(", ")}`);
  return lines;
}

function formatCommands(
  commands: readonly CommandTotals[],
  clock: RecordingClock,
  measure: Measure,
): string[] {
  const timed = clock.kind !== "none";
  const rows = [["COMMAND", "RUNS", "FAILED", "TIME", "LONGEST"]];
  for (const { command, runs, failed, time, longest } of commands.slice(0, MOST_ROWS)) {
    const times = timed ? [formatDuration(time), formatDuration(longest)] : ["-", "-"];
    rows.push([command, String(runs), String(failed), ...times]);
  }
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => measure(row[i]))));
  const lines = rows.map((row) =>
    row.map((cell, i) => pad(cell, widths[i], measure, i === 0 ? "end" : "start")).join("  ")
  );
  const more = commands.length - MOST_ROWS;
  return more > 0 ? [...lines, `and ${more} more`] : lines;
}
