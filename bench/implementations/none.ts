/**
 * No notification at all: the same kernel with its callouts compiled out. Nobody is tracked.
 *
 * @module
 */
import { bootForSpeed } from "../kernel_under_test.ts";
import type { Installed, Shape } from "../workload.ts";

export { Workload } from "../workload.ts";

/** Boots it. */
export function install(shape: Shape): Installed {
  return { kernel: bootForSpeed(shape), counters: [], track: () => {} };
}
