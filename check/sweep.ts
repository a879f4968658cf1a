import { KernelError } from "../kernel/errno.ts";
import { FaultPlan, type FaultSite } from "../kernel/fault.ts";
import type { KernelOptions } from "../kernel/kernel.ts";
import { boot, type World } from "../pnotify/boot.ts";
import { checkInvariants } from "./invariants.ts";
import { oneLine, tearDown } from "./teardown.ts";

/** How a sweep is to be run. */
export interface SweepOptions {
  /** How each world is booted. The sweep has its own `faults`. */
  readonly boot?: Omit<KernelOptions, "faults">;
  /** The only point to fail, from 1: to run one failure again. */
  readonly only?: number;
  /** The most points to fail. 10000 by default. */
  readonly limit?: number;
  /** Checks a world for more than the invariants after the scenario. Returns what is broken, a line each. */
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

/** The result of a sweep. */
export interface SweepResult {
  /** The number of fallible points that the scenario and the unloading after it pass. */
  readonly points: number;
  /** How often each point is passed, by name. */
  readonly sites: Readonly<Record<FaultSite, number>>;
  /** The number of points that were failed, each in a run of its own. */
  readonly runs: number;
  /** Whether every point was failed. False when `limit` or `only` left some out. */
  readonly complete: boolean;
  /** The points whose failure breaks something. Empty when all is well. */
  readonly failures: readonly SweepFailure[];
  /** The result in a line or two, or more when something is broken. */
  readonly text: string;
}

/**
 * Runs a scenario once to count its fallible points. Then it runs it once for each point and fails only that
 * (fail_nth). After each run it checks the invariants ({@linkcode checkInvariants}), unloads every module, unregisters
 * everything and shuts the kernel down. Nothing may be broken or left, and the counts have to balance.
 *
 * A failing point makes a call of the scenario throw a KernelError. The scenario may catch it and go on, or end with it.
 * Any other exception is a failure. So is a report of the kernel. But the module fault of a hook without a verdict does not
 * count if the sweep made the hook fail.
 *
 * @param scenario Runs in a new world each time. It keeps no state between runs.
 * @param options How to sweep.
 * @returns The result, as data and as text.
 * @throws {KernelError} EINVAL when `only` is no integer from 1.
 * @example
 * ```ts
 * import { sweepFaults } from "@pnotify/pnotify";
 * import { assertEquals } from "@std/assert";
 * const result = sweepFaults(({ kernel }) => {
 *   const shell = kernel.fork(kernel.init);
 *   kernel.exec(shell, "/bin/sh");
 *   kernel.exit(shell);
 * }, { check: ({ kernel }) => kernel.taskCount <= 4 ? [] : ["a task was left"] });
 * assertEquals(result.text, "3 fallible points, each failed in turn: nothing is broken");
 * assertEquals(result.sites, { task: 1, pid: 1, exec: 1 });
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

/** Runs the scenario in a new world. Returns what is broken, a line each. */
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
  for (const { kind, headline, injected } of kernel.reports) {
    if (!injected) broken.push(`${kind}: ${headline}`);
  }
  return broken;
}

/** Runs the scenario. After a point has failed, a KernelError may end it. */
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
  const count = points === 1 ? "1 fallible point" : `${points} fallible points`;
  const summary = complete
    ? `${count}, each failed in turn`
    : `${count}, ${runs} of them failed in turn`;
  if (failures.length === 0) return `${summary}: nothing is broken`;
  const descriptions = failures.map(({ nth, site, broken, rerun }) => {
    const which = nth === 0 ? "without any fault" : `point ${nth}, ${site ?? "not reached"}`;
    return `${which}, again with ${rerun}:\n${broken.map((line) => `  ${line}`).join("\n")}`;
  });
  return `${summary}: ${failures.length} break something\n${descriptions.join("\n")}`;
}
