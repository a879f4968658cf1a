import type { RunResult } from "../engine/plan.ts";
import type { Diagnostic } from "../scenario/diagnostic.ts";
import type { Source } from "../scenario/source.ts";

/** The outcome of a scenario, or of a file without a scenario that can run. */
export interface Entry {
  /** The file, as messages name it. */
  readonly file: string;
  /** The title of the scenario, or null for the file as a whole. */
  readonly title: string | null;
  /** The result, or null when it did not run. */
  readonly result: RunResult | null;
  /** Mistakes that kept it from running. */
  readonly diagnostics: readonly Diagnostic[];
  /** The crash of the process that ran it, or null. */
  readonly crash: { readonly title: string; readonly notes: readonly string[] } | null;
  /** The file, for showing lines of it, or null. */
  readonly source: Source | null;
  /** Further files with mistakes, by name. */
  readonly sources: ReadonlyMap<string, Source>;
  /** The console lines of modules while they were loaded. */
  readonly console: readonly string[];
  /** The exit status of the program for it. */
  readonly exit: number;
  /** How long it took, in milliseconds. */
  readonly milliseconds: number;
}

/** The totals of scenarios. */
export interface Totals {
  /** How many there were. */
  readonly scenarios: number;
  /** How many passed. */
  readonly passed: number;
  /** How many did not pass. */
  readonly failed: number;
}

/**
 * Counts.
 *
 * @param entries The outcomes.
 * @returns The totals.
 */
export function totalsOf(entries: readonly Entry[]): Totals {
  const passed = entries.filter(({ exit }) => exit === 0).length;
  return { scenarios: entries.length, passed, failed: entries.length - passed };
}

/**
 * The reason why an entry did not pass, in one line.
 *
 * @param entry The entry.
 * @returns The line, or null when it passed.
 */
export function reasonOf(entry: Entry): string | null {
  const { result, diagnostics, crash } = entry;
  if (entry.exit === 0) return null;
  if (crash !== null) return crash.title;
  if (diagnostics.length > 0) return diagnostics[0].title;
  if (result === null) return "it did not run";
  if (result.lockup !== null) return result.lockup.title;
  if (result.unexpected.length > 0) return result.reports[result.unexpected[0]].headline;
  return result.failures[0]?.title ?? result.status;
}
