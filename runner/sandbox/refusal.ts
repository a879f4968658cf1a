import { Source } from "../scenario/source.ts";

const MOST_CARETS = 80;

/** Why a user's module was not let in, with the place in its file. */
export interface Refusal {
  /** Tells it from the other outcomes. */
  readonly kind: "refused";
  /** The rule that it broke. */
  readonly rule: RefusalRule;
  /** The file, as messages name it. */
  readonly file: string;
  /** The line, from 1. */
  readonly line: number;
  /** The column, from 1. */
  readonly column: number;
  /** How many characters of that line it covers. */
  readonly length: number;
  /** That line. */
  readonly text: string;
  /** The finding in one line. */
  readonly title: string;
  /** What goes under the caret: what was found, what is wanted, or what may have been meant. */
  readonly label: string;
  /** More lines. */
  readonly notes: readonly string[];
  /** The whole file, or null when it could not be read. */
  readonly source: Source | null;
}

/** The rules of what a user's module may consist of. */
export type RefusalRule =
  | "file"
  | "syntax"
  | "import"
  | "dynamic-import"
  | "import-meta"
  | "export"
  | "cycle"
  | "size"
  | "evaluation";

/** Thrown while a module is being linked. */
export class Refused extends Error {
  /** The class name, for callers that cannot use `instanceof`. */
  override readonly name = "Refused";
  /** What to tell the user. */
  readonly refusal: Refusal;

  /**
   * Makes one.
   *
   * @param refusal What to tell the user.
   */
  constructor(refusal: Refusal) {
    super(refusal.title);
    this.refusal = refusal;
  }
}

/** What a refusal says, apart from where. */
export interface RefusalWords {
  /** The rule that was broken. */
  readonly rule: RefusalRule;
  /** The finding in one line. */
  readonly title: string;
  /** What goes under the caret. */
  readonly label: string;
  /** More lines. */
  readonly notes?: readonly string[];
}

/**
 * Makes a refusal for a part of a file.
 *
 * @param source The file.
 * @param start The offset of the part.
 * @param end The offset behind it.
 * @param words What it says.
 * @returns The refusal.
 */
export function refuseAt(source: Source, start: number, end: number, words: RefusalWords): Refusal {
  const { line, column, length } = source.position(start, Math.min(end, start + MOST_CARETS));
  return refuseLine(source, { line, column, length }, words);
}

/**
 * Makes a refusal for a place in a file.
 *
 * @param source The file.
 * @param at The place, counted from 1.
 * @param words What it says.
 * @returns The refusal.
 */
export function refuseLine(
  source: Source,
  at: { readonly line: number; readonly column: number; readonly length: number },
  words: RefusalWords,
): Refusal {
  const text = source.line(at.line);
  const shown = source.text === "" ? null : source;
  return { kind: "refused", file: source.file, ...at, text, source: shown, notes: [], ...words };
}

/**
 * Makes a refusal for a file that could not even be read.
 *
 * @param file The file, as messages name it.
 * @param words What it says.
 * @returns The refusal.
 */
export function refuseFile(file: string, words: RefusalWords): Refusal {
  return refuseLine(new Source(file, ""), { line: 1, column: 1, length: 1 }, words);
}
