/** Why a scenario was not run: a mistake in it, a missing file, module or permission, or a sandbox without a result. */
export class ScenarioError extends Error {
  /** The class name, for callers that cannot use `instanceof`. */
  override readonly name = "ScenarioError";
}
