/** A kind of preemption point: where another CPU's operation may come between. */
export type PreemptionSite = "lock" | "unlock" | "callout" | "walk";

/**
 * What a schedule explorer hangs on {@linkcode Kernel.preemption}. Unused, a preemption point is one test for null.
 */
export interface Preemption {
  /** Whether an operation runs nested in another one right now. */
  readonly nested: boolean;
  /**
   * Called at every preemption point; may run other operations before it returns.
   *
   * @param site The kind of point.
   */
  at(site: PreemptionSite): void;
  /**
   * Called before {@linkcode WouldWait} is thrown, as the exception itself may be caught on its way.
   *
   * @param what What would be waited for.
   */
  blocked(what: string): void;
}

/**
 * Thrown through a nested operation that would have had to wait for the one it is nested in, mostly for a lock: the
 * placement is infeasible, and its world is to be thrown away. Nothing but the explorer may catch it.
 */
export class WouldWait extends Error {
  /** The class name, for callers that cannot use `instanceof`. */
  override readonly name = "WouldWait";

  /**
   * Makes one.
   *
   * @param what The lock or task it would have waited for.
   */
  constructor(what: string) {
    super(`Would wait for ${what}`);
  }
}
