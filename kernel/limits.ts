import { KernelError } from "./errno.ts";
import type { Task } from "./task.ts";

/** The resource limits of a process (struct rlimit). Never changed, only replaced, so that many processes share one. */
export interface Limits {
  /** How many tasks its user may have before its forks fail with EAGAIN (RLIMIT_NPROC). */
  readonly processes: number;
  /** The largest core file in bytes; 0 dumps none (RLIMIT_CORE). */
  readonly core: number;
}

/**
 * No limit (RLIM_INFINITY).
 *
 * @example
 * ```ts
 * import { boot, RLIM_INFINITY } from "@pnotify/pnotify";
 * import { assertEquals } from "@std/assert";
 * const { kernel } = boot();
 * assertEquals(kernel.init.limits.processes, RLIM_INFINITY);
 * ```
 */
export const RLIM_INFINITY: number = Infinity;

/** Changes the limits of a process (setrlimit): all that are given, or none when one is wrong. */
export function setLimits(task: Task, limits: Partial<Limits>): void {
  const leader = task.groupLeader;
  for (const [name, value] of Object.entries(limits)) {
    const known = Object.hasOwn(leader.limits, name);
    if (known && value >= 0) continue;
    throw new KernelError("EINVAL", {
      action: "set the limits of",
      name: String(task),
      found: known ? `${name} is ${value}` : `there is no limit "${name}"`,
      wanted: known
        ? "a number that is not negative is wanted"
        : `one of ${Object.keys(leader.limits).join(", ")} is wanted`,
    });
  }
  leader.limits = Object.freeze({ ...leader.limits, ...limits });
}
