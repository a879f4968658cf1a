/**
 * Recordings of real processes, replayed in the kernel model. `strace`, tracefs, `perf script` or the process connector
 * writes them. Each fork, exec and exit of a recording happens to a task, so modules hear of a real workload.
 *
 * Text goes in by chunks, and a recording of any length needs memory for its live tasks only. A damaged recording is used
 * as far as it goes; each fault is a warning with its line. `docs/replay.md` describes the formats.
 *
 * @module
 */
export { CommandTable, type CommandTotals } from "./commands.ts";
export * from "./event.ts";
export { EVENTS_FORMAT, EVENTS_VERSION, EventsParser } from "./events_reader.ts";
export { type EventsHeader, eventsHeader, formatEvent } from "./events_writer.ts";
export { followHeading, type FollowLayout, formatProcess } from "./follow.ts";
export { FORMAT_NAMES, type FormatDescription, formatOf, FORMATS, listFormats } from "./formats.ts";
export { FtraceParser } from "./ftrace.ts";
export type { Measure } from "./layout.ts";
export type { LineParser, ParserOptions, RecordingFormat } from "./parser.ts";
export { type ExecRecord, exitText, type KnownProcess, ProcessRecord } from "./process.ts";
export { Recording, type RecordingOptions } from "./recording.ts";
export { Replay, type ReplayObserver, type ReplayOptions } from "./replay.ts";
export {
  type ExecNode,
  formatReport,
  nodesOf,
  type ProcessNode,
  type ReplayReport,
  untoldBy,
} from "./report.ts";
export { StraceParser } from "./strace.ts";
export { type Gaps, type Reparented, type Summary } from "./summary.ts";
export { formatTimeline, type TimelineLayout } from "./timeline.ts";
export { formatTree, type TreeLayout } from "./tree.ts";
export { excerpt, type ReplayWarning, type WarningKind, Warnings } from "./warning.ts";
