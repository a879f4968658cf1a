import { fnv1a, FNV_OFFSET_BASIS, GOLDEN_RATIO, MURMUR_FIRST } from "../kernel/hash.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { TraceEvent, TraceSink } from "../kernel/trace.ts";
import { boot } from "../pnotify/boot.ts";
import type { Attempt, ExploreOptions, Run } from "./explore_options.ts";
import { type Chooser, Explorer, scheduleOf } from "./explorer.ts";
import { checkInvariants } from "./invariants.ts";
import { formatSchedule, type ScheduledOperation } from "./schedule.ts";
import { oneLine, tearDown } from "./teardown.ts";

/** The outcome of one schedule. */
export interface ScheduleOutcome {
  /** The operations that ran. */
  readonly schedule: ScheduledOperation[];
  /** Whether it ran to its end. Then it is feasible, and nothing was thrown. */
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

/** A hash of a trace, of 64 bits in two halves. Equal events in the same order give equal hashes. */
class TraceHash {
  #fnv = FNV_OFFSET_BASIS;
  #murmur = GOLDEN_RATIO;

  add(event: TraceEvent): void {
    const text = JSON.stringify(event);
    this.#fnv = fnv1a(this.#fnv, text);
    let murmur = this.#murmur;
    for (let i = 0; i < text.length; i++) {
      murmur = Math.imul(murmur + text.charCodeAt(i), MURMUR_FIRST) ^ (murmur >>> 13);
    }
    this.#murmur = murmur >>> 0;
  }

  get value(): string {
    return `${this.#fnv}-${this.#murmur}`;
  }
}
