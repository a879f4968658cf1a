/**
 * Recordings of real processes, replayed in the kernel model: what `strace`, tracefs, `perf script` or the process
 * connector wrote becomes fork, exec and exit of tasks, so that modules hear of a real workload.
 *
 * Text goes in by chunks, so a recording of any length needs memory for its live tasks only. A recording that is damaged
 * is used as far as it goes: everything that is wrong with it is a warning with its line.
 *
 * @example
 * ```ts
 * import { boot } from "@pnotify/pnotify";
 * import { formatTree, Recording, Replay } from "@pnotify/pnotify/replay";
 * import { assertEquals } from "@std/assert";
 * const { kernel } = boot({ debug: false });
 * const replay = new Replay(kernel, { tree: true });
 * const recording = new Recording({ sink: replay.sink, warnings: replay.warnings });
 * recording.push(`
 * 10 12:00:00.000000 execve("/bin/sh", ["sh", "run.sh"], 0x7ffc /* 9 vars *\/) = 0
 * 10 12:00:00.000100 vfork( <unfinished ...>
 * 11 12:00:00.000200 execve("/bin/false", ["false"], 0x7ffc /* 9 vars *\/) = 0
 * 10 12:00:00.000300 <... vfork resumed>) = 11
 * 11 12:00:00.001000 exit_group(1) = ?
 * 11 12:00:00.001100 +++ exited with 1 +++
 * 10 12:00:00.002000 exit_group(0) = ?
 * 10 12:00:00.002100 +++ exited with 0 +++
 * `.trimStart());
 * recording.end();
 * replay.finish();
 * assertEquals(formatTree(replay.processes, { clock: recording.clock, width: 50 }), [
 *   "sh run.sh [10]                     exit 0  2.10 ms",
 *   "`- false [11]                      exit 1  1.00 ms",
 * ]);
 * ```
 *
 * ## Event recordings
 *
 * One record a line, each a JSON object. Version 0 has no header: `t` (nanoseconds), `cpu`, `seq` (a row of numbers for
 * each CPU), `ev`, and what the process connector sends with it: `fork` has `ppid` (the task that forks; of a thread, the
 * parent of its process), `ptgid`, `pid`, `tgid`; `exec`, `sid`, `comm`, `uid`, `gid` have `pid`, `tgid` and `comm` or
 * `r`; `exit` has `status`, and `ppid` and `ptgid` at that time. Version 1 begins with
 * `{"format":"pnotify-events","version":1,"clock":"monotonic"}`, where `"complete":true` says that everything was
 * recorded, so that gaps in `seq` are lost events. Beside the records of version 0 it has `lost` with `count`, `found`
 * for a task that existed before, `usage` with figures to charge, `pgid`, `subreaper`, `namespace`, `exec-failed`,
 * `exit-call` and `signal`; `fork` may have `creator`, `ctgid`, `flags` and `comm`, `exec` may have `path`, `argv`,
 * `oldpid` and `comm`, and `exit` may have `dead`.
 *
 * @module
 */
export { CommandTable, type CommandTotals } from "./commands.ts";
export * from "./event.ts";
export { EVENTS_FORMAT, EVENTS_VERSION, EventsParser } from "./events_reader.ts";
export { type EventsHeader, eventsHeader, formatEvent } from "./events_writer.ts";
export { FORMAT_NAMES, type FormatDescription, formatOf, FORMATS, listFormats } from "./formats.ts";
export { FtraceParser } from "./ftrace.ts";
export type { Measure } from "./layout.ts";
export type { LineParser, ParserOptions, RecordingFormat } from "./parser.ts";
export { type ExecRecord, exitText, type KnownProcess, ProcessRecord } from "./process.ts";
export { Recording, type RecordingOptions } from "./recording.ts";
export { Replay, type ReplayObserver, type ReplayOptions } from "./replay.ts";
export { formatReport, nodesOf, type ProcessNode, type ReplayReport, untoldBy } from "./report.ts";
export { StraceParser } from "./strace.ts";
export { type Gaps, type Reparented, type Summary } from "./summary.ts";
export { formatTimeline, type TimelineLayout } from "./timeline.ts";
export { formatProcess, formatTree, type TreeLayout } from "./tree.ts";
export { excerpt, type ReplayWarning, type WarningKind, Warnings } from "./warning.ts";
