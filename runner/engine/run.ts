import { KernelError } from "../../kernel/errno.ts";
import { KernelBug } from "../../kernel/report.ts";
import { WouldWait } from "../../kernel/preempt.ts";
import type { Attempt } from "../../check/explore_options.ts";
import type { Problem } from "./expectation.ts";
import { findExpectation } from "./expectations.ts";
import { checkFacilities, type Facilities } from "./facilities.ts";
import {
  type ExpectationPlan,
  type ExploreResult,
  type Failure,
  type LockupReport,
  type Position,
  type RunProgress,
  type RunResult,
  type ScenarioPlan,
  SoftLockup,
  type StepGuard,
  type StepLabel,
  type StepPlan,
} from "./plan.ts";
import { type Modules, Scene } from "./scene.ts";
import { failureOf, positionOf, runStep, StepFailed } from "./step.ts";
import { formatTrace } from "./trace_text.ts";
import { treeOf } from "./tree.ts";

/** How a scenario is to be run. */
export interface RunOptions {
  /** Executes each step, under a time limit. */
  readonly guard?: StepGuard;
  /** Whether reports name the line of the module. The line may hold a path of this machine. */
  readonly stacks?: boolean;
}

/** How many characters of a recording have the time of one step. */
const CHARACTERS_PER_WEIGHT = 250_000;

type Status = RunResult["status"];

const IMMEDIATELY: StepGuard = (_label, run) => run();

/** Runs one scenario in a world of its own. Nothing that a scenario or a module does makes it throw. */
export class ScenarioRun {
  readonly #plan: ScenarioPlan;
  readonly #modules: Modules;
  readonly #facilities: Facilities;
  readonly #guard: StepGuard;
  readonly #stacks: boolean;
  readonly #failures: Failure[] = [];
  readonly #actualTraces: Record<string, readonly string[]> = {};
  readonly #claimed = new Set<number>();
  #scene: Scene | null = null;
  #label: StepLabel | null = null;
  #phase: string | null = null;
  #lockup: LockupReport | null = null;
  #explored: ExploreResult | null = null;
  /** The schedule that runs, or ran last. */
  #exploring: Attempt | null = null;
  #isBroken = false;
  #expectations = 0;
  #steps = 0;
  /** The status that ended the run early, or null. */
  #ended: Status | null = null;

  /**
   * Prepares a run.
   *
   * @param plan The scenario.
   * @param modules The modules that are no scripts, by their name in the scenario.
   * @param facilities The parts of the engine that were loaded for it.
   * @param options How to run it.
   * @throws {TypeError} When it needs a facility that was not loaded.
   */
  constructor(
    plan: ScenarioPlan,
    modules: Modules,
    facilities: Facilities,
    options: RunOptions = {},
  ) {
    checkFacilities(plan, facilities);
    this.#plan = plan;
    this.#facilities = facilities;
    this.#modules = modules;
    this.#guard = options.guard ?? IMMEDIATELY;
    this.#stacks = options.stacks ?? false;
  }

  /**
   * Runs it.
   *
   * @returns The result, as plain data.
   */
  run(): RunResult {
    this.#setUp();
    for (const step of this.#plan.steps) {
      if (this.#ended !== null || this.#isPastEnd()) break;
      this.#runStep(step);
    }
    if (this.#ended === null) this.#explore();
    // After a lockup, locks are held and lists are half-linked. The state of that world means nothing.
    const isWhole = this.#ended === null || this.#ended === "broken";
    if (isWhole && this.#lockup === null) this.#shutDown();
    if (this.#ended === null) this.#checkAll();
    return this.#result();
  }

  /**
   * The progress of the run. May be called at any moment, also after a step was stopped.
   *
   * @returns The step, module, hook and last event.
   */
  progress(): RunProgress {
    const kernel = this.#exploring === null ? this.#scene?.kernel : this.#exploring.kernel;
    const context = kernel?.context;
    const frame = context?.frames.at(-1);
    return {
      label: this.#label,
      module: context?.module ?? this.#label?.module ?? null,
      hook: frame?.what ?? this.#label?.hook ?? null,
      task: frame?.task == null ? null : String(frame.task),
      event: kernel?.trace?.sequence ?? 0,
    };
  }

  /** Runs a call under a guard. Every call that may run the code of a module comes through here. */
  #guarded(label: StepLabel, run: () => void, guard: StepGuard = this.#guard): void {
    this.#label = label;
    try {
      guard(label, run);
    } catch (error) {
      if (!(error instanceof SoftLockup)) throw error;
      this.#lockUp(label, error.message);
    }
  }

  #lockUp(label: StepLabel, message: string): void {
    const progress = this.progress();
    const where = progress.hook ?? label.what;
    this.#lockup = {
      ...progress,
      title: message === "" ? `Soft lockup in ${where}` : message,
      phase: this.#phase,
      schedule: this.#exploring?.schedule || null,
    };
    this.#ended = "broken";
  }

  #setUp(): void {
    const make = () => {
      this.#scene = new Scene(this.#plan, this.#modules, {
        stacks: this.#stacks,
        replayInto: this.#facilities.replayInto,
      });
      this.#scene.makeTasks();
    };
    this.#attempt({ step: 0, what: "boot" }, this.#plan.at, "set the scene", make);
    for (const module of this.#plan.modules) {
      if (!module.preload || this.#ended !== null) continue;
      const { name, at } = module;
      const label = { step: 0, what: `load ${name}`, module: name };
      this.#attempt(label, at, `load module "${name}"`, () => this.#scene!.load(name));
      if (this.#ended === "failed") this.#ended = "refused";
    }
  }

  #attempt(label: StepLabel, at: Position, what: string, run: () => void, guard?: StepGuard): void {
    try {
      this.#guarded(label, run, guard);
    } catch (error) {
      if (error instanceof KernelBug) this.#ended = "broken";
      else {
        const label = error instanceof KernelError ? error.code : "failed";
        const title = error instanceof Error ? error.message : `Cannot ${what}`;
        this.#fail({ kind: "step", title, at, label, notes: [], step: 0 });
        this.#ended = "failed";
      }
    }
  }

  #isPastEnd(): boolean {
    const { until } = this.#plan;
    if (until === null || this.#scene!.recorder.sequence < until) return false;
    this.#ended = "stopped";
    return true;
  }

  #runStep(step: StepPlan): void {
    this.#phase = step.phase;
    this.#steps++;
    const module = typeof step.args.module === "string" ? { module: step.args.module } : {};
    const weight = this.#weightOf(step);
    const label: StepLabel = { step: step.number, what: step.verb, weight, ...module };
    try {
      this.#guarded(label, () => {
        if (step.verb === "expect") this.#expectNow(step);
        else runStep(this.#scene!, step);
      });
    } catch (error) {
      this.#stepThrew(step, error);
    }
  }

  /** The factor of the time limit of a step. A step of many calls gets more time. */
  #weightOf({ verb, args }: StepPlan): number {
    if (verb === "storm") return 1 + (args.count as number) / 1000;
    if (verb !== "replay") return 1;
    const recording = this.#plan.attachments.find(({ path }) => path === args.file);
    return 1 + (recording?.text.length ?? 0) / CHARACTERS_PER_WEIGHT;
  }

  #stepThrew(step: StepPlan, error: unknown): void {
    if (error instanceof KernelBug) {
      this.#ended = "broken";
      return;
    }
    if (error instanceof WouldWait) throw error;
    this.#ended = "failed";
    if (error instanceof StepFailed) this.#fail(error.failure);
    else this.#fail(failureOf(step, String(error), "broke down"));
  }

  #expectNow(step: StepPlan): void {
    const list = step.args.expect as unknown as readonly ExpectationPlan[];
    for (const expectation of list) this.#check(expectation, step.number);
    if (this.#failures.length > 0) this.#ended = "failed";
  }

  #explore(): void {
    const { concurrently } = this.#plan;
    if (concurrently === null) return;
    const steps = [...this.#plan.steps, ...concurrently.lanes.flatMap(({ steps }) => steps)];
    // All steps run in every schedule.
    const weight = steps.reduce((sum, step) => sum + this.#weightOf(step) - 1, 1);
    const label = { step: this.#steps, what: "explore", weight };
    const guard = (attempt: Attempt, run: () => void) => {
      this.#exploring = attempt;
      this.#guard(label, run);
    };
    const explore = () => {
      const { exploreLanes, replayInto } = this.#facilities;
      const means = { guard, replayInto };
      const explored = exploreLanes!(this.#plan, concurrently, this.#modules, means);
      this.#explored = explored.result;
      const { always, sometimes, never } = concurrently;
      this.#expectations += always.length + sometimes.length + never.length;
      for (const failure of explored.failures) this.#fail(failure);
      this.#isBroken = explored.isBroken;
    };
    // Each schedule has a guard. A guard must not run inside of another one.
    this.#attempt(label, concurrently.at, "explore the lanes", explore, IMMEDIATELY);
    if (this.#lockup === null) this.#exploring = null;
  }

  #shutDown(): void {
    this.#guarded({ step: this.#steps, what: "shutdown" }, () => {
      this.#scene?.kernel.shutdown();
    });
  }

  #checkAll(): void {
    for (const expectation of this.#plan.expect) {
      if (this.#lockup !== null) return;
      const label = { step: this.#steps, what: `expect ${expectation.kind}` };
      this.#guarded(label, () => this.#check(expectation, null));
    }
  }

  #check(plan: ExpectationPlan, step: number | null): void {
    const scene = this.#scene!;
    const expectation = findExpectation(plan.kind)!;
    this.#expectations++;
    for (const index of expectation.claims?.(scene, plan.expected) ?? []) this.#claimed.add(index);
    if (plan.kind === "trace") {
      const { line, column } = plan.at[""];
      this.#actualTraces[`${line}:${column}`] = formatTrace(scene.recorder.items);
    }
    for (const problem of this.#problems(plan)) {
      const { pointer, title, label, notes = [] } = problem;
      const at = positionOf(plan.at, pointer);
      this.#fail({ kind: "expectation", title, at, label, notes, step });
    }
  }

  /** Checks an expectation. A getter in the data of a module may throw anything. */
  #problems(plan: ExpectationPlan): readonly Problem[] {
    try {
      return findExpectation(plan.kind)!.check(this.#scene!, plan.expected);
    } catch (error) {
      if (error instanceof SoftLockup || error instanceof KernelBug) throw error;
      const title = error instanceof KernelError
        ? error.message
        : `Cannot check ${plan.kind}: ${String(error)}`;
      return [{ pointer: "", title, label: "cannot be checked" }];
    }
  }

  #fail(failure: Failure): void {
    this.#failures.push(failure);
  }

  #status(unexpected: readonly number[]): Status {
    if (this.#lockup !== null || unexpected.length > 0 || this.#isBroken) return "broken";
    if (this.#ended === "refused" || this.#ended === "stopped") return this.#ended;
    return this.#failures.length > 0 || this.#ended === "failed" ? "failed" : "passed";
  }

  #result(): RunResult {
    const { file, document, documents, title, seed } = this.#plan;
    const scene = this.#scene;
    const reports = scene?.kernel.reports ?? [];
    // A run that ended with a kernel bug has not checked the expectations, and one of them may expect the bug.
    if (this.#ended === "broken" && this.#lockup === null) this.#checkAll();
    const unexpected = reports.flatMap((_report, i) => this.#claimed.has(i) ? [] : [i]);
    const isThere = scene !== null && this.#lockup === null;
    return {
      file,
      document,
      documents,
      title,
      seed,
      status: this.#status(unexpected),
      trace: scene?.recorder.items ?? [],
      traceDropped: scene?.recorder.dropped ?? 0,
      log: scene?.kernel.log.records() ?? [],
      reports,
      unexpected,
      failures: this.#failures,
      lockup: this.#lockup,
      tree: isThere ? treeOf(scene) : [],
      taint: scene?.kernel.taint ?? "",
      modules: scene?.kernel.modules.lsmod().map(({ name }) => name) ?? [],
      balances: isThere
        ? scene.pnotify.balances().map((events) => ({ ...events, balance: { ...events.balance } }))
        : [],
      expectations: this.#expectations,
      steps: this.#steps,
      events: scene?.recorder.sequence ?? 0,
      unseed: scene?.recorder.unseed(scene.kernel.random.state) ?? "00000000",
      explored: this.#explored,
      actualTraces: this.#actualTraces,
    };
  }
}
