import type { Kernel } from "../../kernel/kernel.ts";
import type { Task } from "../../kernel/task.ts";
import type { ProcessRecord } from "../../replay/process.ts";
import type { Replay } from "../../replay/replay.ts";

/** The outcome of a recording that a scenario replayed. */
export class Replayed {
  /** Processes that were forked in it, or did something. */
  readonly processes: number;
  /** Threads, beside the first one of each process. */
  readonly threads: number;
  /** Execs that succeeded. */
  readonly execs: number;
  /** Execs that failed. */
  readonly failed_execs: number;
  /** Processes that ended. */
  readonly exits: number;
  /** How many processes ended, by exit code or `sigN`. */
  readonly exit_codes: Readonly<Record<string, number>>;
  /** How many processes are above the deepest one. */
  readonly depth: number;
  /** Processes whose parent changed. */
  readonly reparented: number;
  /** Processes that a module refused. */
  readonly refused: number;
  /** Execs that a module would have refused. */
  readonly refused_execs: number;
  /** Events that the recorder lost. Null when their number is unknown. */
  readonly lost: number | null;
  /** Complaints about the recording. */
  readonly warnings: number;
  /** How many processes were in each job. Those without a job count under `none`. */
  readonly jobs: Readonly<Record<string, number>>;
  /** Every process, each below its first parent: `make/cc/as 0`. */
  readonly tree: readonly string[];
  /** The first warnings, with their lines. */
  readonly complaints: readonly string[];

  /**
   * Sums up a replay.
   *
   * @param replay The replay, finished.
   */
  constructor(replay: Replay) {
    const { summary, gaps, warnings, processes } = replay;
    this.processes = summary.processes;
    this.threads = summary.threads;
    this.execs = summary.execs;
    this.failed_execs = gaps.failed_execs;
    this.exits = summary.process_exits;
    this.exit_codes = summary.exit_codes;
    this.depth = summary.max_depth;
    this.reparented = gaps.reparentings;
    this.refused = gaps.refused_forks;
    this.refused_execs = gaps.refused_execs;
    this.lost = gaps.lost_events;
    this.warnings = warnings.total;
    this.jobs = countJobs(processes);
    this.tree = treeLines(processes);
    this.complaints = warnings.kept.map(({ line, text }) => `line ${line}: ${text}`);
  }

  /** The totals in a few words. */
  get text(): string {
    const counts = { processes: this.processes, execs: this.execs, exits: this.exits };
    const shown = Object.entries(counts).map(([name, count]) => `${count} ${name}`).join(", ");
    return this.warnings === 0 ? shown : `${shown}, ${this.warnings} warnings`;
  }
}

/** A request for a replay. */
export interface ReplayWish {
  /** The name of the recording, for messages. */
  readonly name: string;
  /** The recording. */
  readonly text: string;
  /** The task that forks its first process. Without it that process existed before. */
  readonly root: Task | undefined;
  /** How long it is replayed, in nanoseconds since its first event. The whole by default. */
  readonly until: number;
}

/** Replays a recording in a kernel, as `replayInto()` of replay_into.ts does. */
export type ReplayInto = (kernel: Kernel, wish: ReplayWish) => Replayed;

function countJobs(processes: readonly ProcessRecord[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { job } of processes) counts[job ?? "none"] = (counts[job ?? "none"] ?? 0) + 1;
  return counts;
}

/** An explicit stack: trees may be deeper than calls can nest. */
function treeLines(processes: readonly ProcessRecord[]): string[] {
  const lines: string[] = [];
  const open: { process: ProcessRecord; above: string }[] = [];
  const push = (some: readonly ProcessRecord[], above: string) => {
    for (let i = some.length - 1; i >= 0; i--) open.push({ process: some[i], above });
  };
  push(processes.filter(({ above }) => above === null), "");
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { process, above } = next;
    const path = `${above}${process.comm ?? "?"}`;
    lines.push(`${path} ${endOf(process)}`);
    push(process.below, `${path}/`);
  }
  return lines;
}

function endOf(process: ProcessRecord): string {
  if (process.end === null && !process.endUnseen) return "runs";
  return process.exit ?? "?";
}
