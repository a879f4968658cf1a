import type { TraceEvent } from "../kernel/trace.ts";

/** How often a predicate held. */
export interface PredicateResult {
  /** Whether it held always, sometimes or never. */
  readonly verdict: "always" | "sometimes" | "never";
  /** The number of schedules in which it held. */
  readonly held: number;
  /** The number of all schedules. */
  readonly of: number;
}

/** A schedule that breaks something. */
export interface ExploreFailure {
  /** The simplest schedule that still fails, in one line such as `register(5:fork) exit`. As `only` it runs again. */
  readonly schedule: string;
  /** The schedule that failed first. */
  readonly firstSchedule: string;
  /** What is broken, a line each. */
  readonly broken: readonly string[];
  /** What happened in the simplest schedule. */
  readonly trace: readonly TraceEvent[];
}

/** The result of an exploration. */
export interface ExploreResult {
  /** The number of schedules that ran to their end. */
  readonly schedules: number;
  /** The number of placements in which an operation would wait for the operation around it. */
  readonly infeasible: number;
  /** The number of different traces that the schedules gave. */
  readonly traces: number;
  /** Whether all schedules within the bound were tried. False when `limit` or `only` left some out. */
  readonly complete: boolean;
  /** How often each predicate held, by name. */
  readonly predicates: Readonly<Record<string, PredicateResult>>;
  /** The number of schedules that break something. */
  readonly failed: number;
  /** One schedule for each different thing that is broken, ten at most. Empty when all is well. */
  readonly failures: readonly ExploreFailure[];
  /** The result in a few lines. */
  readonly text: string;
}
