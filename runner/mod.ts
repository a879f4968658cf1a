/**
 * Scenarios of processes, run from a program or a test of your own. A scenario has tasks, modules and steps as data, and
 * what must hold in the end; `docs/scenario_format.md` describes it. With modules that you import it runs in this process
 * and needs no permission. A sandbox runs module files that you do not trust.
 *
 * @example
 * ```ts
 * import { runScenario } from "@pnotify/pnotify/scenario";
 * import { assertEquals } from "@std/assert";
 * const { diagnostic } = await runScenario({
 *   scenario: "A shell forks",
 *   tasks: ["init", "init/sh"],
 *   steps: [{ fork: { parent: "sh", as: "make" } }],
 *   expect: [{ tree: ["init/sh", "init/sh/make"] }],
 * });
 * assertEquals(diagnostic, "");
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
