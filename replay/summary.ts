import { addResources, type Resources } from "../kernel/resources.ts";
import type { RecordedEvent } from "./event.ts";
import { exitText, type ProcessRecord } from "./process.ts";

/** A process whose parent changed while it lived. */
export interface Reparented {
  /** The process. */
  readonly pid: number;
  /** Its parent at first. */
  readonly from: number;
  /** Its parent when it ended. Parents in between were not recorded. */
  readonly to: number;
}

/**
 * The totals of a recording. The names are those of the ground truth files in the tests.
 */
export interface Summary {
  /** Processes that were forked in the recording, were found in it, or did something in it. */
  readonly processes: number;
  /** Threads that were made, beside the first one of each process. */
  readonly threads: number;
  /** Execs that succeeded. */
  readonly execs: number;
  /** Processes that ended. */
  readonly process_exits: number;
  /** Tasks that ended: processes and threads. */
  readonly task_exits: number;
  /** The number of processes by their end: a code as `"3"`, a signal as `"sig9"`. Unknown ends are left out. */
  readonly exit_codes: Readonly<Record<string, number>>;
  /** How many recorded processes are above the deepest one. */
  readonly max_depth: number;
  /** Processes whose parent changed. The list is kept only with a tree, since it may be long. */
  readonly reparented: readonly Reparented[];
}

/** What a recording lacks, and the counts that the {@linkcode Summary} leaves out. */
export interface Gaps {
  /** Processes whose parent changed, listed or not. */
  readonly reparentings: number;
  /** Execs that failed. */
  readonly failed_execs: number;
  /** Tasks that existed before the recording, including those that are only named as parents. */
  readonly found: number;
  /** Processes that ended with a status that the recording does not tell. */
  readonly unknown_exits: number;
  /** Tasks that must have ended although that was not recorded. */
  readonly unseen_ends: number;
  /** Events that the recorder lost. Null when it does not say how many. */
  readonly lost_events: number | null;
  /** Forks that a module refused, or would have refused. */
  readonly refused_forks: number;
  /** Execs that a module refused, or would have refused: what is recorded has happened. */
  readonly refused_execs: number;
}

/** Counts as a replay goes on. */
export class SummaryCounter {
  threads = 0;
  execs = 0;
  taskExits = 0;
  found = 0;
  refused = 0;
  refusedExecs = 0;
  unseenEnds = 0;
  /** What all tasks used together; null where nobody measured. */
  resources: Resources | null = null;
  #processes = 0;
  #processExits = 0;
  #failedExecs = 0;
  #unknownExits = 0;
  #lost: number | null = 0;
  #maxDepth = 0;
  /** Counts by wait status. There are far fewer statuses than processes. */
  readonly #statuses = new Map<number, number>();
  readonly #reparented: Reparented[] = [];
  #reparentings = 0;
  readonly #list: boolean;

  /**
   * Makes a counter that begins at 0.
   *
   * @param list Whether to list reparentings, not only to count them.
   */
  constructor(list: boolean) {
    this.#list = list;
  }

  /** Counts an event for which no process is needed. */
  event(event: RecordedEvent): void {
    if (event.type === "exec-failed") this.#failedExecs++;
    else if (event.type === "lost" && this.#lost !== null) {
      this.#lost = event.count === null ? null : this.#lost + event.count;
    }
  }

  /** Adds to what all tasks used, and to what one process used. */
  usage(record: ProcessRecord, used: Resources): void {
    this.resources = addResources(this.resources ?? {}, used, this);
    record.resources = addResources(record.resources ?? {}, used, record);
  }

  /** Counts a process. */
  process(record: ProcessRecord): void {
    this.#processes++;
    if (record.depth > this.#maxDepth) this.#maxDepth = record.depth;
  }

  /** Counts the end of a process. */
  processEnd(record: ProcessRecord): void {
    this.#processExits++;
    const { status, parent, parentAtExit, pid } = record;
    if (status === null) this.#unknownExits++;
    else this.#statuses.set(status, (this.#statuses.get(status) ?? 0) + 1);
    if (parent !== null && parentAtExit !== null && parent !== parentAtExit) {
      this.#reparentings++;
      if (this.#list) this.#reparented.push({ pid, from: parent, to: parentAtExit });
    }
  }

  /** Counts an end that was recorded late, after it had counted as unseen. */
  lateEnd(record: ProcessRecord): void {
    this.unseenEnds--;
    this.taskExits++;
    this.processEnd(record);
  }

  /** The counts so far. */
  get summary(): Summary {
    const codes: Record<string, number> = {};
    for (const [status, count] of this.#statuses) {
      const text = exitText(status);
      codes[text] = (codes[text] ?? 0) + count;
    }
    return {
      processes: this.#processes,
      threads: this.threads,
      execs: this.execs,
      process_exits: this.#processExits,
      task_exits: this.taskExits,
      exit_codes: Object.fromEntries(Object.entries(codes).sort(byName)),
      max_depth: this.#maxDepth,
      reparented: [...this.#reparented].sort((a, b) => a.pid - b.pid),
    };
  }

  /** What was missing so far. */
  get gaps(): Gaps {
    return {
      reparentings: this.#reparentings,
      failed_execs: this.#failedExecs,
      found: this.found,
      unknown_exits: this.#unknownExits,
      unseen_ends: this.unseenEnds,
      lost_events: this.#lost,
      refused_forks: this.refused,
      refused_execs: this.refusedExecs,
    };
  }
}

function byName(a: [string, number], b: [string, number]): number {
  return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
}
