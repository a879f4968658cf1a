import type { RunResult } from "../engine/plan.ts";
import type { Diagnostic } from "../scenario/diagnostic.ts";
import type { Source } from "../scenario/source.ts";

/** What came of one scenario, or of a file that has none to run. */
export interface Entry {
  /** The file, as messages name it. */
  readonly file: string;
  /** The title of the scenario, or null for the file as a whole. */
  readonly title: string | null;
  /** What came of it, or null when it did not run. */
  readonly result: RunResult | null;
  /** Mistakes that kept it from running. */
  readonly diagnostics: readonly Diagnostic[];
  /** What happened to the process that ran it, or null. */
  readonly crash: { readonly title: string; readonly notes: readonly string[] } | null;
  /** The file, for showing lines of it, or null. */
  readonly source: Source | null;
  /** Other files that mistakes are in, by name. */
  readonly sources: ReadonlyMap<string, Source>;
  /** What modules printed to their console while they were loaded. */
  readonly console: readonly string[];
  /** The exit status that it asks for. */
  readonly exit: number;
  /** How long it took, in milliseconds. */
  readonly milliseconds: number;
}

/** How many scenarios came to what. */
export interface Totals {
  /** How many there were. */
  readonly scenarios: number;
  /** How many held. */
  readonly passed: number;
  /** How many did not. */
  readonly failed: number;
}

/**
 * Counts.
 *
 * @param entries What came of each.
 * @returns How many came to what.
 */
export function totalsOf(entries: readonly Entry[]): Totals {
  const passed = entries.filter(({ exit }) => exit === 0).length;
  return { scenarios: entries.length, passed, failed: entries.length - passed };
}

/**
 * Says in one line why an entry did not pass.
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
