import type { Kernel, KernelOptions } from "../kernel/kernel.ts";
import type { ReportKind } from "../kernel/report.ts";
import type { World } from "../pnotify/boot.ts";

/** A world in which operations run, or have run. `S` is what the setup made. */
export interface Run<S> extends World {
  /** What the setup made. */
  readonly state: S;
  /** The outcome of each operation that has ended: `done`, or the errno that it failed with. */
  readonly outcomes: Readonly<Record<string, string>>;
}

/** A schedule that runs, or is about to run. */
export interface Attempt {
  /** Its kernel, once that has booted. */
  readonly kernel: Kernel | null;
  /** The part of the schedule that has run, in one line. As `only` it runs as far again. */
  readonly schedule: string;
}

/** The operations to explore, and the bounds. `S` is what the setup makes. */
export interface ExploreOptions<S> {
  /** Prepares a world for the operations. It runs once for each schedule, so it keeps no state of its own. */
  setup(world: World): S;
  /** What may happen at the same time, by name. A KernelError is an outcome; any other exception is a failure. */
  readonly operations: Readonly<Record<string, (run: Run<S>) => unknown>>;
  /** Questions about the world after all operations, by name: each holds always, sometimes or never. */
  readonly predicates?: Readonly<Record<string, (run: Run<S>) => boolean>>;
  /** Checks the world for more than the invariants after all operations. Returns what is broken, a line each. */
  check?(run: Run<S>): readonly string[];
  /** The most operations that run inside another one, in one schedule. 2 by default. */
  readonly preemptions?: number;
  /** The most schedules to try. 20000 by default. */
  readonly limit?: number;
  /** How each world is booted. Checks are always on. */
  readonly boot?: Omit<KernelOptions, "debug">;
  /** The kinds of report that are no failure. */
  readonly expect?: readonly ReportKind[];
  /** The only schedule to run: a line that an earlier exploration gave. */
  readonly only?: string;
  /** Puts a limit around one schedule. It calls `run` once and lets its exception through. Its own exception ends all. */
  guard?(attempt: Attempt, run: () => void): void;
}
