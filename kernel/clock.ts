import { KernelError } from "./errno.ts";

/**
 * Nanoseconds in one scheduler tick (100 a second).
 *
 * @example
 * ```ts
 * import { boot, TICK_NS } from "@pnotify/pnotify";
 * import { assertEquals } from "@std/assert";
 * const { kernel } = boot();
 * kernel.clock.advance(100 * TICK_NS);
 * assertEquals(kernel.clock.now, 1e9);
 * ```
 */
export const TICK_NS = 10_000_000;

/**
 * Virtual time. It stands still unless somebody advances it, and never goes back.
 *
 * Origin: our own; the kernel keeps `jiffies` and `ktime_get()`.
 *
 * @example
 * ```ts
 * import { boot } from "@pnotify/pnotify";
 * import { assertEquals } from "@std/assert";
 * const { kernel } = boot();
 * kernel.clock.advance(1_500);
 * assertEquals(kernel.clock.now, 1_500);
 * ```
 */
export class Clock {
  /** Nanoseconds since boot. */
  now = 0;

  /**
   * Lets time pass.
   *
   * @param nanoseconds How long, in nanoseconds; not negative.
   * @throws {KernelError} EINVAL when the time is negative or not a finite number.
   * @example
   * ```ts
   * import { Clock } from "@pnotify/pnotify/kernel";
   * import { assertEquals } from "@std/assert";
   * const clock = new Clock();
   * clock.advance(10);
   * assertEquals(clock.now, 10);
   * ```
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
