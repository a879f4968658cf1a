import { KernelError } from "./errno.ts";

/** Nanoseconds in one scheduler tick: there are 100 a second. */
export const TICK_NS = 10_000_000;

/** Virtual time, in place of ktime_get(). It stands still until it is advanced. */
export class Clock {
  /** Nanoseconds since boot. */
  now = 0;

  /**
   * Lets time pass.
   *
   * @param nanoseconds How long.
   * @throws {KernelError} EINVAL when the time is negative or not a finite number.
   */
  advance(nanoseconds: number): void {
    if (!(nanoseconds >= 0) || nanoseconds === Infinity) {
      throw new KernelError("EINVAL", {
        action: "advance the clock",
        found: `the step is ${nanoseconds}`,
        wanted: "a number of nanoseconds that is not negative is wanted",
      });
    }
    this.now += nanoseconds;
  }
}
