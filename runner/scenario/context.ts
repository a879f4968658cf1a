import type { Position } from "../engine/plan.ts";
import type { Diagnostic, Mark } from "./diagnostic.ts";
import { describeNode, type Node } from "./node.ts";
import { Scope } from "./scope.ts";
import type { Source } from "./source.ts";

/** Receives mistakes. */
export type ReportMistake = (diagnostic: Diagnostic) => void;

/** The context of every check: the file, the names, and where mistakes go. */
export class CheckContext {
  /** The file. */
  readonly source: Source;
  /** The names known at this point. */
  scope: Scope = new Scope();
  /** The part that is read, for messages: `step fork`. */
  where = "";
  readonly #report: ReportMistake;

  /**
   * Makes a context without names.
   *
   * @param source The file.
   * @param report Receives mistakes.
   */
  constructor(source: Source, report: ReportMistake) {
    this.source = source;
    this.#report = report;
  }

  /** The place of a part. */
  at(node: { readonly start: number; readonly end: number }): Position {
    return this.source.position(node.start, node.end);
  }

  /** Reports a mistake. */
  mistake(
    node: { readonly start: number; readonly end: number },
    title: string,
    label: string,
    more: { related?: readonly Mark[]; notes?: readonly string[] } = {},
  ): undefined {
    const { related = [], notes = [] } = more;
    const { file } = this.source;
    this.#report({ file, title, at: this.at(node), label, related, notes });
    return undefined;
  }

  /** Reports a part of the wrong shape. */
  wrongShape(node: Node, wanted: string, what: string): undefined {
    const where = this.where === "" ? "" : ` in ${this.where}`;
    const whole = what === "value" && this.where !== "" ? this.where : `${what}${where}`;
    const title = `Wrong ${whole}: found ${describeNode(node)}`;
    return this.mistake(node, title, `${wanted} is wanted`);
  }
}
