import type { Clock } from "./clock.ts";

/** How urgent a line of the kernel log is, as in `KERN_INFO`. */
export type LogLevel = "emerg" | "alert" | "crit" | "err" | "warning" | "notice" | "info" | "debug";

/** One line of the kernel log. */
export interface LogRecord {
  /** Its number since boot, from 0. */
  readonly sequence: number;
  /** Virtual time, in nanoseconds since boot. */
  readonly time: number;
  /** How urgent it is. */
  readonly level: LogLevel;
  /** The text, without a line break. */
  readonly text: string;
}

/**
 * The kernel log (vprintk_emit): a ring that keeps the newest lines and counts those it dropped.
 *
 * @example
 * ```ts
 * import { boot, formatLogRecord } from "@pnotify/pnotify";
 * import { assertEquals } from "@std/assert";
 * const { kernel } = boot();
 * kernel.log.print("hello", "info");
 * const lines = kernel.log.records().map((record) => formatLogRecord(record));
 * assertEquals(lines, ["[    0.000000] hello"]);
 * ```
 */
export class KernelLog {
  /** How many lines were printed since boot. */
  printed = 0;
  /** How many lines are kept. */
  readonly capacity: number;
  readonly #clock: Clock;
  readonly #ring: LogRecord[] = [];

  /** @internal Makes an empty log. The clock stamps its lines. */
  constructor(clock: Clock, capacity: number) {
    this.#clock = clock;
    this.capacity = capacity;
  }

  /** How many lines were dropped to make room. */
  get dropped(): number {
    return this.printed - this.#ring.length;
  }

  /**
   * Adds a line.
   *
   * @param text The text; a text of several lines becomes several records.
   * @param level How urgent it is.
   * @returns The records that were added.
   */
  print(text: string, level: LogLevel): LogRecord[] {
    const added: LogRecord[] = [];
    for (const line of text.split("\n")) {
      const record = { sequence: this.printed, time: this.#clock.now, level, text: line };
      if (this.#ring.length < this.capacity) this.#ring.push(record);
      else this.#ring[this.printed % this.capacity] = record;
      this.printed++;
      added.push(record);
    }
    return added;
  }

  /**
   * The lines that are kept, oldest first.
   *
   * @returns A copy.
   */
  records(): LogRecord[] {
    if (this.printed <= this.capacity) return this.#ring.slice();
    const oldest = this.printed % this.capacity;
    return [...this.#ring.slice(oldest), ...this.#ring.slice(0, oldest)];
  }
}

/**
 * Words a log line as dmesg(1) does (info_print_prefix).
 *
 * @param record The line.
 * @returns For example `[    1.000000] hello`.
 */
export function formatLogRecord(record: LogRecord): string {
  const microseconds = Math.floor(record.time / 1000);
  const seconds = Math.floor(microseconds / 1_000_000);
  const fraction = String(microseconds % 1_000_000).padStart(6, "0");
  return `[${String(seconds).padStart(5)}.${fraction}] ${record.text}`;
}
