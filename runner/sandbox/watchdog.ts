import { Script } from "node:vm";
import { SoftLockup, type StepGuard, type StepLabel } from "../engine/plan.ts";

/** The name under which the script that is watched finds what to run. */
export const STEP_HOOK = "pnotifyStep";

/** Runs code that may never return, and returns. */
export interface Watchdog {
  /** What must be found on the global object under {@linkcode STEP_HOOK}; to call it otherwise does nothing. */
  readonly hook: () => void;
  /** Puts a time limit around a step. */
  readonly guard: StepGuard;
}

/**
 * Makes a watchdog. The engine of the runtime can be made to stop a loop from outside, but only one that it runs as a
 * script; so a one-line script calls back what is to be run. What is stopped does not run its `finally` blocks.
 *
 * @param timeoutOf Milliseconds that a step may take. Called before it begins.
 * @returns The watchdog.
 */
export function createWatchdog(timeoutOf: (label: StepLabel) => number): Watchdog {
  const script = new Script(`${STEP_HOOK}()`);
  let waiting: (() => void) | null = null;
  let outcome: { readonly threw: boolean; readonly error: unknown } | null = null;
  const hook = () => {
    const run = waiting;
    if (run === null) return;
    waiting = null;
    try {
      run();
      outcome = { threw: false, error: null };
    } catch (error) {
      outcome = { threw: true, error };
    }
  };
  const guard: StepGuard = (label, run) => {
    const timeout = timeoutOf(label);
    waiting = run;
    outcome = null;
    try {
      script.runInThisContext({ timeout });
    } catch {
      // Whether it was stopped shows below: a module may throw whatever the watchdog throws.
    }
    waiting = null;
    const ended = outcome as { readonly threw: boolean; readonly error: unknown } | null;
    if (ended === null) throw new SoftLockup("");
    if (ended.threw) throw ended.error;
  };
  return { hook, guard };
}
