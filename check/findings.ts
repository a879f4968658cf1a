import type { TraceEvent } from "../kernel/trace.ts";
import type { ExploreOptions } from "./explore_options.ts";
import type { ExploreFailure, ExploreResult, PredicateResult } from "./explore_result.ts";
import { OneSchedule } from "./explorer.ts";
import { formatSchedule, inTurn, type ScheduledOperation, simpler } from "./schedule.ts";
import { runSchedule, type ScheduleOutcome } from "./schedule_run.ts";

/** The most failures that a result lists. */
const MOST_FAILURES = 10;

/** Adds up the outcomes of schedules. */
export class Findings {
  readonly #held: Map<string, number>;
  readonly #traces = new Set<string>();
  readonly #seen = new Set<string>();
  readonly #failures: ExploreFailure[] = [];
  #schedules = 0;
  #infeasible = 0;
  #failed = 0;

  /** Begins with predicates that have not been tested. */
  constructor(predicates: readonly string[]) {
    this.#held = new Map(predicates.map((name) => [name, 0]));
  }

  /** Adds an outcome. A new kind of failure is minimised. */
  add<S>(
    options: ExploreOptions<S>,
    { schedule, broken, traceHash, held }: ScheduleOutcome,
  ): void {
    if (broken === null) {
      this.#infeasible++;
      return;
    }
    this.#schedules++;
    this.#traces.add(traceHash);
    for (const name in held) if (held[name]) this.#held.set(name, this.#held.get(name)! + 1);
    if (broken.length === 0) return;
    this.#failed++;
    const lines = broken.join("\n");
    if (this.#failures.length >= MOST_FAILURES || this.#seen.has(lines)) return;
    this.#seen.add(lines);
    this.#failures.push(minimise(options, schedule, broken));
  }

  /** The sum so far. */
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
 * Makes a failing schedule simpler while it fails in the same way, and traces the simplest one. If the schedule fails
 * because operations overlap, a simpler one must need the overlap, too. Otherwise it may show another failure.
 */
function minimise<S>(
  options: ExploreOptions<S>,
  failing: ScheduledOperation[],
  broken: readonly string[],
): ExploreFailure {
  const failsInTurn = (operations: readonly ScheduledOperation[]) =>
    runSchedule(options, new OneSchedule(inTurn(operations))).broken?.[0] === broken[0];
  const overlapMatters = !failsInTurn(failing);
  let simplest = failing;
  let brokenBySimplest = broken;
  for (let better: ScheduledOperation[] | undefined = failing; better !== undefined;) {
    simplest = better;
    better = simpler(simplest).find((candidate) => {
      const outcome = runSchedule(options, new OneSchedule(candidate));
      // If a point is no longer reached, another schedule ran. If the first line differs, it is another failure.
      const same = formatSchedule(outcome.schedule) === formatSchedule(candidate);
      if (!same || outcome.broken?.[0] !== broken[0]) return false;
      if (overlapMatters && failsInTurn(candidate)) return false;
      brokenBySimplest = outcome.broken!;
      return true;
    });
  }
  const trace: TraceEvent[] = [];
  runSchedule(options, new OneSchedule(simplest), (event) => trace.push(event));
  return {
    schedule: formatSchedule(simplest),
    firstSchedule: formatSchedule(failing),
    broken: brokenBySimplest,
    trace,
  };
}
