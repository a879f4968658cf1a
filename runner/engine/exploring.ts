import type { ReportKind } from "../../kernel/report.ts";
import { explore } from "../../check/explore.ts";
import type { Attempt, ExploreOptions, Run } from "../../check/explore_options.ts";
import type { ExploreFailure } from "../../check/explore_result.ts";
import type { World } from "../../pnotify/boot.ts";
import type { Problem } from "./expectation.ts";
import { findExpectation } from "./expectations.ts";
import { expectedReports, LOCK_KINDS } from "./expectations/kernel.ts";
import type {
  ConcurrentPlan,
  ExpectationPlan,
  ExploreResult,
  Failure,
  LanePlan,
  ScenarioPlan,
  StepPlan,
} from "./plan.ts";
import type { ReplayInto } from "./replayed.ts";
import { type Modules, Scene, type SceneOptions } from "./scene.ts";
import { failureOf, positionOf, runStep, StepFailed } from "./step.ts";
import { formatTraceLine, traceLines, whoWidth } from "./trace_text.ts";

/** The outcome of an exploration. */
export interface Explored {
  /** The counts. */
  readonly result: ExploreResult;
  /** What did not hold. */
  readonly failures: readonly Failure[];
  /** Whether an invariant broke, or an unexpected report came. */
  readonly isBroken: boolean;
}

/** The functions that an exploration calls. */
export interface ExploreMeans {
  /** Runs each schedule. An error that it throws ends the exploration. */
  readonly guard: (attempt: Attempt, run: () => void) => void;
  /** The function for the step `replay`. Null in a scenario without such a step. */
  readonly replayInto: ReplayInto | null;
}

/** How many lines of the trace of a failing schedule are shown. */
const MOST_TRACE_LINES = 24;

/** The steps that have run in each world, each with its failure or null. */
type Finished = WeakMap<Scene, Map<StepPlan, Failure | null>>;

/** A rule of the scenario that a schedule broke. */
interface Finding {
  /** Its module and its title. The explorer knows findings by these lines. */
  readonly line: string;
  readonly title: string;
  readonly subject: StepPlan | {
    readonly quantifier: "always" | "never";
    readonly expectation: ExpectationPlan;
  };
}

/** The findings of all schedules, by their lines. */
type Findings = Map<string, Finding>;

type Quantifier = "always" | "sometimes" | "never";

/**
 * Runs the lanes of a scenario in every order, and nested in each other at every preemption point.
 *
 * @param plan The scenario.
 * @param concurrently Its lanes, and their expectations.
 * @param modules The modules that are no scripts.
 * @param means The functions to call.
 * @returns The counts and the failures.
 */
export function exploreLanes(
  plan: ScenarioPlan,
  concurrently: ConcurrentPlan,
  modules: Modules,
  { guard, replayInto }: ExploreMeans,
): Explored {
  const { debug: _, ...boot } = plan.kernel;
  const { always, sometimes, only } = concurrently;
  const operations: Record<string, (run: Run<Scene>) => void> = {};
  const finished: Finished = new WeakMap();
  const findings: Findings = new Map();
  for (const lane of concurrently.lanes) addLane(operations, lane, finished);
  const options: ExploreOptions<Scene> = {
    setup: (world) => setUp(plan, modules, { world, keepTrace: false, replayInto }),
    operations,
    predicates: Object.fromEntries(
      (["always", "sometimes", "never"] as const).flatMap((quantifier) =>
        concurrently[quantifier].map((expectation, i) => [
          `${quantifier} ${i}`,
          ({ state }: Run<Scene>) => problemsOf(state, expectation).length === 0,
        ])
      ),
    ),
    check: ({ state }) => {
      const findingsHere = [
        ...failedSteps(finished.get(state)),
        ...brokenExpectations(state, concurrently),
      ];
      for (const finding of findingsHere) findings.set(finding.line, finding);
      return findingsHere.map(({ line }) => line);
    },
    preemptions: concurrently.preemptions,
    limit: concurrently.schedules,
    boot: { ...boot, seed: plan.seed },
    guard,
    expect: expectedKinds([...always, ...sometimes]),
    ...(only === null ? {} : { only }),
  };
  const explored = explore(options);
  const replay = (schedule: string) => {
    const scenes: Scene[] = [];
    const setup = (world: World) => {
      const scene = setUp(plan, modules, { world, keepTrace: true, replayInto });
      scenes.push(scene);
      return scene;
    };
    explore({ ...options, setup, only: schedule });
    return laneTrace(scenes[0], concurrently);
  };
  const held = (quantifier: Quantifier) =>
    concurrently[quantifier].map((_expectation, i) =>
      explored.predicates[`${quantifier} ${i}`].held
    );
  const result: ExploreResult = {
    schedules: explored.schedules,
    infeasible: explored.infeasible,
    traces: explored.traces,
    truncated: !explored.complete && only === null,
    held: { always: held("always"), sometimes: held("sometimes"), never: held("never") },
  };
  const failures = distinct(
    explored.failures.flatMap((failure) => failuresOf(concurrently, failure, findings, replay)),
  );
  // One schedule does not show what happens in another.
  if (only === null) failures.push(...neverSeen(concurrently, result));
  return { result, failures, isBroken: failures.some(({ kind }) => kind === "explore") };
}

function setUp(plan: ScenarioPlan, modules: Modules, options: SceneOptions): Scene {
  const scene = new Scene(plan, modules, options);
  scene.makeTasks();
  for (const { name, preload } of plan.modules) if (preload) scene.load(name);
  for (const step of plan.steps) if (step.verb !== "expect") runStep(scene, step);
  return scene;
}

/** Every step is an operation. It waits for the step before it in its lane. */
function addLane(
  operations: Record<string, (run: Run<Scene>) => void>,
  lane: LanePlan,
  finished: Finished,
): void {
  lane.steps.forEach((step, i) => {
    const name = lane.steps.length === 1 ? lane.name : `${lane.name}.${i + 1}`;
    operations[name] = ({ kernel, state }) => {
      let done = finished.get(state);
      if (done === undefined) finished.set(state, done = new Map());
      if (i > 0 && !done.has(lane.steps[i - 1])) {
        kernel.wouldWait(`the step before it in ${lane.name}`);
      }
      done.set(step, runInLane(state, step));
    };
  });
}

/** Runs a step of a lane. In a lane `fails` means that the step may fail so, since that depends on the schedule. */
function runInLane(scene: Scene, step: StepPlan): Failure | null {
  try {
    runStep(scene, step);
    return null;
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    const { failure } = error;
    return step.fails !== null && failure.label === "it succeeded" ? null : failure;
  }
}

function failedSteps(done: ReadonlyMap<StepPlan, Failure | null> = new Map()): Finding[] {
  return [...done].flatMap(([step, failure]): Finding[] => {
    if (failure === null) return [];
    const { title } = failure;
    return [{ line: `step ${step.number}: ${title}`, title, subject: step }];
  });
}

function problemsOf(scene: Scene, plan: ExpectationPlan): readonly Problem[] {
  try {
    return findExpectation(plan.kind)!.check(scene, plan.expected);
  } catch (error) {
    return [{ pointer: "", title: String(error), label: "cannot be checked" }];
  }
}

/** The expectations of `always` and `never` that a schedule breaks. */
function brokenExpectations(scene: Scene, { always, never }: ConcurrentPlan): Finding[] {
  const brokenAlways = always.flatMap((expectation, i) =>
    problemsOf(scene, expectation).slice(0, 1).map(({ title }): Finding => ({
      line: `always ${i}: ${title}`,
      title,
      subject: { quantifier: "always", expectation },
    }))
  );
  const brokenNever = never.flatMap((expectation, i): Finding[] => {
    if (problemsOf(scene, expectation).length > 0) return [];
    const title = `Expected ${expectation.kind} never to hold: it did`;
    return [{ line: `never ${i}: ${title}`, title, subject: { quantifier: "never", expectation } }];
  });
  return [...brokenAlways, ...brokenNever];
}

/** The kinds of reports that have an expectation. Such a report is no failure by itself. */
function expectedKinds(plans: readonly ExpectationPlan[]): ReportKind[] {
  return plans.flatMap(({ kind, expected }): ReportKind[] => {
    if (kind === "lockdep" && expected === "any") return [...LOCK_KINDS] as ReportKind[];
    if (kind === "faults" && expected !== "none") return ["module-fault"];
    if (kind !== "reports") return [];
    return expectedReports(expected).flatMap((report) =>
      report.kind === undefined ? [] : [report.kind]
    );
  });
}

/** The trace of the lanes, in lines, up to the unloading of the modules. */
function laneTrace(scene: Scene, { lanes }: ConcurrentPlan): string[] {
  const first = lanes[0].steps[0]?.number ?? 0;
  const { items } = scene.recorder;
  const last = items.findLastIndex(({ type }) => type === "end");
  const lines = traceLines(items.slice(0, last + 1)).filter(({ step }) => step >= first);
  const width = whoWidth(lines);
  const shown = lines.slice(0, MOST_TRACE_LINES).map((line) => formatTraceLine(line, width));
  if (lines.length > shown.length) shown.push(`${lines.length - shown.length} more lines`);
  return shown;
}

/**
 * The failures of an exploration. A finding is shown in the schedule that it was seen in, a broken invariant in the
 * simplest schedule.
 */
function failuresOf(
  { at }: ConcurrentPlan,
  { firstSchedule, schedule, broken }: ExploreFailure,
  findings: Findings,
  replay: (schedule: string) => string[],
): Failure[] {
  const notesOf = (line: string) => [
    `in schedule ${line}`,
    ...replay(line),
    `to run just it: --schedule "${line}"`,
  ];
  const located = broken.flatMap((line) => findings.get(line) ?? [])
    .map((finding) => failureOfFinding(finding, notesOf(firstSchedule)));
  const brokenInvariants = broken.filter((line) => !findings.has(line));
  if (brokenInvariants.length === 0) return located;
  const title = `Broken in some schedule: ${brokenInvariants[0]}`;
  const notes = [...brokenInvariants.slice(1), ...notesOf(schedule)];
  return [...located, { kind: "explore", title, at, label: "not safe", notes, step: null }];
}

function failureOfFinding({ title, subject }: Finding, notes: readonly string[]): Failure {
  if (!("quantifier" in subject)) {
    return failureOf(subject, title, "not in every schedule", "", notes);
  }
  const { quantifier, expectation } = subject;
  const at = positionOf(expectation.at, "");
  const label = quantifier === "always" ? "not in every schedule" : "in some schedule";
  return { kind: "expectation", title, at, label, notes, step: null };
}

/** Each failure once. Different schedules may break the same rule. */
function distinct(failures: readonly Failure[]): Failure[] {
  const keys = new Set<string>();
  return failures.filter(({ title, at }) => {
    const key = `${at.line}:${at.column} ${title}`;
    if (keys.has(key)) return false;
    keys.add(key);
    return true;
  });
}

function neverSeen({ sometimes }: ConcurrentPlan, { held, schedules }: ExploreResult): Failure[] {
  return sometimes.flatMap((plan, i): Failure[] => {
    if (held.sometimes[i] > 0) return [];
    return [{
      kind: "expectation",
      title: `Expected ${plan.kind} to hold sometimes: it held in none of ${schedules} schedules`,
      at: positionOf(plan.at, ""),
      label: "never seen",
      notes: ["what is never seen is not tested"],
      step: null,
    }];
  });
}
