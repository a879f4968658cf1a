import type { SandboxOutcome } from "../sandbox/mod.ts";
import type { Diagnostic } from "../scenario/diagnostic.ts";
import type { Source } from "../scenario/source.ts";

/** A mistake in a module file, with the file. */
export interface ModuleMistake {
  /** The mistake. */
  readonly diagnostic: Diagnostic;
  /** The file, or null when there is none to show. */
  readonly source: Source | null;
}

/** Why a file of a user did not run: it was refused, or the process that ran it ended. */
export type Refusal =
  | { readonly kind: "refused"; readonly mistakes: readonly ModuleMistake[] }
  | { readonly kind: "crashed"; readonly title: string; readonly notes: readonly string[] };

/** The error of a file of a user that did not run. */
export class RefusedError extends Error {
  /** The class name, for callers that cannot use `instanceof`. */
  override readonly name = "RefusedError";
  /** Why it did not run. */
  readonly refusal: Refusal;

  /**
   * Makes the error of a refusal.
   *
   * @param refusal Why it did not run.
   */
  constructor(refusal: Refusal) {
    super("The module was refused");
    this.refusal = refusal;
  }
}

/** Says why a sandbox did not answer. */
export function refusalOf(outcome: SandboxOutcome): Refusal {
  if (outcome.kind === "crashed") return outcome;
  if (outcome.kind !== "refused") {
    return { kind: "crashed", title: "The sandbox answered with what is no result", notes: [] };
  }
  const { file, line, column, length, title, label, notes, source } = outcome;
  const at = { line, column, length };
  const diagnostic = { file, title, at, label, related: [], notes };
  return { kind: "refused", mistakes: [{ diagnostic, source }] };
}
