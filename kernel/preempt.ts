/** A kind of preemption point: where another CPU's operation may come between. */
export type PreemptionSite = "lock" | "unlock" | "callout" | "walk";

/** A schedule explorer, as {@linkcode Kernel.preemption} holds it. */
export interface Preemption {
  /** Whether an operation runs nested in another one right now. */
  readonly nested: boolean;
  /** Called at every preemption point; may run other operations before it returns. */
  reached(site: PreemptionSite): void;
  /** Called before {@linkcode WouldWait} is thrown, which may be caught on its way. */
  blocked(what: string): void;
}

/** Thrown through a nested operation that has to wait for the one around it. Only the explorer may catch it. */
export class WouldWait extends Error {
  /** The class name, for callers that cannot use `instanceof`. */
  override readonly name = "WouldWait";

  /** @internal Makes the error, with the lock or task to wait for. */
  constructor(what: string) {
    super(`Would wait for ${what}`);
  }
}
