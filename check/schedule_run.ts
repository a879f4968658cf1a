import type { Kernel } from "../kernel/kernel.ts";
import type { TraceEvent, TraceSink } from "../kernel/trace.ts";
import { boot } from "../pnotify/boot.ts";
import type { Attempt, ExploreOptions, Run } from "./explore_options.ts";
import { type Chooser, Explorer, scheduleOf } from "./explorer.ts";
import { checkInvariants } from "./invariants.ts";
import { formatSchedule, type ScheduledOperation } from "./schedule.ts";
import { oneLine, tearDown } from "./teardown.ts";

/** What one schedule came to. */
export interface ScheduleOutcome {
  /** The operations that ran. */
  readonly schedule: ScheduledOperation[];
  /** Whether it came to its end: it is feasible, and nothing was thrown. */
  readonly ended: boolean;
  /** What is broken, a line each. Null when it is infeasible. */
  readonly broken: string[] | null;
  /** Equal for equal traces. */
  readonly traceHash: string;
  /** Whether each predicate held, by name. */
  readonly held: Readonly<Record<string, boolean>>;
}

/** Runs one schedule in a world of its own. */
export function runSchedule<S>(
  options: ExploreOptions<S>,
  chooser: Chooser,
  sink: TraceSink | null = null,
): ScheduleOutcome {
  const attempt = new ScheduleAttempt();
  if (options.guard === undefined) return runIn(attempt, options, chooser, sink);
  let outcome: ScheduleOutcome | null = null;
  options.guard(attempt, () => {
    outcome = runIn(attempt, options, chooser, sink);
  });
  return outcome!;
}

class ScheduleAttempt implements Attempt {
  kernel: Kernel | null = null;
  explorer: Explorer | null = null;

  get schedule(): string {
    return formatSchedule(scheduleOf(this.explorer?.done ?? []));
  }
}

function runIn<S>(
  attempt: ScheduleAttempt,
  options: ExploreOptions<S>,
  chooser: Chooser,
  sink: TraceSink | null,
): ScheduleOutcome {
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
  if (ended) broken.push(...checkWorld(options, run, held));
  const unexpected = world.kernel.reports.filter(({ kind }) => !options.expect?.includes(kind));
  broken.push(...unexpected.map(({ kind, headline }) => `${kind}: ${headline}`));
  return { schedule, ended, broken, traceHash, held };
}

function checkWorld<S>(
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

/** A hash of a trace. Two traces are the same when every event is, byte for byte. */
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
