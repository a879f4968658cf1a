import { KernelError } from "../kernel/errno.ts";
import { FaultPlan, type FaultSite } from "../kernel/fault.ts";
import type { KernelOptions } from "../kernel/kernel.ts";
import { boot, type World } from "../pnotify/boot.ts";
import { INJECTED } from "../pnotify/hook.ts";
import { checkInvariants } from "./invariants.ts";
import { oneLine, tearDown } from "./teardown.ts";

/**
 * How a sweep is to be run.
 *
 * @example
 * ```ts
 * import { sweepFaults, type SweepOptions } from "@pnotify/pnotify";
 * import { assertEquals } from "@std/assert";
 * const options: SweepOptions = {
 *   check: ({ kernel }) => kernel.taskCount <= 4 ? [] : ["a task was left"],
 * };
 * const result = sweepFaults(({ kernel }) => void kernel.fork(kernel.init), options);
 * assertEquals([result.points, result.failures], [2, []]);
 * ```
 */
export interface SweepOptions {
  /** How each world is booted. `faults` is the sweep's own. */
  readonly boot?: Omit<KernelOptions, "faults">;
  /** Fails only the n-th point, from 1: to run one failure again. */
  readonly only?: number;
  /** The most points to fail; 10000 by default. */
  readonly limit?: number;
  /**
   * Looks at a world for more than the invariants, when the scenario has ended and before everything is unloaded.
   *
   * @param world The world.
   * @returns What is broken, a line each.
   */
  check?(world: World): readonly string[];
}

/** One point whose failure breaks something. */
export interface SweepFailure {
  /** Its number, from 1; 0 when something is broken although nothing failed. */
  readonly nth: number;
  /** Its name, or null. */
  readonly site: FaultSite | null;
  /** What is broken, a line each. */
  readonly broken: readonly string[];
  /** The options that run it again. */
  readonly rerun: string;
}

/** What a sweep found. */
export interface SweepResult {
  /** How many fallible points the scenario and the unloading after it pass. */
  readonly points: number;
  /** How often each point is passed, by name. */
  readonly sites: Readonly<Record<FaultSite, number>>;
  /** How many were failed, each in a run of its own. */
  readonly runs: number;
  /** Whether every point was failed; false when `limit` or `only` left some out. */
  readonly complete: boolean;
  /** The points whose failure breaks something; empty when all is well. */
  readonly failures: readonly SweepFailure[];
  /** The result in a line or two, or more when something is broken. */
  readonly text: string;
}

/**
 * Runs a scenario once to count its fallible points, and then once for each, failing exactly that one. After each run
 * it looks the world over ({@linkcode checkInvariants}), unloads every module, unregisters everything, shuts the kernel
 * down, and expects that nothing is broken or left and that the counts balance.
 *
 * A failing point makes a call of the scenario throw a KernelError: the scenario may catch it and go on, or let it out
 * and so end; both are fine. Anything else that it throws is a failure, and so is a report of the kernel, but for the
 * module fault that failing a hook without a verdict amounts to.
 *
 * Origin: our own.
 *
 * @param scenario Runs in a new world each time. It keeps no state between runs.
 * @param options How to sweep.
 * @returns What was found, as data and as text.
 * @throws {KernelError} EINVAL when `only` is no integer from 1.
 * @example
 * ```ts
 * import { sweepFaults } from "@pnotify/pnotify";
 * import { testModule } from "@pnotify/pnotify/modules/test_module";
 * import { assertEquals } from "@std/assert";
 * const result = sweepFaults(({ kernel }) => {
 *   kernel.modules.insmod(testModule);
 *   const shell = kernel.fork(kernel.init);
 *   kernel.exec(shell, "/bin/sh");
 *   kernel.exit(shell);
 * });
 * assertEquals(result.text, "13 fallible points, each failed in turn: nothing is broken");
 * assertEquals(result.sites["hook test_module.fork"], 1);
 * ```
 */
export function sweepFaults(
  scenario: (world: World) => void,
  options: SweepOptions = {},
): SweepResult {
  const failures: SweepFailure[] = [];
  const counting = new FaultPlan();
  const broken = runOnce(scenario, counting, options);
  if (broken.length > 0) failures.push({ nth: 0, site: null, broken, rerun: "{}" });

  const points = counting.passed;
  const first = options.only ?? 1;
  const last = options.only ?? Math.min(points, options.limit ?? 10_000);
  for (let nth = first; nth <= last; nth++) {
    const plan = new FaultPlan({ nth });
    const broken = runOnce(scenario, plan, options);
    if (broken.length === 0) continue;
    failures.push({ nth, site: plan.failed?.site ?? null, broken, rerun: `{ only: ${nth} }` });
  }
  const runs = Math.max(0, last - first + 1);
  const result = {
    points,
    sites: Object.fromEntries(counting.sites),
    runs,
    complete: runs === points,
    failures,
  };
  return { ...result, text: describe(result) };
}

/** Returns what is broken. */
function runOnce(
  scenario: (world: World) => void,
  plan: FaultPlan,
  options: SweepOptions,
): string[] {
  const world = boot({ ...options.boot, faults: plan });
  const { kernel, pnotify } = world;
  const broken: string[] = [];
  try {
    runScenario(scenario, world);
    broken.push(...checkInvariants(kernel, pnotify), ...options.check?.(world) ?? []);
    broken.push(...tearDown(world));
  } catch (error) {
    broken.push(`it threw ${oneLine(error)}`);
  }
  for (const { kind, headline } of kernel.reports) {
    const injected = kind === "module-fault" && headline.includes(INJECTED);
    if (!injected) broken.push(`${kind}: ${headline}`);
  }
  return broken;
}

/** An error that a caller may meet just ends the scenario, once a point has failed. */
function runScenario(scenario: (world: World) => void, world: World): void {
  try {
    scenario(world);
  } catch (error) {
    const { failed } = world.kernel.faults as FaultPlan;
    if (failed === null || !(error instanceof KernelError)) throw error;
  }
}

function describe(result: Omit<SweepResult, "text">): string {
  const { points, runs, complete, failures } = result;
  const many = points === 1 ? "1 fallible point" : `${points} fallible points`;
  const how = complete ? `${many}, each failed in turn` : `${many}, ${runs} of them failed in turn`;
  if (failures.length === 0) return `${how}: nothing is broken`;
  const stories = failures.map(({ nth, site, broken, rerun }) => {
    const which = nth === 0 ? "without any fault" : `point ${nth}, ${site ?? "not reached"}`;
    return `${which}, again with ${rerun}:\n${broken.map((line) => `  ${line}`).join("\n")}`;
  });
  return `${how}: ${failures.length} break something\n${stories.join("\n")}`;
}
