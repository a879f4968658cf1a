import process from "node:process";
import { Script } from "node:vm";
import { SoftLockup, type StepGuard, type StepLabel } from "../engine/plan.ts";

/** The name under which the script that is watched finds what to run. */
export const STEP_HOOK = "pnotifyStep";

/** The longest time limit that the engine takes. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/**
 * How many times its limit a step may take by the wall clock, attempt by attempt. The engine of the runtime stops a step by
 * that clock alone, which goes on while other processes have the CPU.
 */
export const PATIENCE: readonly number[] = [1, 4, 16];

/** The part of its limit that a stopped step must have had in CPU time. With less it was kept waiting, and proves nothing. */
const LEAST_SHARE = 1 / 4;

type CpuUsage = typeof process.cpuUsage;

/** Deno has it, but not in its types. What node:process offers looks for it on the global object, where it is gone by then. */
const { cpuUsage } = ("Deno" in globalThis ? Deno : process) as unknown as { cpuUsage: CpuUsage };

/** Milliseconds of CPU time that this process has had. */
export function cpuMs(): number {
  const { user, system } = cpuUsage();
  return (user + system) / 1000;
}

/** Runs code that may never return, and returns. */
export interface Watchdog {
  /** What must be found on the global object under {@linkcode STEP_HOOK}; to call it otherwise does nothing. */
  readonly hook: () => void;
  /** Puts a time limit around a step. */
  readonly guard: StepGuard;
  /** Whether a step was stopped that had hardly run. Another attempt with more patience is due: all that came of it is void. */
  readonly isStarved: () => boolean;
}

/**
 * Makes a watchdog. The engine of the runtime can be made to stop a loop from outside, but only one that it runs as a
 * script; so a one-line script calls back what is to be run. What is stopped does not run its `finally` blocks.
 *
 * @param timeoutOf Milliseconds that a step may take. Called before it begins.
 * @param patience How many times as long it may take by the wall clock, one of {@linkcode PATIENCE}.
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
      // Whether it was stopped shows below: a module may throw whatever the watchdog throws.
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
