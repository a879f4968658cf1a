import { maskControls } from "./layout.ts";
import type { ProcessRecord } from "./process.ts";
import type { ReplayObserver } from "./replay.ts";

/** The totals of one command. */
export interface CommandTotals {
  /** Its comm. */
  readonly command: string;
  /** How many processes ended as this command. */
  runs: number;
  /** How many of them did not exit with 0. Unknown statuses do not count. */
  failed: number;
  /** The sum of their lives, in nanoseconds. */
  time: number;
  /** The longest life, in nanoseconds. */
  longest: number;
}

/**
 * Adds up the processes of each command as they end. Memory grows with commands, not with processes.
 *
 * @example
 * ```ts
 * import { CommandTable, ProcessRecord } from "@pnotify/pnotify/replay";
 * import { assertEquals } from "@std/assert";
 * const commands = new CommandTable();
 * const record = new ProcessRecord(7, { serial: 0, firstSeen: 0, forked: true, comm: "false" });
 * record.status = 1 << 8;
 * commands.ended(record);
 * assertEquals([record.exit, record.command], ["1", null]);
 * assertEquals(commands.rows.map(({ command, runs, failed }) => [command, runs, failed]), [["false", 1, 1]]);
 * ```
 */
export class CommandTable implements ReplayObserver {
  readonly #totals = new Map<string, CommandTotals>();

  /**
   * Counts a process that has ended.
   *
   * @param process What is known of it.
   */
  ended(process: ProcessRecord): void {
    const command = process.comm === null ? "?" : maskControls(process.comm);
    let totals = this.#totals.get(command);
    if (totals === undefined) {
      totals = { command, runs: 0, failed: 0, time: 0, longest: 0 };
      this.#totals.set(command, totals);
    }
    totals.runs++;
    if (process.status !== null && process.status !== 0) totals.failed++;
    const life = process.end === null ? 0 : Math.max(0, process.end - process.firstSeen);
    totals.time += life;
    totals.longest = Math.max(totals.longest, life);
  }

  /** All commands, the longest total first. */
  get rows(): readonly CommandTotals[] {
    return [...this.#totals.values()].sort((a, b) =>
      b.time - a.time || (a.command < b.command ? -1 : 1)
    );
  }
}
