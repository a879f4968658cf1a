/**
 * Scenarios of processes, run from a program or a test of your own: tasks, modules and steps as data, and what must hold in
 * the end. What they look like is in `docs/scenario_format.md`.
 *
 * A scenario with modules that you import runs in this process and needs no permission. One with module files that you do
 * not trust runs in a sandbox, when asked to.
 *
 * @example
 * ```ts
 * import { runScenario } from "@pnotify/pnotify/scenario";
 * import { assertEquals } from "@std/assert";
 * const result = await runScenario(`
 * scenario: A veto undoes a fork
 * tasks: [init, init/sh]
 * modules:
 *   strict: { script: { init: ok, fork: EAGAIN } }
 * steps:
 *   - fork: { parent: sh, as: child }
 *     fails: EAGAIN
 * expect:
 *   - tree: [init/sh]
 * `);
 * assertEquals(result.diagnostic, "");
 * ```
 *
 * @module
 */
export {
  runScenario,
  runScenarios,
  type ScenarioOptions,
  type ScenarioResult,
} from "./embed/run_scenario.ts";
export { ScenarioError } from "./embed/scenario_error.ts";
export type { ScenarioObject, ScenarioSource } from "./embed/scenario_source.ts";
export { type ScenarioTestOptions, testScenario } from "./embed/test_scenario.ts";
export type {
  ExploreResult,
  Failure,
  Json,
  LockupReport,
  Position,
  RunProgress,
  RunResult,
  StepLabel,
  TraceItem,
  TreeNode,
} from "./engine/plan.ts";
