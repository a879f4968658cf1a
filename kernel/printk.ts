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
 * The kernel log: a ring that keeps the newest lines and counts those it had to drop.
 *
 * Origin: the ring buffer of `printk()`.
 *
 * @example
 * ```ts
 * import { boot } from "@pnotify/pnotify";
 * import { assertEquals } from "@std/assert";
 * const { kernel } = boot();
 * kernel.printk("hello");
 * assertEquals(kernel.log.records().at(-1)?.text, "hello");
 * ```
 */
export class KernelLog {
  /** How many lines were printed since boot. */
  printed = 0;
  /** How many lines are kept. */
  readonly capacity: number;
  readonly #clock: Clock;
  readonly #ring: LogRecord[] = [];

  /**
   * Makes an empty log.
   *
   * @internal
   * @param clock The clock that stamps the lines.
   * @param capacity How many lines are kept.
   */
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
   * @example
   * ```ts
   * import { Kernel } from "@pnotify/pnotify/kernel";
   * import { assertEquals } from "@std/assert";
   * const { log } = new Kernel({ logLines: 2 });
   * for (const text of ["a", "b", "c"]) log.print(text, "info");
   * assertEquals(log.records().map((record) => record.text), ["b", "c"]);
   * assertEquals(log.dropped, 1);
   * ```
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
   * @example
   * ```ts
   * import { Kernel } from "@pnotify/pnotify/kernel";
   * import { assertEquals } from "@std/assert";
   * assertEquals(new Kernel().log.records(), []);
   * ```
   */
  records(): LogRecord[] {
    if (this.printed <= this.capacity) return this.#ring.slice();
    const oldest = this.printed % this.capacity;
    return [...this.#ring.slice(oldest), ...this.#ring.slice(0, oldest)];
  }
}

/**
 * Words a log line as `dmesg` does.
 *
 * Origin: a line of `dmesg(1)`.
 *
 * @param record The line.
 * @returns For example `[    1.000000] hello`.
 * @example
 * ```ts
 * import { formatLogRecord } from "@pnotify/pnotify/kernel";
 * import { assertEquals } from "@std/assert";
 * const record = { sequence: 0, time: 1_000_000_000, level: "info", text: "hello" } as const;
 * assertEquals(formatLogRecord(record), "[    1.000000] hello");
 * ```
 */
export function formatLogRecord(record: LogRecord): string {
  const microseconds = Math.floor(record.time / 1000);
  const seconds = Math.floor(microseconds / 1_000_000);
  const fraction = String(microseconds % 1_000_000).padStart(6, "0");
  return `[${String(seconds).padStart(5)}.${fraction}] ${record.text}`;
}
