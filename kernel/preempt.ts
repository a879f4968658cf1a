/** A kind of preemption point: where another CPU's operation may come between. */
export type PreemptionSite = "lock" | "unlock" | "callout" | "walk";

/**
 * What a schedule explorer hangs on {@linkcode Kernel.preemption}. Unused, a preemption point is one test for null.
 *
 * @example
 * ```ts
 * import { boot, type Preemption } from "@pnotify/pnotify";
 * import { assertEquals } from "@std/assert";
 * const seen: string[] = [];
 * const preemption: Preemption = {
 *   nested: false,
 *   at: (site) => void seen.push(site),
 *   blocked: (what) => void seen.push(what),
 * };
 * const { kernel } = boot();
 * kernel.preemption = preemption;
 * kernel.getTask(1)!.put();
 * assertEquals(seen, ["lock", "unlock"]);
 * ```
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
 *
 * Origin: our own.
 *
 * @example
 * ```ts
 * import { boot, WouldWait } from "@pnotify/pnotify";
 * import { assertThrows } from "@std/assert";
 * const { kernel } = boot();
 * assertThrows(() => kernel.wouldWait("eventsSem"), WouldWait, "eventsSem");
 * ```
 */
export class WouldWait extends Error {
  /** The class name, for callers that cannot use `instanceof`. */
  override readonly name = "WouldWait";

  /**
   * Makes the end of a nested operation that cannot go on.
   *
   * @param what The lock or task it would have waited for.
   */
  constructor(what: string) {
    super(`Would wait for ${what}`);
  }
}
