import {
  type CommandTotals,
  FORMATS,
  type Gaps,
  type ProcessNode,
  type RecordingClock,
  type Reparented,
  type ReplayReport,
  type ReplayWarning,
  type Summary,
} from "../../replay/mod.ts";
import type { Timeline, TimelineRow } from "../../replay/timeline.ts";
import type { TreeRow } from "../../replay/tree.ts";
import { WARNING_KINDS } from "../../replay/warning.ts";
import type { ReplayOutcome, ReplayRequest } from "../replay/session.ts";
import {
  anything,
  both,
  fields,
  flag,
  list,
  number,
  oneOf,
  optional,
  orNull,
  read,
  type Reading,
  record,
  type Shape,
  text,
} from "./shape.ts";

const gaps: Shape = fields<Gaps>({
  reparentings: number,
  failed_execs: number,
  found: number,
  unknown_exits: number,
  unseen_ends: number,
  lost_events: orNull(number),
  refused_forks: number,
  refused_execs: number,
});
const summary: Shape = fields<Summary>({
  processes: number,
  threads: number,
  execs: number,
  process_exits: number,
  task_exits: number,
  exit_codes: record(number),
  max_depth: number,
  reparented: list(fields<Reparented>({ pid: number, from: number, to: number })),
});
const node: Shape = fields<ProcessNode>({
  pid: number,
  parent: orNull(number),
  creator_tid: orNull(number),
  clone_flags: orNull(text),
  start_ns: orNull(number),
  threads: number,
  execs: list(fields({ file: orNull(text), by_tid: orNull(number), refused: optional(text) })),
  exit: orNull(text),
  end_ns: orNull(number),
  parent_at_exit: orNull(number),
  refused: optional(text),
  job: optional(orNull(text)),
  accounting: optional(orNull(record(anything))),
});
const report: Shape = fields<Omit<ReplayReport, "recording">>({
  format: orNull(oneOf(FORMATS)),
  lines: number,
  clock: fields<RecordingClock>({ origin: number, kind: text }),
  summary,
  gaps,
  elapsed: orNull(number),
  resources: orNull(record(number)),
  untold: list(text),
  warning_counts: record(number),
  warnings: list(fields<ReplayWarning>({ kind: oneOf(WARNING_KINDS), line: number, text })),
  tree: orNull(list(node)),
});
/** Rows of cells. Each row has as many cells as the first. */
const table: Shape = both(list(list(text)), (value) => {
  const rows = value as readonly (readonly string[])[];
  if (rows.length === 0) return "";
  const ragged = rows.findIndex((row) => row.length !== rows[0].length);
  return ragged < 0 ? null : `[${ragged}]`;
});
const threeTexts: Shape = both(
  list(text),
  (value) => (value as readonly string[]).length === 3 ? null : "",
);
const treeRow: Shape = fields<TreeRow>({ name: text, tail: text, columns: threeTexts });
const timelineRow: Shape = fields<TimelineRow>({
  label: text,
  note: text,
  start: number,
  end: number,
  hasEnded: flag,
});
const timeline: Shape = fields<Timeline>({
  start: number,
  end: number,
  rows: orNull(list(timelineRow)),
});
const outcome: Shape = fields<ReplayOutcome>({
  report,
  commands: list(
    fields<CommandTotals>({
      command: text,
      runs: number,
      failed: number,
      time: number,
      longest: number,
    }),
  ),
  tree: orNull(list(treeRow)),
  timeline: orNull(timeline),
  accounting: list(table),
  log: list(text),
  reports: list(text),
  failure: orNull(text),
  broken: flag,
});

/**
 * Reads the outcome of a replay beside user code.
 *
 * @param value The answer.
 * @param request The job.
 * @returns The outcome under the name of the job, or the part of the answer that is wrong.
 */
export function readOutcome(value: unknown, request: ReplayRequest): Reading<ReplayOutcome> {
  const reading = read<ReplayOutcome>(outcome, value);
  if (reading.wrong !== null) return reading;
  const { recording, width } = request;
  const report = { ...reading.value.report, recording };
  return { value: bounded({ ...reading.value, report }, width), wrong: null };
}

/** The longest text of a cell. */
const MOST_CELL = 100;

/** Bounds the cells. The longest cell of a column makes all its lines as long. */
function bounded(outcome: ReplayOutcome, width: number): ReplayOutcome {
  const { commands, tree, timeline, accounting } = outcome;
  const cell = (text: string) => text.slice(0, MOST_CELL);
  const line = (text: string) => text.slice(0, 4 * width);
  return {
    ...outcome,
    commands: commands.map((totals) => ({ ...totals, command: cell(totals.command) })),
    tree: tree?.map(({ name, tail, columns }) => ({
      name: line(name),
      tail: cell(tail),
      columns: columns.map(cell),
    })) ?? null,
    timeline: timeline === null ? null : {
      ...timeline,
      rows: timeline.rows?.map((row) => ({
        ...row,
        label: line(row.label),
        note: cell(row.note),
      })) ?? null,
    },
    accounting: accounting.map((rows) => rows.map((row) => row.map(cell))),
  };
}
