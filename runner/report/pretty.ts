import { formatLogRecord } from "../../kernel/printk.ts";
import type { Failure, RunResult } from "../engine/plan.ts";
import { formatTraceLine, type TraceLine, traceLines, whoWidth } from "../engine/trace_text.ts";
import type { Source } from "../scenario/source.ts";
import { formatDiagnostic } from "./diagnostic.ts";
import { printable, type Style } from "./style.ts";
import { formatTree } from "./tree.ts";
import { measure, padColumns } from "./width.ts";

/** What is shown of each scenario. */
export interface PrettyOptions {
  /** Marks up stdout. */
  readonly style: Style;
  /** Marks up stderr. As stdout by default. */
  readonly errStyle?: Style;
  /** Show the trace, step by step. */
  readonly trace: boolean;
  /** Show the processes at the end. */
  readonly tree: boolean;
  /** Show the kernel log. */
  readonly log: boolean;
  /** Show failures only. */
  readonly quiet: boolean;
  /** Show the command that runs it again. True by default. */
  readonly rerun?: boolean;
}

/** The text about a scenario, for stdout and for stderr. */
export interface Said {
  /** The trace, the tree and the log. */
  readonly out: readonly string[];
  /** The failures. */
  readonly err: readonly string[];
}

/** A heading with its steps. */
interface Phase {
  readonly title: string | null;
  readonly steps: readonly number[];
}

/**
 * Formats the result of a scenario.
 *
 * @param result The result.
 * @param source The file, for showing lines of it.
 * @param options What is shown.
 * @returns The lines.
 */
export function formatResult(
  result: RunResult,
  source: Source | null,
  options: PrettyOptions,
): Said {
  const { style, errStyle = style, rerun = true } = options;
  const isGood = result.status === "passed" || result.status === "stopped";
  const err = [
    ...result.failures.flatMap((failure) =>
      formatFailure(result, failure, source, errStyle, rerun)
    ),
    ...formatReports(result, errStyle, rerun),
  ];
  if (options.quiet && isGood) return { out: [], err };
  const title = `${style.bold(result.file)}  ${printable(result.title)}`;
  const out = [title, ...formatSteps(result, options)];
  if (result.explored !== null) out.push(formatExplored(result, style));
  if (options.tree) out.push(...formatTree(result.tree, style).map((line) => `  ${line}`));
  if (options.log) out.push(...formatLog(result, style));
  return { out: [...out, `  ${formatVerdict(result, style)}`], err };
}

function phasesOf(result: RunResult): Phase[] {
  const phases: { title: string | null; steps: number[] }[] = [];
  for (const item of result.trace) {
    if (item.type !== "begin") continue;
    if (phases.at(-1)?.title !== item.phase || phases.length === 0) {
      phases.push({ title: item.phase, steps: [] });
    }
    phases.at(-1)!.steps.push(item.step);
  }
  return phases;
}

/** The steps of a scenario. Without a trace these are the headings, and in full only the phase with a failure. */
function formatSteps(result: RunResult, options: PrettyOptions): string[] {
  const { style, trace } = options;
  const lines = traceLines(result.trace);
  const width = whoWidth(lines, measure);
  const failed = result.failures.find(({ step }) => step !== null)?.step ?? null;
  const shown = (line: TraceLine) => paint(line, formatTraceLine(line, width, measure), style);
  const out: string[] = [];
  const setup = lines.filter(({ step }) => step === 0);
  if (trace && setup.length > 0) out.push(heading("setup", null, style), ...setup.map(shown));
  for (const { title, steps } of phasesOf(result)) {
    if (title !== null) out.push(heading(title, steps.length, style));
    const isFailing = failed !== null && steps.includes(failed);
    if (!trace && !isFailing) continue;
    if (title === null && trace && setup.length > 0) {
      out.push(heading("steps", steps.length, style));
    }
    out.push(...lines.filter(({ step }) => steps.includes(step)).map(shown));
  }
  if (trace && result.traceDropped > 0) {
    out.push(style.yellow(`  ${result.traceDropped} further lines are not kept`));
  }
  return out;
}

function heading(title: string, calls: number | null, style: Style): string {
  const left = `  # ${printable(title)}`;
  if (calls === null) return style.bold(left);
  const count = `${calls} ${calls === 1 ? "call" : "calls"}`;
  return `${style.bold(left)}${
    style.dim(padColumns(count, Math.max(2, 78 - measure(left)), "start"))
  }`;
}

function paint(line: TraceLine, text: string, style: Style): string {
  const safe = printable(text);
  switch (line.kind) {
    case "error":
    case "report":
      return style.red(safe);
    case "rollback":
      return style.yellow(safe);
    case "log":
      return style.dim(safe);
    case "hook":
      return style.cyan(safe);
    default:
      return safe;
  }
}

/**
 * Shows the kernel log.
 *
 * @param result The result of a scenario.
 * @param style Marks it up.
 * @returns The lines, with a heading.
 */
export function formatLog(result: RunResult, style: Style): string[] {
  if (result.log.length === 0) return [];
  const records = result.log.map((record) => {
    const text = `    ${printable(formatLogRecord(record))}`;
    return ["emerg", "alert", "crit", "err"].includes(record.level) ? style.red(text) : text;
  });
  return [heading("kernel log", null, style), ...records];
}

function formatExplored(result: RunResult, style: Style): string {
  const { schedules, infeasible, traces, truncated, held } = result.explored!;
  const always = held.always.filter((count) => count === schedules).length;
  const sometimes = held.sometimes.filter((count) => count > 0).length;
  const never = held.never.filter((count) => count === 0).length;
  const parts = [
    `${schedules} schedules${truncated ? " (the bound)" : ""}, ${traces} distinct traces`,
    infeasible > 0 ? `${infeasible} infeasible` : "",
    held.always.length > 0 ? `always ${always}/${held.always.length}` : "",
    held.sometimes.length > 0
      ? `sometimes ${sometimes}/${held.sometimes.length} (${held.sometimes.join(" / ")})`
      : "",
    held.never.length > 0 ? `never ${never}/${held.never.length}` : "",
  ];
  return style.dim(`  ${parts.filter((part) => part !== "").join("   ")}`);
}

/** The verdict, in one line. */
export function formatVerdict(result: RunResult, style: Style): string {
  const { status, expectations, events, unseed, taint, seed } = result;
  const counts = [
    `${expectations} ${expectations === 1 ? "expectation" : "expectations"}`,
    `${events} events`,
    `unseed ${unseed}`,
  ].join("  ");
  const tainted = taint === "" ? "" : `  tainted ${taint}`;
  if (status === "passed") return `${style.green("PASS")}  ${counts}${tainted}`;
  if (status === "stopped") return `${style.yellow("STOP")}  after ${events} events, as asked`;
  const word = status === "broken" ? "BROKEN" : status === "refused" ? "REFUSED" : "FAIL";
  return `${style.red(word)}  ${counts}  seed ${seed}${tainted}`;
}

/** The command that runs a scenario again. */
export function rerunCommand(result: RunResult): string {
  const filter = result.documents > 1 ? ` --filter ${JSON.stringify(result.title)}` : "";
  return `pnotify run ${result.file}${filter} --seed ${result.seed} --until ${result.events}`;
}

function formatFailure(
  result: RunResult,
  failure: Failure,
  source: Source | null,
  style: Style,
  rerun: boolean,
): string[] {
  const { title, at, label } = failure;
  const notes = rerun ? [...failure.notes, `rerun: ${rerunCommand(result)}`] : failure.notes;
  const diagnostic = { file: result.file, title, at, label, related: [], notes };
  return formatDiagnostic(diagnostic, source, style);
}

/** The unexpected reports of the kernel, and the step that was stopped. */
function formatReports(result: RunResult, style: Style, rerun: boolean): string[] {
  const lines: string[] = [];
  for (const index of result.unexpected) {
    const { text, kind } = result.reports[index];
    const [first, ...rest] = text.split("\n");
    lines.push(style.red(printable(first)));
    lines.push(...rest.map((line) => printable(line)));
    lines.push(`  ${style.cyan("=")} to want it: reports: [${kind}]`);
  }
  if (result.lockup !== null) lines.push(...formatLockup(result, style));
  if (lines.length > 0 && rerun) lines.push(`  ${style.cyan("=")} rerun: ${rerunCommand(result)}`);
  return lines;
}

function formatLockup(result: RunResult, style: Style): string[] {
  const { title, module, hook, task, event, label, schedule } = result.lockup!;
  const where = schedule === null ? "" : `, schedule ${schedule}`;
  const who = task === null ? "" : `, for ${task}`;
  return [
    style.red(`BUG: soft lockup: ${printable(title)}`),
    printable(`  in ${hook ?? "no call"} of module ${module ?? "none"}${who}`),
    printable(
      `  in step ${label?.step ?? 0} (${label?.what ?? "none"})${where}, after event ${event}`,
    ),
    "  the world is gone with it, so nothing more was run or checked",
    ...(schedule === null ? [] : [`  ${style.cyan("=")} to run just it: --schedule "${schedule}"`]),
  ];
}
