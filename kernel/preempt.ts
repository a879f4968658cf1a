/** A kind of preemption point. An operation of another CPU may run there. */
export type PreemptionSite = "lock" | "unlock" | "callout" | "walk";

/** A schedule explorer, as {@linkcode Kernel.preemption} holds it. */
export interface Preemption {
  /** Whether an operation runs nested in another one right now. */
  readonly nested: boolean;
  /** Called at every preemption point; may run other operations before it returns. */
  reached(site: PreemptionSite): void;
  /** Called before {@linkcode WouldWait} is thrown. The operation might catch that error. */
  blocked(what: string): void;
}

/** Thrown in a nested operation that has to wait for the operation around it. Only the explorer may catch it. */
export class WouldWait extends Error {
  /** The class name, for callers that cannot use `instanceof`. */
  override readonly name = "WouldWait";

  /** @internal Makes the error, with the lock or task to wait for. */
  constructor(what: string) {
    super(`Would wait for ${what}`);
  }
}
