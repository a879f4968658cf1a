import { Context } from "../kernel/context.ts";
import { KernelError } from "../kernel/errno.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { Preemption, PreemptionSite } from "../kernel/preempt.ts";
import type { ScheduledOperation } from "./schedule.ts";
import { oneLine } from "./teardown.ts";

/** What to run next; `planned` is its place in a schedule that is replayed. */
export interface Choice {
  readonly name: string;
  readonly planned: ScheduledOperation | null;
}

/** Decides the schedule of one run. */
export interface Chooser {
  /** What runs next when nothing is running; null to stop. */
  next(remaining: readonly string[]): Choice | null;
  /** What runs at a point of an operation, or null to go on. Asked again after that has run. */
  at(running: Running, remaining: readonly string[], preemptions: number): Choice | null;
}

/** An operation that runs. */
export interface Running {
  readonly name: string;
  readonly planned: ScheduledOperation | null;
  /** Preemption points that it has passed itself. */
  points: number;
  readonly nested: { at: number; operation: Running }[];
}

/** More than any run needs that ends. */
const MOST_POINTS = 100_000;

/** One run of the operations in one world. */
export class Explorer implements Preemption {
  /** What ran when nothing else was running. */
  readonly done: Running[] = [];
  /** The lock that a nested operation would have had to wait for: the run is infeasible. */
  blockedOn: string | null = null;
  /** What an operation threw that no caller is expected to meet. */
  readonly broken: string[] = [];
  readonly #kernel: Kernel;
  readonly #operations: ReadonlyMap<string, () => void>;
  readonly #chooser: Chooser;
  /** How each operation ended. */
  readonly #outcomes: Record<string, string>;
  readonly #remaining: string[];
  readonly #stack: Running[] = [];
  #preemptions = 0;
  #points = 0;

  constructor(
    kernel: Kernel,
    operations: ReadonlyMap<string, () => void>,
    chooser: Chooser,
    outcomes: Record<string, string>,
  ) {
    this.#kernel = kernel;
    this.#operations = operations;
    this.#chooser = chooser;
    this.#outcomes = outcomes;
    this.#remaining = [...operations.keys()];
  }

  /** Whether an operation runs in another one. */
  get nested(): boolean {
    return this.#stack.length > 1;
  }

  /** Runs the operations. The world is of no more use when {@linkcode Explorer.blockedOn} is set then. */
  run(): void {
    const kernel = this.#kernel;
    kernel.preemption = this;
    try {
      while (!this.#isOver()) {
        const choice = this.#chooser.next(this.#remaining);
        if (choice === null) return;
        this.#start(choice, (operation) => this.done.push(operation));
      }
    } catch (error) {
      if (this.blockedOn === null) this.broken.push(`it threw ${oneLine(error)}`);
    } finally {
      kernel.preemption = null;
    }
  }

  /** Passes a point, running in it what the chooser wants. */
  at(_site: PreemptionSite): void {
    const running = this.#stack.at(-1);
    // While an infeasible run unwinds, what it passes is of no interest.
    if (running === undefined || this.blockedOn !== null) return;
    if (++this.#points > MOST_POINTS) {
      throw new Error(`More than ${MOST_POINTS} points were passed`);
    }
    running.points++;
    while (this.#remaining.length > 0) {
      const choice = this.#chooser.at(running, this.#remaining, this.#preemptions);
      if (choice === null) return;
      this.#preemptions++;
      const at = running.points;
      this.#start(choice, (operation) => running.nested.push({ at, operation }));
    }
  }

  /** Remembers that the run is infeasible, whoever catches the exception. */
  blocked(what: string): void {
    this.blockedOn ??= what;
  }

  #isOver(): boolean {
    return this.#remaining.length === 0 || this.blockedOn !== null || this.broken.length > 0;
  }

  #start({ name, planned }: Choice, begun: (running: Running) => void): void {
    const kernel = this.#kernel;
    const running: Running = { name, planned, points: 0, nested: [] };
    begun(running);
    this.#remaining.splice(this.#remaining.indexOf(name), 1);
    const outer = kernel.context;
    this.#stack.push(running);
    kernel.context = this.#contextAt(this.#stack.length - 1);
    try {
      this.#operations.get(name)!();
      this.#outcomes[name] = "done";
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      this.#outcomes[name] = error.code;
    } finally {
      kernel.context = outer;
      this.#stack.pop();
    }
    // An exception that says so may have been caught on its way.
    if (this.blockedOn !== null && this.#stack.length > 0) kernel.wouldWait(this.blockedOn);
  }

  /** Every depth of nesting is a CPU of its own. */
  #contextAt(depth: number): Context {
    const { contexts } = this.#kernel;
    while (contexts.length <= depth) contexts.push(new Context(`cpu${contexts.length}`));
    return contexts[depth];
  }
}

/** What ran, as a schedule. */
export function scheduleOf(done: readonly Running[]): ScheduledOperation[] {
  return done.map(({ name, nested }) => ({
    name,
    nested: nested.map(({ at, operation }) => ({ at, operation: scheduleOf([operation])[0] })),
  }));
}

/**
 * Goes through all schedules, depth first: each run follows a prefix of recorded choices and takes the first of what
 * there is from there on; the last choice that has an alternative left is changed for the next run.
 */
export class AllSchedules implements Chooser {
  readonly #bound: number;
  #choices: { taken: number; readonly of: number }[] = [];
  #depth = 0;

  constructor(bound: number) {
    this.#bound = bound;
  }

  next(remaining: readonly string[]): Choice {
    return { name: remaining[this.#choose(remaining.length)], planned: null };
  }

  at(_running: Running, remaining: readonly string[], preemptions: number): Choice | null {
    if (preemptions >= this.#bound) return null;
    const taken = this.#choose(remaining.length + 1);
    return taken === 0 ? null : { name: remaining[taken - 1], planned: null };
  }

  /** Turns to the next schedule; false when there is none. */
  advance(): boolean {
    this.#choices.length = this.#depth;
    this.#depth = 0;
    while (this.#choices.length > 0) {
      const last = this.#choices[this.#choices.length - 1];
      if (++last.taken < last.of) return true;
      this.#choices.pop();
    }
    return false;
  }

  #choose(of: number): number {
    if (this.#depth === this.#choices.length) this.#choices.push({ taken: 0, of });
    return this.#choices[this.#depth++].taken;
  }
}

/** Follows a schedule. */
export class OneSchedule implements Chooser {
  readonly #schedule: readonly ScheduledOperation[];
  #begun = 0;

  constructor(schedule: readonly ScheduledOperation[]) {
    this.#schedule = schedule;
  }

  next(): Choice | null {
    const planned = this.#schedule[this.#begun++];
    return planned === undefined ? null : { name: planned.name, planned };
  }

  at(running: Running): Choice | null {
    const planned = running.planned!.nested[running.nested.length];
    if (planned === undefined || planned.at !== running.points) return null;
    return { name: planned.operation.name, planned: planned.operation };
  }
}
