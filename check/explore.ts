import { KernelError } from "../kernel/errno.ts";
import type { Kernel, KernelOptions } from "../kernel/kernel.ts";
import type { ReportKind } from "../kernel/report.ts";
import type { TraceEvent } from "../kernel/trace.ts";
import { boot, type World } from "../pnotify/boot.ts";
import { AllSchedules, type Chooser, Explorer, OneSchedule, scheduleOf } from "./explorer.ts";
import { checkInvariants } from "./invariants.ts";
import {
  formatSchedule,
  inTurn,
  OPERATION_NAME,
  parseSchedule,
  type ScheduledOperation,
  simpler,
} from "./schedule.ts";
import { oneLine, tearDown } from "./teardown.ts";
import { describeExploration } from "./explore_text.ts";

/**
 * A world in which operations run, or have run.
 *
 * @typeParam S What the setup made.
 */
export interface Run<S> extends World {
  /** What the setup made. */
  readonly state: S;
  /** How each operation ended: `done`, or the errno that it failed with. Only those that have ended are there. */
  readonly outcomes: Readonly<Record<string, string>>;
}

/** A schedule that is about to run, or runs. */
export interface Attempt {
  /** Its kernel, once that has booted. */
  readonly kernel: Kernel | null;
  /** The schedule in one line, as far as it has come; given as `only` it comes as far again. */
  readonly schedule: string;
}

/**
 * What is to be explored, and how far.
 *
 * @typeParam S What the setup made.
 * @example
 * ```ts
 * import { explore, type ExploreOptions, type Task } from "@pnotify/pnotify";
 * import { assertEquals } from "@std/assert";
 * const options: ExploreOptions<Task> = {
 *   setup: ({ kernel }) => kernel.fork(kernel.init),
 *   operations: {
 *     rename: ({ kernel }) => kernel.rename(kernel.init, "sh"),
 *     exit: ({ kernel, state }) => kernel.exit(state),
 *   },
 *   guard: (_attempt, run) => run(),
 *   check: ({ state }) => state.state === "X" ? [] : ["the task lives"],
 * };
 * assertEquals(explore(options).failed, 0);
 * ```
 */
export interface ExploreOptions<S> {
  /**
   * Prepares a world; nothing comes between. It keeps no state of its own, as it runs once for each schedule.
   *
   * @param world A new world.
   * @returns What the operations work on.
   */
  setup(world: World): S;
  /**
   * What may happen at the same time, by name: letters, digits, `_`, `-` and `.`. A KernelError that an operation
   * throws is its outcome; anything else is a failure.
   */
  readonly operations: Readonly<Record<string, (run: Run<S>) => unknown>>;
  /** Questions about the world when all operations have run, by name: each holds always, sometimes or never. */
  readonly predicates?: Readonly<Record<string, (run: Run<S>) => boolean>>;
  /**
   * Looks at the world for more than the invariants when all operations have run.
   *
   * @param run The world.
   * @returns What is broken, a line each.
   */
  check?(run: Run<S>): readonly string[];
  /** How many operations may run in another one, in one schedule; 2 by default. */
  readonly preemptions?: number;
  /** The most schedules to try; 20000 by default. */
  readonly limit?: number;
  /** How each world is booted. Checks are always on. */
  readonly boot?: Omit<KernelOptions, "debug">;
  /** Reports of these kinds are no failure: what the operations do wrong is what is being looked at. */
  readonly expect?: readonly ReportKind[];
  /** Runs just this schedule, a line that an earlier exploration gave. */
  readonly only?: string;
  /**
   * Runs one schedule, for whoever puts a time limit around each: it calls `run` once, and lets through whatever that
   * throws. What it throws itself ends the exploration; the world of that schedule is not touched again.
   *
   * @param attempt What is known of the schedule, also when it was stopped in its middle.
   * @param run Runs it.
   */
  guard?(attempt: Attempt, run: () => void): void;
}

/** How often a predicate held. */
export interface PredicateResult {
  /** Whether it held always, sometimes or never. */
  readonly verdict: "always" | "sometimes" | "never";
  /** In how many schedules it held. */
  readonly held: number;
  /** Of how many. */
  readonly of: number;
}

/** A schedule that breaks something. */
export interface ExploreFailure {
  /**
   * The schedule in one line, as simple as it still fails: `register(5:fork) exit` is register, in it fork at the fifth
   * preemption point of register, and then exit. Given as `only` it runs again.
   */
  readonly schedule: string;
  /** The schedule in which it was seen first. */
  readonly found: string;
  /** What is broken, a line each. */
  readonly broken: readonly string[];
  /** What happened in the simple schedule. */
  readonly trace: readonly TraceEvent[];
}

/** What an exploration found. */
export interface ExploreResult {
  /** Schedules that ran to their end. */
  readonly schedules: number;
  /** Placements in which an operation would have had to wait for the one that it is nested in. */
  readonly infeasible: number;
  /** How many different traces the schedules gave. */
  readonly traces: number;
  /** Whether all schedules within the bound on preemptions were tried; false when `limit` or `only` left some out. */
  readonly complete: boolean;
  /** How often each predicate held, by name. */
  readonly predicates: Readonly<Record<string, PredicateResult>>;
  /** How many schedules break something. */
  readonly failed: number;
  /** One schedule for each different thing that is broken, ten at most; empty when all is well. */
  readonly failures: readonly ExploreFailure[];
  /** The result in a few lines. */
  readonly text: string;
}

/**
 * Runs operations that may happen at the same time in every order, and each of them nested at every preemption point of
 * every other one, up to a bound on such preemptions. Preemption points are each lock taken or dropped, each callout,
 * and each step of a walk over all tasks. The nested one runs on a simulated CPU of its own; where it would have to wait
 * for the one that it interrupts, that placement is infeasible, and is counted.
 *
 * After each run the world is looked over ({@linkcode checkInvariants}), the predicates are asked, everything is
 * unloaded and unregistered, and the kernel shuts down; what is broken then, and every report of the kernel, is a
 * failure. The world is made anew for every schedule, so the result depends on the options alone.
 *
 * A nested operation runs to its end before the other goes on, and one that cannot is not tried: what happens when two
 * take turns more than twice is for a higher bound, and what happens after a wait is the schedule in which the other one
 * comes first.
 *
 * Origin: our own.
 *
 * @typeParam S What the setup made.
 * @param options What to explore.
 * @returns What was found, as data and as text.
 * @throws {KernelError} EINVAL for a bad name, bound or limit, or when `only` is no schedule of these operations.
 * @example
 * ```ts
 * import { defineEvents, explore, PNOTIFY_OK } from "@pnotify/pnotify";
 * import { assertEquals } from "@std/assert";
 * const result = explore({
 *   setup: ({ kernel }) => ({
 *     shell: kernel.fork(kernel.init),
 *     audit: defineEvents({ name: "audit", init: () => PNOTIFY_OK, fork: () => PNOTIFY_OK }),
 *   }),
 *   operations: {
 *     register: ({ pnotify, state }) => pnotify.register(state.audit),
 *     fork: ({ kernel, state }) => kernel.fork(state.shell),
 *   },
 *   predicates: {
 *     "everybody is subscribed": ({ kernel, pnotify, state }) =>
 *       pnotify.subscriptionCount(state.audit) === kernel.taskCount - 1,
 *   },
 * });
 * assertEquals(result.failures, []);
 * assertEquals(result.predicates["everybody is subscribed"].verdict, "always");
 * ```
 */
export function explore<S>(options: ExploreOptions<S>): ExploreResult {
  const names = Object.keys(options.operations);
  checkOptions(options, names);
  const findings = new Findings(Object.keys(options.predicates ?? {}));
  let complete = false;
  if (options.only !== undefined) {
    const schedule = parseSchedule(options.only, names);
    const tried = runOnce(options, new OneSchedule(schedule));
    checkReached(schedule, tried);
    findings.add(options, tried);
  } else {
    const all = new AllSchedules(options.preemptions ?? 2);
    const limit = options.limit ?? 20_000;
    for (let tried = 0; tried < limit && !complete; tried++) {
      findings.add(options, runOnce(options, all));
      complete = !all.advance();
    }
  }
  const result = { ...findings.result(), complete };
  return { ...result, text: describeExploration(result, options) };
}

function checkOptions<S>(options: ExploreOptions<S>, names: readonly string[]): void {
  const refuse = (found: string, wanted: string) =>
    new KernelError("EINVAL", { action: "explore", found, wanted });
  const bad = names.find((name) => !OPERATION_NAME.test(name));
  if (bad !== undefined) {
    throw refuse(`an operation is called "${bad}"`, "letters, digits, _, - and . are wanted");
  }
  if (names.length === 0) throw refuse("there is no operation", "one at least is wanted");
  for (const bound of ["preemptions", "limit"] as const) {
    const value = options[bound];
    if (value === undefined || (Number.isInteger(value) && value >= 0)) continue;
    throw refuse(`${bound} is ${value}`, "an integer that is not negative is wanted");
  }
}

/** A point that an operation does not come to makes it another schedule: of another version, most likely. */
function checkReached(wanted: readonly ScheduledOperation[], { schedule, ended }: Tried): void {
  const [line, ran] = [formatSchedule(wanted), formatSchedule(schedule)];
  if (!ended || line === ran) return;
  throw new KernelError("EINVAL", {
    action: "replay schedule",
    name: line,
    found: `only ${ran} came about`,
    wanted: "preemption points that are reached are wanted",
  });
}

/** One schedule that was tried. */
interface Tried {
  readonly schedule: ScheduledOperation[];
  /** Whether it came to its end: it is feasible, and nothing was thrown. */
  readonly ended: boolean;
  /** Null when it is infeasible. */
  readonly broken: string[] | null;
  readonly traceHash: string;
  readonly held: Readonly<Record<string, boolean>>;
}

type Sink = (event: TraceEvent) => void;

function runOnce<S>(
  options: ExploreOptions<S>,
  chooser: Chooser,
  sink: Sink | null = null,
): Tried {
  if (options.guard === undefined) return runIn(new Attempted(), options, chooser, sink);
  let tried: Tried | null = null;
  const attempt = new Attempted();
  options.guard(attempt, () => {
    tried = runIn(attempt, options, chooser, sink);
  });
  return tried!;
}

class Attempted implements Attempt {
  kernel: Kernel | null = null;
  explorer: Explorer | null = null;

  get schedule(): string {
    return formatSchedule(scheduleOf(this.explorer?.done ?? []));
  }
}

function runIn<S>(
  attempt: Attempted,
  options: ExploreOptions<S>,
  chooser: Chooser,
  sink: Sink | null,
): Tried {
  const world = boot({ ...options.boot, debug: true });
  attempt.kernel = world.kernel;
  const state = options.setup(world);
  const hash = new TraceHash();
  world.kernel.addTraceSink(sink ?? ((event) => hash.add(event)));
  const outcomes: Record<string, string> = {};
  const run: Run<S> = { ...world, state, outcomes };
  const operations = new Map<string, () => void>();
  for (const [name, operation] of Object.entries(options.operations)) {
    operations.set(name, () => void operation(run));
  }
  const explorer = new Explorer(world.kernel, operations, chooser, outcomes);
  attempt.explorer = explorer;
  explorer.run();
  const schedule = scheduleOf(explorer.done);
  if (explorer.blockedOn !== null) {
    return { schedule, ended: false, broken: null, traceHash: "", held: {} };
  }
  const traceHash = hash.value;
  const held: Record<string, boolean> = {};
  const broken = [...explorer.broken];
  const ended = broken.length === 0;
  if (ended) broken.push(...lookOver(options, run, held));
  const unexpected = world.kernel.reports.filter(({ kind }) => !options.expect?.includes(kind));
  broken.push(...unexpected.map(({ kind, headline }) => `${kind}: ${headline}`));
  return { schedule, ended, broken, traceHash, held };
}

function lookOver<S>(
  options: ExploreOptions<S>,
  run: Run<S>,
  held: Record<string, boolean>,
): string[] {
  const broken = checkInvariants(run.kernel, run.pnotify);
  try {
    broken.push(...options.check?.(run) ?? []);
    for (const [name, holds] of Object.entries(options.predicates ?? {})) held[name] = holds(run);
    broken.push(...tearDown(run));
  } catch (error) {
    broken.push(`it threw ${oneLine(error)}`);
  }
  return broken;
}

/** Adds up what the schedules gave. */
class Findings {
  readonly #held: Map<string, number>;
  readonly #traces = new Set<string>();
  readonly #seen = new Set<string>();
  readonly #failures: ExploreFailure[] = [];
  #schedules = 0;
  #infeasible = 0;
  #failed = 0;

  constructor(predicates: readonly string[]) {
    this.#held = new Map(predicates.map((name) => [name, 0]));
  }

  add<S>(options: ExploreOptions<S>, { schedule, broken, traceHash, held }: Tried): void {
    if (broken === null) {
      this.#infeasible++;
      return;
    }
    this.#schedules++;
    this.#traces.add(traceHash);
    for (const name in held) if (held[name]) this.#held.set(name, this.#held.get(name)! + 1);
    if (broken.length === 0) return;
    this.#failed++;
    const what = broken.join("\n");
    if (this.#failures.length >= 10 || this.#seen.has(what)) return;
    this.#seen.add(what);
    this.#failures.push(minimise(options, schedule, broken));
  }

  result(): Omit<ExploreResult, "complete" | "text"> {
    const of = this.#schedules;
    const predicates: Record<string, PredicateResult> = {};
    for (const [name, held] of this.#held) {
      const verdict = held === 0 ? "never" : held === of ? "always" : "sometimes";
      predicates[name] = { verdict, held, of };
    }
    return {
      schedules: of,
      infeasible: this.#infeasible,
      traces: this.#traces.size,
      predicates,
      failed: this.#failed,
      failures: this.#failures,
    };
  }
}

/**
 * Makes a failing schedule simpler for as long as it fails in the same way, and tells what happens in it. One that fails
 * for the order alone stays one: what goes wrong when an operation is left out altogether may be another story.
 */
function minimise<S>(
  options: ExploreOptions<S>,
  found: ScheduledOperation[],
  broken: readonly string[],
): ExploreFailure {
  const failsInTurn = (operations: readonly ScheduledOperation[]) =>
    runOnce(options, new OneSchedule(inTurn(operations))).broken?.[0] === broken[0];
  const overlapMatters = !failsInTurn(found);
  let schedule = found;
  let what = broken;
  for (let better: ScheduledOperation[] | undefined = found; better !== undefined;) {
    schedule = better;
    better = simpler(schedule).find((candidate) => {
      const tried = runOnce(options, new OneSchedule(candidate));
      // A point that is no longer reached makes it another schedule, and another first line another story.
      const same = formatSchedule(tried.schedule) === formatSchedule(candidate);
      if (!same || tried.broken?.[0] !== broken[0]) return false;
      if (overlapMatters && failsInTurn(candidate)) return false;
      what = tried.broken!;
      return true;
    });
  }
  const trace: TraceEvent[] = [];
  runOnce(options, new OneSchedule(schedule), (event) => trace.push(event));
  return {
    schedule: formatSchedule(schedule),
    found: formatSchedule(found),
    broken: what,
    trace,
  };
}

/** Two traces are the same when every event is, byte for byte. */
class TraceHash {
  #a = 0x811c9dc5;
  #b = 0x9e3779b9;

  add(event: TraceEvent): void {
    const text = JSON.stringify(event);
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      this.#a = Math.imul(this.#a ^ code, 0x01000193);
      this.#b = Math.imul(this.#b + code, 0x85ebca6b) ^ (this.#b >>> 13);
    }
  }

  get value(): string {
    return `${this.#a >>> 0}-${this.#b >>> 0}`;
  }
}
