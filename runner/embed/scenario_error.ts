/**
 * Why a scenario was not run: a mistake in it, a file that cannot be read, a module that is not at hand, a permission that
 * is missing, or a sandbox that ended without a result. What it expects and does not find is none: that is a result.
 *
 * @example
 * ```ts
 * import { runScenario, ScenarioError } from "@pnotify/pnotify/scenario";
 * import { assertRejects } from "@std/assert";
 * await assertRejects(
 *   () => runScenario({ scenario: "A slip", steps: [{ frok: "init" }] }),
 *   ScenarioError,
 *   'did you mean "fork"?',
 * );
 * ```
 */
export class ScenarioError extends Error {
  /** The class name, for callers that cannot use `instanceof`. */
  override readonly name = "ScenarioError";

  /**
   * Makes the error of a scenario that was not run.
   *
   * @param message What is wrong, with the lines of the scenario that are.
   */
  constructor(message: string) {
    super(message);
  }
}
