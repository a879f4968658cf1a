import type { Position } from "../engine/plan.ts";

/** A place with a remark. */
export interface Mark {
  /** The place. */
  readonly at: Position;
  /** The remark. */
  readonly label: string;
}

/** A mistake in a scenario, or in another text of a user. */
export interface Diagnostic {
  /** The name of the file in messages. */
  readonly file: string;
  /** The mistake in one line. */
  readonly title: string;
  /** Where it is. */
  readonly at: Position;
  /** The text under the caret. */
  readonly label: string;
  /** Further places that explain it. */
  readonly related: readonly Mark[];
  /** Further lines. */
  readonly notes: readonly string[];
}
