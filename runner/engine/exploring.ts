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
import { type Modules, Scene } from "./scene.ts";
import { failureOf, positionOf, runStep, StepFailed } from "./step.ts";
import { formatTraceLine, traceLines, whoWidth } from "./trace_text.ts";

/** What came of trying schedules. */
export interface Explored {
  /** The counts. */
  readonly result: ExploreResult;
  /** What did not hold. */
  readonly failures: readonly Failure[];
  /** Whether more than an expectation broke: an invariant, or an unexpected report. */
  readonly isBroken: boolean;
}

/** How many lines of the trace of a failing schedule are shown. */
const MOST_TRACE_LINES = 24;

/** The steps that have run in each world, with what went wrong. */
type Finished = WeakMap<Scene, Map<StepPlan, Failure | null>>;

type Quantifier = "always" | "sometimes" | "never";

/**
 * Runs the lanes of a scenario in every order, and nested in each other at every preemption point.
 *
 * @param plan The scenario.
 * @param concurrently Its lanes, and what is wanted of them.
 * @param modules The modules that are no scripts.
 * @param guard Runs each schedule. What it throws ends it all.
 * @returns The counts, and what did not hold.
 */
export function exploreLanes(
  plan: ScenarioPlan,
  concurrently: ConcurrentPlan,
  modules: Modules,
  guard: (attempt: Attempt, run: () => void) => void,
): Explored {
  const { debug: _, ...boot } = plan.kernel;
  const { always, sometimes, only } = concurrently;
  const operations: Record<string, (run: Run<Scene>) => void> = {};
  const finished: Finished = new WeakMap();
  for (const lane of concurrently.lanes) addLane(operations, lane, finished);
  const options: ExploreOptions<Scene> = {
    setup: (world) => setUp(plan, modules, world, false),
    operations,
    predicates: Object.fromEntries(
      (["always", "sometimes", "never"] as const).flatMap((quantifier) =>
        concurrently[quantifier].map((expectation, i) => [
          `${quantifier} ${i}`,
          ({ state }: Run<Scene>) => problemsOf(state, expectation).length === 0,
        ])
      ),
    ),
    check: ({ state }) => [
      ...failedSteps(finished.get(state)).map(({ step, title }) => `step ${step}: ${title}`),
      ...checkEach(state, concurrently),
    ],
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
      const scene = setUp(plan, modules, world, true);
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
    explored.failures.flatMap((failure) => failuresOf(concurrently, failure, replay)),
  );
  // One schedule cannot show what happens in some other.
  if (only === null) failures.push(...neverSeen(concurrently, result));
  return { result, failures, isBroken: failures.some(({ kind }) => kind === "explore") };
}

function setUp(plan: ScenarioPlan, modules: Modules, world: World, keepTrace: boolean): Scene {
  const scene = new Scene(plan, modules, { world, keepTrace });
  scene.makeTasks();
  for (const { name, preload } of plan.modules) if (preload) scene.load(name);
  for (const step of plan.steps) if (step.verb !== "expect") runStep(scene, step);
  return scene;
}

/** Every step is an operation of its own; it waits for the one before it in its lane. */
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

/** In a lane `fails` says that the step may fail so, for that depends on the schedule. */
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

function failedSteps(done: ReadonlyMap<StepPlan, Failure | null> | undefined): Failure[] {
  return [...done?.values() ?? []].filter((failure) => failure !== null);
}

function problemsOf(scene: Scene, plan: ExpectationPlan): readonly Problem[] {
  try {
    return findExpectation(plan.kind)!.check(scene, plan.expected);
  } catch (error) {
    return [{ pointer: "", title: String(error), label: "cannot be checked" }];
  }
}

/** What `always` and `never` say, as lines that begin with whose they are. */
function checkEach(scene: Scene, { always, never }: ConcurrentPlan): string[] {
  const broken = always.flatMap((plan, i) =>
    problemsOf(scene, plan).slice(0, 1).map(({ title }) => `always ${i}: ${title}`)
  );
  never.forEach((plan, i) => {
    if (problemsOf(scene, plan).length > 0) return;
    broken.push(`never ${i}: Expected ${plan.kind} never to hold: it did`);
  });
  return broken;
}

/** Reports that an expectation is about are no failure in themselves. */
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

/** What the lanes did, in lines, up to where everything was unloaded. */
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

/** What `always` and `never` say is shown in the schedule it was seen in; a broken rule in the simplest one. */
function failuresOf(
  concurrently: ConcurrentPlan,
  { firstSchedule, schedule, broken }: ExploreFailure,
  replay: (schedule: string) => string[],
): Failure[] {
  const notesOf = (line: string) => [
    `in schedule ${line}`,
    ...replay(line),
    `to run just it: --schedule "${line}"`,
  ];
  const whose = broken.map((line) => /^(always|never|step) (\d+): (.*)$/.exec(line));
  const located = whose.flatMap((parts): Failure[] => {
    if (parts === null) return [];
    if (parts[1] === "step") {
      const step = findStep(concurrently, Number(parts[2]));
      return [failureOf(step, parts[3], "not in every schedule", "", notesOf(firstSchedule))];
    }
    const plan = concurrently[parts[1] as "always" | "never"][Number(parts[2])];
    const at = positionOf(plan.at, "");
    const label = parts[1] === "always" ? "not in every schedule" : "in some schedule";
    const notes = notesOf(firstSchedule);
    return [{ kind: "expectation", title: parts[3], at, label, notes, step: null }];
  });
  const others = broken.filter((_line, i) => whose[i] === null);
  if (others.length === 0) return located;
  const title = `Broken in some schedule: ${others[0]}`;
  const notes = [...others.slice(1), ...notesOf(schedule)];
  const at = concurrently.at;
  return [...located, { kind: "explore", title, at, label: "not safe", notes, step: null }];
}

function findStep({ lanes }: ConcurrentPlan, number: number): StepPlan {
  return lanes.flatMap(({ steps }) => steps).find((step) => step.number === number)!;
}

/** Different schedules may break the same thing. */
function distinct(failures: readonly Failure[]): Failure[] {
  const seen = new Set<string>();
  return failures.filter(({ title, at }) => {
    const key = `${at.line}:${at.column} ${title}`;
    if (seen.has(key)) return false;
    seen.add(key);
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
