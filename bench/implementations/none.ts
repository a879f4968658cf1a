/**
 * No notification at all: the same kernel with its callouts compiled out. Nobody is tracked.
 *
 * @module
 */
import { bootForSpeed } from "../kernel_under_test.ts";
import type { Installed } from "../workload.ts";

export { Workload } from "../workload.ts";

/** Boots it. */
export function install(_modules: number): Installed {
  return { kernel: bootForSpeed(), counters: [], track: () => {} };
}
