import type { KernelModule } from "../../kernel/module.ts";
import type { ModuleInfo, RunResult, ScenarioPlan } from "../engine/plan.ts";
import { loadFacilities } from "../engine/facilities.ts";
import { ScenarioRun } from "../engine/run.ts";
import { shippedModules } from "../engine/shipped.ts";
import type { SandboxLimits } from "../sandbox/mod.ts";
import { needsSandbox, pathUrl } from "./files.ts";
import { type Refusal, refusalOf } from "./refusal.ts";
import { remoteProgram } from "./remote_program.ts";

/** The outcome of a scenario: a result, a refused module, or a crash. */
export type Executed =
  | {
    readonly kind: "result";
    readonly result: RunResult;
    /** The console lines of modules while they were loaded. */
    readonly console: readonly string[];
  }
  | Refusal;

/** The shipped modules of a scenario, by their names in it. */
export function modulesOf(plan: ScenarioPlan): Map<string, KernelModule> {
  const shipped = shippedModules();
  const modules = new Map<string, KernelModule>();
  for (const { name, source } of plan.modules) {
    if (source.kind === "shipped") modules.set(name, shipped.get(source.module)!);
  }
  return modules;
}

/**
 * Runs a scenario. A scenario with files of its user runs in the sandbox.
 *
 * @param plan The scenario.
 * @param inSandbox Whether it runs in the sandbox. By default its modules decide.
 * @param limits The limits of the sandbox, where they differ from the default.
 * @returns The outcome.
 */
export async function execute(
  plan: ScenarioPlan,
  inSandbox: boolean = needsSandbox(plan),
  limits: Partial<SandboxLimits> = {},
): Promise<Executed> {
  if (!inSandbox) {
    const result = new ScenarioRun(plan, modulesOf(plan), await loadFacilities(plan)).run();
    return { kind: "result", result, console: [] };
  }
  // Loading the sandbox takes time, and most scenarios need none.
  const { runSandboxed } = await import("../sandbox/mod.ts");
  const outcome = await runSandboxed({ kind: "run", plan, limits, program: remoteProgram() });
  if (outcome.kind === "result") {
    return { kind: "result", result: outcome.result, console: outcome.console };
  }
  return refusalOf(outcome);
}

/**
 * Runs a scenario twice, and says where the two runs differ.
 *
 * @param plan The scenario.
 * @param limits The limits of the sandbox, where they differ from the default.
 * @returns The outcome of the first run, or a crash when the second run differs.
 */
export async function executeTwice(
  plan: ScenarioPlan,
  limits: Partial<SandboxLimits> = {},
): Promise<Executed> {
  const first = await execute(plan, needsSandbox(plan), limits);
  const second = await execute(plan, needsSandbox(plan), limits);
  if (JSON.stringify(first) === JSON.stringify(second)) return first;
  const notes = first.kind === "result" && second.kind === "result"
    ? [firstDifference(first.result, second.result)]
    : [`the first run came to ${first.kind}, the second to ${second.kind}`];
  return { kind: "crashed", title: `Two runs of seed ${plan.seed} differ`, notes };
}

function firstDifference(first: RunResult, second: RunResult): string {
  for (let i = 0; i < Math.max(first.trace.length, second.trace.length); i++) {
    const [former, latter] = [first.trace[i], second.trace[i]].map((item) => JSON.stringify(item));
    if (former !== latter) {
      return `item ${i + 1} of the trace: ${former ?? "the end"}, then ${latter}`;
    }
  }
  return `the traces agree, but unseed is ${first.unseed}, then ${second.unseed}`;
}

/**
 * Describes a module file, in the sandbox.
 *
 * @param path The file.
 * @returns The description, or the refusal.
 */
export async function describeFile(
  path: string,
): Promise<{ readonly kind: "info"; readonly info: ModuleInfo } | Refusal> {
  const { runSandboxed } = await import("../sandbox/mod.ts");
  const absolute = decodeURIComponent(pathUrl(path).pathname);
  const program = remoteProgram();
  const outcome = await runSandboxed({ kind: "modinfo", path: absolute, written: path, program });
  if (outcome.kind === "info") return { kind: "info", info: outcome.info };
  return refusalOf(outcome);
}
