import process from "node:process";
import { Script } from "node:vm";
import { SoftLockup, type StepGuard, type StepLabel } from "../engine/plan.ts";

/** The global name under which the watched script finds its call. */
export const STEP_HOOK = "pnotifyStep";

/** The longest time limit that the engine takes. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/**
 * How many times its limit a step may take by the wall clock, for each attempt. The engine stops a step by that clock
 * alone, which goes on while other processes have the CPU.
 */
export const PATIENCE: readonly number[] = [1, 4, 16];

/**
 * The part of its limit that a stopped step must have had in CPU time. A step with less was kept waiting, and its stop
 * proves nothing. After the last attempt the stop counts all the same, so that every run ends.
 */
const LEAST_SHARE = 1 / 4;

type CpuUsage = typeof process.cpuUsage;

/**
 * Deno has this function, but not in its types. node:process finds it on the global object, from which it is deleted
 * later.
 */
const { cpuUsage } = ("Deno" in globalThis ? Deno : process) as unknown as { cpuUsage: CpuUsage };

/** Milliseconds of CPU time that this process has had. */
export function cpuMs(): number {
  const { user, system } = cpuUsage();
  return (user + system) / 1000;
}

/** Runs code that may never return, and returns. */
export interface Watchdog {
  /** The function for the global name {@linkcode STEP_HOOK}. It does nothing outside of a step. */
  readonly hook: () => void;
  /** Puts a time limit around a step. */
  readonly guard: StepGuard;
  /**
   * Whether a step was stopped that had hardly run. The result is then void, and the next attempt needs more patience.
   */
  readonly isStarved: () => boolean;
}

/**
 * Makes a watchdog. The engine can stop a loop from outside, but only in a script that it runs. A script of one line
 * therefore calls the step. A stopped step does not run its `finally` blocks.
 *
 * @param timeoutOf Milliseconds that a step may take. Called before it begins.
 * @param patience How many times its limit a step may take by the wall clock: a value of {@linkcode PATIENCE}.
 * @param cpu Milliseconds of CPU time that this process has had.
 * @returns The watchdog.
 */
export function createWatchdog(
  timeoutOf: (label: StepLabel) => number,
  patience: number = PATIENCE[0],
  cpu: () => number = cpuMs,
): Watchdog {
  const script = new Script(`${STEP_HOOK}()`);
  let waiting: (() => void) | null = null;
  let isStarved = false;
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
    const limit = timeoutOf(label);
    const before = cpu();
    waiting = run;
    outcome = null;
    try {
      script.runInThisContext({ timeout: Math.min(limit * patience, LONGEST_TIMEOUT_MS) });
    } catch {
      // The lines below find out whether it was stopped. A module may throw the error that the watchdog throws.
    }
    waiting = null;
    const ended = outcome as { readonly threw: boolean; readonly error: unknown } | null;
    if (ended === null) {
      isStarved ||= patience < PATIENCE.at(-1)! && cpu() - before < limit * LEAST_SHARE;
      throw new SoftLockup("");
    }
    if (ended.threw) throw ended.error;
  };
  return { hook, guard, isStarved: () => isStarved };
}
