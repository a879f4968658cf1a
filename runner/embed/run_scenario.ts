import type { KernelModule } from "../../kernel/module.ts";
import type { ModulePlan, RunResult, ScenarioPlan } from "../engine/plan.ts";
import { loadFacilities } from "../engine/facilities.ts";
import { ScenarioRun } from "../engine/run.ts";
import { shippedModules } from "../engine/shipped.ts";
import { execute, type Executed } from "../execute/execute.ts";
import { FileError } from "../execute/file_error.ts";
import { type NamedFile, parseText, withAttachments } from "../execute/files.ts";
import { formatDiagnostic } from "../report/diagnostic.ts";
import { formatResult } from "../report/pretty.ts";
import { PLAIN, printable } from "../report/style.ts";
import type { Diagnostic } from "../scenario/diagnostic.ts";
import type { ParsedFile } from "../scenario/parse.ts";
import type { Source } from "../scenario/source.ts";
import { missingFlags } from "./sandbox_flags.ts";
import { ScenarioError } from "./scenario_error.ts";
import { fileOf, type ScenarioSource } from "./scenario_source.ts";

/** The options of a run. */
export interface ScenarioOptions {
  /**
   * Modules that you have imported and trust. A scenario uses each by its name, as `use: NAME`. They also replace
   * module files of the same name.
   */
  readonly modules?: readonly KernelModule[];
  /** The seed of all randomness. By default that of the scenario, or 42. */
  readonly seed?: number;
  /**
   * Whether to run it in a process of its own, where module files that you do not trust can do no harm. False by
   * default. It needs the flags `--allow-run`, to start the process, and `--allow-read`, for the module files. A
   * package from a registry also needs `--allow-env`, to find the cache.
   */
  readonly sandbox?: boolean;
}

/** The result of a scenario, as plain data that goes through `JSON.stringify`. */
export interface ScenarioResult extends RunResult {
  /** The failures, as the program prints them, with lines of the scenario. Empty when every expectation held. */
  readonly diagnostic: string;
}

/** Scenarios that are ready to run. */
export interface PreparedScenarios {
  /** Their file, or a file that was made of them. */
  readonly file: NamedFile;
  /** Its text. */
  readonly parsed: ParsedFile;
  /** Shipped modules, and those of the caller, by their names. */
  readonly modules: ReadonlyMap<string, KernelModule>;
  /** The options of the run. */
  readonly options: ScenarioOptions;
}

/**
 * Runs a scenario in this process, in a kernel of its own. An object, a text or a shipped scenario needs no permission,
 * a file needs `--allow-read`.
 *
 * When every expectation holds, the `status` is `passed` and the `diagnostic` is empty. A failed expectation is a
 * result and no error. Two runs with the same seed are the same.
 *
 * @param source The scenario.
 * @param options How to run it: which modules to use, the seed, whether in a sandbox.
 * @returns The result.
 * @throws {ScenarioError} When it cannot be run: a mistake in it, a file that cannot be read, a module file without the
 * module or a sandbox, a missing permission, or several scenarios in the file.
 *
 * @example
 * ```ts
 * import { defineEvents, defineModule, PNOTIFY, PNOTIFY_OK } from "@pnotify/pnotify";
 * import { runScenario } from "@pnotify/pnotify/scenario";
 * import { assertEquals } from "@std/assert";
 * const mine = defineModule({
 *   name: "mine",
 *   license: "GPL",
 *   uses: { pnotify: PNOTIFY },
 *   load({ pnotify, printk }) {
 *     const fork = (): typeof PNOTIFY_OK => (printk("a child"), PNOTIFY_OK);
 *     const events = defineEvents({ name: "mine", init: () => PNOTIFY_OK, fork });
 *     pnotify.register(events);
 *     return events;
 *   },
 *   unload: ({ pnotify }, events) => pnotify.unregister(events),
 * });
 * const result = await runScenario({
 *   scenario: "My module hears of a child",
 *   tasks: ["init", "init/sh"],
 *   modules: ["mine"],
 *   steps: [{ fork: { parent: "sh", as: "child" } }],
 *   expect: [{ log: "a child" }],
 * }, { modules: [mine] });
 * assertEquals([result.status, result.diagnostic], ["passed", ""]);
 * ```
 */
export async function runScenario(
  source: ScenarioSource,
  options: ScenarioOptions = {},
): Promise<ScenarioResult> {
  const prepared = prepareScenarios(source, options);
  const { file, parsed: { plans } } = prepared;
  if (plans.length > 1) {
    const found = `it holds ${plans.length} scenarios, runScenarios() is wanted`;
    throw new ScenarioError(`Cannot run "${file.name}": ${found}`);
  }
  return await runPlan(prepared, plans[0]);
}

/**
 * Runs all scenarios of a file or a text, one after the other, as {@linkcode runScenario} does.
 *
 * @param source The scenarios: documents of YAML, with `---` between them.
 * @param options How to run them.
 * @returns The results, in order.
 * @throws {ScenarioError} When one cannot be run. Nothing is run when one has a mistake in it.
 *
 * @example
 * ```ts
 * import { runScenarios, ScenarioError } from "@pnotify/pnotify/scenario";
 * import { assertEquals, assertRejects } from "@std/assert";
 * const results = await runScenarios("veto");
 * assertEquals(results.map(({ status }) => status), ["passed", "passed"]);
 * const slip = { scenario: "A slip", steps: [{ frok: "init" }] };
 * await assertRejects(() => runScenarios(slip), ScenarioError, 'did you mean "fork"?');
 * ```
 */
export async function runScenarios(
  source: ScenarioSource,
  options: ScenarioOptions = {},
): Promise<readonly ScenarioResult[]> {
  const prepared = prepareScenarios(source, options);
  const results: ScenarioResult[] = [];
  for (const plan of prepared.parsed.plans) results.push(await runPlan(prepared, plan));
  return results;
}

/** Reads and checks scenarios, and finds their modules. */
export function prepareScenarios(
  source: ScenarioSource,
  options: ScenarioOptions,
): PreparedScenarios {
  const { modules: imported = [], seed } = options;
  const modules = shippedModules();
  for (const module of imported) modules.set(module.name, module);
  const file = fileOf(source);
  try {
    const parsed = parseText(file, { modules, ...(seed === undefined ? {} : { seed }) });
    if (parsed.diagnostics.length > 0) throw mistakes(parsed.diagnostics, parsed.source);
    return { file, parsed, modules, options };
  } catch (error) {
    throw error instanceof FileError ? new ScenarioError(error.message) : error;
  }
}

/** Runs one of the scenarios. */
export async function runPlan(
  prepared: PreparedScenarios,
  plan: ScenarioPlan,
): Promise<ScenarioResult> {
  const { file, parsed, options } = prepared;
  let complete: ScenarioPlan;
  try {
    complete = await withAttachments(file, plan);
  } catch (error) {
    throw error instanceof FileError ? new ScenarioError(error.message) : error;
  }
  const result = options.sandbox
    ? await runApart(prepared, complete)
    : new ScenarioRun(...inProcess(prepared, complete), await loadFacilities(complete)).run();
  const shown = { style: PLAIN, trace: false, tree: false, log: false, quiet: true, rerun: false };
  const { err } = formatResult(result, parsed.source, shown);
  return { ...result, diagnostic: err.join("\n") };
}

/**
 * Finds the modules of a scenario in this process. A module that the caller imported is out of tree, as a module file
 * is.
 */
function inProcess(
  { parsed, modules, options }: PreparedScenarios,
  plan: ScenarioPlan,
): [ScenarioPlan, Map<string, KernelModule>] {
  const imported = new Set(options.modules?.map(({ name }) => name));
  const used = new Map<string, KernelModule>();
  const plans = plan.modules.map((module): ModulePlan => {
    const { name, source } = module;
    if (source.kind === "script") return module;
    if (source.kind === "shipped") {
      used.set(name, modules.get(source.module)!);
      if (!imported.has(source.module)) return module;
      return { ...module, source: { kind: "file", path: "", written: source.module } };
    }
    if (!imported.has(name)) throw mistakes([notImported(plan, module)], parsed.source);
    used.set(name, modules.get(name)!);
    return module;
  });
  return [{ ...plan, modules: plans }, used];
}

function notImported({ file }: ScenarioPlan, { name, at }: ModulePlan): Diagnostic {
  return {
    file,
    title: `Module "${name}" is a file, and files of modules are not run in this process`,
    at,
    label: "the module, imported, or a sandbox is wanted",
    related: [],
    notes: ["to trust it: import it, and pass it on in modules: [...]", "else: sandbox: true"],
  };
}

async function runApart(prepared: PreparedScenarios, plan: ScenarioPlan): Promise<RunResult> {
  const imported = new Set(prepared.options.modules?.map(({ name }) => name));
  for (const { source } of plan.modules) {
    if (source.kind !== "shipped" || !imported.has(source.module)) continue;
    const found = "it was imported into this process, a file in the scenario is wanted";
    throw new ScenarioError(`Cannot sandbox module "${source.module}": ${found}`);
  }
  const missing = missingFlags(plan);
  if (missing.length > 0) {
    const found = `${missing.join(" and ")} ${missing.length === 1 ? "is" : "are"} missing`;
    const why = "it starts a process, which reads the files of modules";
    throw new ScenarioError(`Cannot run "${plan.title}" in a sandbox: ${found} (${why})`);
  }
  const executed = await execute(plan, true);
  if (executed.kind === "result") return executed.result;
  throw refused(executed);
}

function refused(executed: Exclude<Executed, { kind: "result" }>): ScenarioError {
  if (executed.kind === "crashed") {
    const notes = executed.notes.map((note) => `  = ${printable(note)}`);
    return new ScenarioError([printable(executed.title), ...notes].join("\n"));
  }
  const lines = executed.mistakes.flatMap(({ diagnostic, source }) =>
    formatDiagnostic(diagnostic, source, PLAIN)
  );
  return new ScenarioError(lines.join("\n"));
}

function mistakes(diagnostics: readonly Diagnostic[], source: Source): ScenarioError {
  const lines = diagnostics.flatMap((diagnostic) => formatDiagnostic(diagnostic, source, PLAIN));
  return new ScenarioError(lines.join("\n"));
}
