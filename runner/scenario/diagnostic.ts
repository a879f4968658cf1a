import type { Position } from "../engine/plan.ts";

/** A place with a remark. */
export interface Mark {
  /** The place. */
  readonly at: Position;
  /** The remark. */
  readonly label: string;
}

/** A mistake in a scenario, or in another text that a person wrote. */
export interface Diagnostic {
  /** The file, as messages name it. */
  readonly file: string;
  /** The mistake in one line. */
  readonly title: string;
  /** Where it is. */
  readonly at: Position;
  /** What goes under the caret. */
  readonly label: string;
  /** Further places that explain it. */
  readonly related: readonly Mark[];
  /** More lines. */
  readonly notes: readonly string[];
}
