import { KernelError } from "./errno.ts";

/** The resource limits of a process (struct rlimit). They are replaced and never changed, so that processes share them. */
export interface Limits {
  /** How many tasks its user may have. More make a fork fail with EAGAIN (RLIMIT_NPROC). */
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

/** The limits of a process after a change (setrlimit). A wrong one changes none. */
export function changeLimits(old: Limits, changes: Partial<Limits>, owner: string): Limits {
  for (const [name, value] of Object.entries(changes)) {
    const exists = Object.hasOwn(old, name);
    if (exists && value >= 0) continue;
    throw new KernelError("EINVAL", {
      action: "set the limits of",
      name: owner,
      found: exists ? `${name} is ${value}` : `there is no limit "${name}"`,
      wanted: exists
        ? "a number that is not negative is wanted"
        : `one of ${Object.keys(old).join(", ")} is wanted`,
    });
  }
  return Object.freeze({ ...old, ...changes });
}
