/** What can be wrong with a recording. {@linkcode WARNING_KINDS} says what each means. */
export type WarningKind =
  | "not-understood"
  | "binary"
  | "too-long"
  | "cut-off"
  | "clock-back"
  | "never-born"
  | "pid-in-use"
  | "not-begun"
  | "lost"
  | "passed-over"
  | "refused";

/** CPUs are not in exact order, so a clock may step back this far without a warning. In nanoseconds. */
export const TOLERATED_STEP = 5_000_000;

/** What a clock does that steps back by so many nanoseconds. */
export function describeStep(step: number): string {
  return `the clock goes back by ${(step / 1e6).toFixed(3)} ms`;
}

/** What each kind of warning means, in the order of the table in `docs/replay.md`. */
export const WARNING_KINDS: Readonly<Record<WarningKind, string>> = Object.freeze<
  Record<WarningKind, string>
>({
  "not-understood": "a line without a meaning in its format",
  "binary": "bytes that are no text",
  "too-long": "a line much longer than any recorder writes",
  "cut-off": "the recording ends in the middle of a line",
  "clock-back": `the clock goes back, by more than the ${
    TOLERATED_STEP / 1e6
  } ms between CPUs that are usual`,
  "never-born": "a task acts after its end, or without a birth where all births are told",
  "pid-in-use": "a pid is given out while its last user lives",
  "not-begun": "a call returns that nobody began",
  "lost": "the recorder lost events",
  "passed-over": "a newer recorder told what this reader does not know",
  "refused": "the kernel model refuses what the recording says",
});

/**
 * Whether what is warned of is a fault of the recording. Records of unknown kinds are none: a newer program wrote them, and
 * everything else is told.
 */
export function isFault(kind: WarningKind): boolean {
  return kind !== "passed-over";
}

/** A fault of a recording, and its line. The rest of the recording is used. */
export interface ReplayWarning {
  /** Its kind. */
  readonly kind: WarningKind;
  /** The line, from 1. */
  readonly line: number;
  /** The same for people: one sentence without a period. */
  readonly text: string;
}

/** How many warnings of each kind are kept in full. The others are only counted. */
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
  /** The warnings that are kept, in order. */
  readonly kept: ReplayWarning[] = [];
  /** How many there were of each kind. */
  readonly counts: Partial<Record<WarningKind, number>> = {};
  /** How many there were. */
  total = 0;

  /**
   * Adds a warning.
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
