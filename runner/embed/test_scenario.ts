import {
  type PreparedScenarios,
  prepareScenarios,
  runPlan,
  type ScenarioOptions,
} from "./run_scenario.ts";
import { ScenarioError } from "./scenario_error.ts";
import { fileOf, type ScenarioSource } from "./scenario_source.ts";

/** The options of tests of scenarios. */
export interface ScenarioTestOptions extends ScenarioOptions {
  /** Whether the tests are left out. */
  readonly ignore?: boolean;
  /** Whether only these tests are run. */
  readonly only?: boolean;
}

/**
 * Makes a `Deno.test` of each scenario, with its title. A test fails with the text of the program: the line of the
 * scenario, and the actual value. A scenario that cannot be read becomes a test that fails.
 *
 * @param source The scenarios, as {@linkcode runScenario} takes them.
 * @param options How to run them.
 *
 * @example
 * ```ts ignore
 * import { testScenario } from "@pnotify/pnotify/scenario";
 * testScenario(`
 * scenario: A widget is inherited
 * modules: [widget]
 * steps:
 *   - call: { widget.attach: 1 }
 *   - fork: { parent: init, as: child }
 * expect:
 *   - subscribed: { task: child, module: widget }
 * `);
 * ```
 */
export function testScenario(source: ScenarioSource, options: ScenarioTestOptions = {}): void {
  const { ignore = false, only = false } = options;
  let prepared: PreparedScenarios;
  try {
    prepared = prepareScenarios(source, options);
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    Deno.test({ name: fileOf(source).name, ignore, only, fn: () => Promise.reject(error) });
    return;
  }
  for (const plan of prepared.parsed.plans) {
    Deno.test({ name: plan.title, ignore, only, fn: () => assertPasses(prepared, plan) });
  }
}

async function assertPasses(
  prepared: PreparedScenarios,
  plan: PreparedScenarios["parsed"]["plans"][number],
): Promise<void> {
  const { status, seed, diagnostic } = await runPlan(prepared, plan);
  if (status === "passed") return;
  throw new ScenarioError(`Scenario "${plan.title}" ${status}, seed ${seed}\n${diagnostic}`);
}
