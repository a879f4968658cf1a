/** What can be wrong with a recording. */
export type WarningKind =
  /** A line that has no meaning in its format. */
  | "not-understood"
  /** Bytes that are no text. */
  | "binary"
  /** A line much longer than any recorder writes. */
  | "too-long"
  /** The recording ends in the middle of a line. */
  | "cut-off"
  /** The clock went back. */
  | "clock-back"
  /** A task acts after its end, or without a birth in a recording that shows every birth. */
  | "never-born"
  /** A pid is given out while its last user is still alive. */
  | "pid-in-use"
  /** A call returns that nobody began. */
  | "not-begun"
  /** The recorder lost events. */
  | "lost"
  /** The kernel model refuses what the recording says has happened. */
  | "refused";

/** A fault of a recording, and its line. The rest of the recording is used. */
export interface ReplayWarning {
  /** What. */
  readonly kind: WarningKind;
  /** The line, from 1. */
  readonly line: number;
  /** The same for people: one sentence without a period. */
  readonly text: string;
}

/** How many warnings of each kind are kept in full; the rest is only counted. */
const KEPT = 20;

/**
 * Counts all warnings, and keeps the first ones of each kind.
 *
 * @example
 * ```ts
 * import { Warnings } from "@pnotify/pnotify/replay";
 * import { assertEquals } from "@std/assert";
 * const warnings = new Warnings();
 * for (let line = 1; line <= 100; line++) warnings.add({ kind: "binary", line, text: "bytes that are no text" });
 * assertEquals([warnings.total, warnings.counts.binary, warnings.kept.length], [100, 100, 20]);
 * ```
 */
export class Warnings {
  /** Those that are kept, in order. */
  readonly kept: ReplayWarning[] = [];
  /** How many there were of each kind. */
  readonly counts: Partial<Record<WarningKind, number>> = {};
  /** How many there were. */
  total = 0;

  /**
   * Adds one.
   *
   * @param warning What is wrong, and where.
   */
  add(warning: ReplayWarning): void {
    const { kind } = warning;
    this.total++;
    const count = this.counts[kind] = (this.counts[kind] ?? 0) + 1;
    if (count <= KEPT) this.kept.push(warning);
  }
}

/**
 * A piece of recorded text for a warning: short, and without control characters.
 *
 * @param text The text.
 * @returns At most 60 characters of it.
 * @example
 * ```ts
 * import { excerpt } from "@pnotify/pnotify/replay";
 * import { assertEquals } from "@std/assert";
 * assertEquals(excerpt("a\tb"), "a?b");
 * assertEquals(excerpt("x".repeat(99)).length, 60);
 * ```
 */
export function excerpt(text: string): string {
  // deno-lint-ignore no-control-regex
  const clean = text.slice(0, 61).replace(/[\u0000-\u001f\u007f-\u009f]/g, "?");
  return clean.length > 60 ? `${clean.slice(0, 57)}...` : clean;
}
