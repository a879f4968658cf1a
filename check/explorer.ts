import { Context } from "../kernel/context.ts";
import { KernelError } from "../kernel/errno.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { Preemption, PreemptionSite } from "../kernel/preempt.ts";
import type { ScheduledOperation } from "./schedule.ts";
import { oneLine } from "./teardown.ts";

/** The operation that runs next. */
export interface Choice {
  /** Its name. */
  readonly name: string;
  /** Its place in a schedule that is replayed. */
  readonly planned: ScheduledOperation | null;
}

/** Decides the schedule of one run. */
export interface Chooser {
  /** Chooses the next operation when none is running. Null stops the run. */
  chooseNext(remaining: readonly string[]): Choice | null;
  /** Chooses the operation to run at a point of another one. Null goes on. After that has run, it is called again. */
  chooseNested(running: Running, remaining: readonly string[], preemptions: number): Choice | null;
}

/** An operation that runs. */
export interface Running {
  /** Its name. */
  readonly name: string;
  /** Its place in a schedule that is replayed. */
  readonly planned: ScheduledOperation | null;
  /** The number of preemption points that it has passed itself. */
  points: number;
  /** The operations that ran inside it, and the point of each. */
  readonly nested: { point: number; operation: Running }[];
}

/** The most preemption points of a run. A run that passes more does not end. */
const MOST_POINTS = 100_000;

/** One run of the operations in one world. */
export class Explorer implements Preemption {
  /** The operations that ran when nothing else was running. */
  readonly done: Running[] = [];
  /** What a nested operation would have had to wait for. The run is then infeasible. Null while it is feasible. */
  blockedOn: string | null = null;
  /** The exceptions of operations that are no KernelError. */
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

  /** Prepares the run of some operations in a world. */
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

  /** Runs the operations. If {@linkcode Explorer.blockedOn} is set afterwards, the world must not be used. */
  run(): void {
    const kernel = this.#kernel;
    kernel.preemption = this;
    try {
      while (!this.#isOver()) {
        const choice = this.#chooser.chooseNext(this.#remaining);
        if (choice === null) return;
        this.#start(choice, (operation) => this.done.push(operation));
      }
    } catch (error) {
      if (this.blockedOn === null) this.broken.push(`it threw ${oneLine(error)}`);
    } finally {
      kernel.preemption = null;
    }
  }

  /** Passes a preemption point, and runs the operations that the chooser places there. */
  reached(_site: PreemptionSite): void {
    const running = this.#stack.at(-1);
    // An infeasible run that unwinds passes points, too. They do not count.
    if (running === undefined || this.blockedOn !== null) return;
    if (++this.#points > MOST_POINTS) {
      throw new Error(`More than ${MOST_POINTS} points were passed`);
    }
    running.points++;
    while (this.#remaining.length > 0) {
      const choice = this.#chooser.chooseNested(running, this.#remaining, this.#preemptions);
      if (choice === null) return;
      this.#preemptions++;
      const point = running.points;
      this.#start(choice, (operation) => running.nested.push({ point, operation }));
    }
  }

  /** Notes that the run is infeasible. The exception alone would not do, as an operation may catch it. */
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
    const interrupted = kernel.context;
    this.#stack.push(running);
    kernel.context = this.#contextAt(this.#stack.length - 1);
    try {
      this.#operations.get(name)!();
      this.#outcomes[name] = "done";
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      this.#outcomes[name] = error.code;
    } finally {
      kernel.context = interrupted;
      this.#stack.pop();
    }
    // If the operation caught WouldWait, throw it again.
    if (this.blockedOn !== null && this.#stack.length > 0) kernel.wouldWait(this.blockedOn);
  }

  /** Every depth of nesting is a CPU of its own. */
  #contextAt(depth: number): Context {
    const { contexts } = this.#kernel;
    while (contexts.length <= depth) contexts.push(new Context(`cpu${contexts.length}`));
    return contexts[depth];
  }
}

/** The operations that ran, as a schedule. */
export function scheduleOf(done: readonly Running[]): ScheduledOperation[] {
  return done.map(({ name, nested }) => ({
    name,
    nested: nested.map(({ point, operation }) => ({
      point,
      operation: scheduleOf([operation])[0],
    })),
  }));
}

/**
 * Goes through all schedules, depth first. Each run follows the recorded choices, and then takes the first alternative
 * of each further choice. For the next run, the last choice that has an alternative left is changed.
 */
export class AllSchedules implements Chooser {
  readonly #bound: number;
  #choices: { taken: number; readonly of: number }[] = [];
  #depth = 0;

  /** Begins with the first schedule. `bound` is the most preemptions in one. */
  constructor(bound: number) {
    this.#bound = bound;
  }

  /** Chooses any of the remaining operations. */
  chooseNext(remaining: readonly string[]): Choice {
    return { name: remaining[this.#choose(remaining.length)], planned: null };
  }

  /** Chooses any of the remaining operations, or none. */
  chooseNested(
    _running: Running,
    remaining: readonly string[],
    preemptions: number,
  ): Choice | null {
    if (preemptions >= this.#bound) return null;
    const taken = this.#choose(remaining.length + 1);
    return taken === 0 ? null : { name: remaining[taken - 1], planned: null };
  }

  /** Turns to the next schedule. Returns false when there is none. */
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

  /** Begins at the start of a schedule. */
  constructor(schedule: readonly ScheduledOperation[]) {
    this.#schedule = schedule;
  }

  /** Chooses the next operation of the schedule. */
  chooseNext(): Choice | null {
    const planned = this.#schedule[this.#begun++];
    return planned === undefined ? null : { name: planned.name, planned };
  }

  /** Chooses the operation that the schedule has at this point, if any. */
  chooseNested(running: Running): Choice | null {
    const planned = running.planned!.nested[running.nested.length];
    if (planned === undefined || planned.point !== running.points) return null;
    return { name: planned.operation.name, planned: planned.operation };
  }
}
