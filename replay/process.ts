import type { ErrnoName } from "../kernel/errno.ts";
import type { Resources } from "../kernel/resources.ts";
import { deadlySignalOf, exitCodeOf } from "../kernel/wait_status.ts";

/** One exec of a process. */
export interface ExecRecord {
  /** The path of the program, or null. */
  readonly file: string | null;
  /** The command line, or null. The recorder may have cut it. */
  readonly argv: readonly string[] | null;
  /** The pid that the calling thread had before, or null. */
  readonly byTid: number | null;
  /** When, in nanoseconds since the recording's origin. */
  readonly time: number;
  /** The errno with which a module would have refused it, or null. */
  readonly refused: ErrnoName | null;
}

/** What is known of a process when it is first seen. */
export interface KnownProcess {
  /** Its number among the processes of the recording. */
  readonly serial: number;
  /** When it was first seen, in nanoseconds since the recording's origin. */
  readonly firstSeen: number;
  /** Whether its fork was recorded. */
  readonly forked: boolean;
  /** Its comm, or null. */
  readonly comm: string | null;
}

/** What a recording tells of one process. What it does not tell is null. */
export class ProcessRecord implements KnownProcess {
  /** Its pid, or 0 in a recording that does not tell it. */
  readonly pid: number;
  /** Its number among the processes of the recording: (pid, serial) tells it from other users of its pid. */
  readonly serial: number;
  /** The process that was its parent at first. */
  parent: number | null = null;
  /** The thread that made it. */
  creatorTid: number | null = null;
  /** The clone flags that it was made with. */
  cloneFlags: number | null = null;
  /** When it was first seen, in nanoseconds since the recording's origin. */
  firstSeen: number;
  /** Whether its fork was recorded. If not, it existed before. */
  readonly forked: boolean;
  /** How many threads were made in it, beside the first. */
  threads = 0;
  /** Its execs, oldest first. */
  readonly execs: ExecRecord[] = [];
  /** Its comm, or null. */
  comm: string | null;
  /** Its wait status, or null. */
  status: number | null = null;
  /** When it ended, in nanoseconds since the recording's origin. Null where no end was recorded. */
  end: number | null = null;
  /** Whether it must have ended although its end was not recorded. */
  endUnseen = false;
  /** Its parent when it ended. */
  parentAtExit: number | null = null;
  /** How many recorded processes are above it. */
  depth = 0;
  /** The errno with which a module refused its fork, or null. In a recording the real process ran all the same. */
  refused: ErrnoName | null = null;
  /** Whether the refusal held: there was never such a process, in life either. */
  neverRan = false;
  /** What its tasks used; null where nobody measured. */
  resources: Resources | null = null;
  /** The job it belonged to, as a module named it; null when it belonged to none. */
  job: string | null = null;
  /** What a module accounted for it, by name; null when none did. */
  accounting: Readonly<Record<string, unknown>> | null = null;
  /** The recorded process that was its parent at first, while a tree is kept. */
  above: ProcessRecord | null = null;
  /** The processes whose first parent it was, oldest first, while a tree is kept. */
  readonly below: ProcessRecord[] = [];

  /**
   * Makes the record of a process that is seen for the first time.
   *
   * @param pid Its pid.
   * @param known What is known of it.
   */
  constructor(pid: number, known: KnownProcess) {
    this.pid = pid;
    this.serial = known.serial;
    this.firstSeen = known.firstSeen;
    this.forked = known.forked;
    this.comm = known.comm;
  }

  /** How it ended: a code as `"3"`, a signal as `"sig9"`, or null. */
  get exit(): string | null {
    return this.status === null ? null : exitText(this.status);
  }

  /** What it ran last, or null: the program of its last exec. */
  get command(): ExecRecord | null {
    return this.execs.at(-1) ?? null;
  }
}

/**
 * A wait status as text. Origin: `WEXITSTATUS()` and `WTERMSIG()`.
 *
 * @param status The wait status.
 * @returns A code as `"3"`, a signal as `"sig9"`.
 * @example
 * ```ts
 * import { exitText } from "@pnotify/pnotify/replay";
 * import { assertEquals } from "@std/assert";
 * assertEquals([exitText(3 << 8), exitText(9)], ["3", "sig9"]);
 * ```
 */
export function exitText(status: number): string {
  const signal = deadlySignalOf(status);
  return signal === 0 ? String(exitCodeOf(status)) : `sig${signal}`;
}
