import { KernelError } from "./errno.ts";

/** A fallible point: `task`, `pid`, `subscriber`, `task-data`, `exec`, or a hook such as `hook job.fork`. */
export type FaultSite = string;

/** Decides which fallible point fails. Without an injector, a fallible point costs one test for null. */
export interface FaultInjector {
  /** Called at every fallible point, in order; returns whether it fails this time. */
  shouldFail(site: FaultSite): boolean;
}

/** Which fallible point is to fail: just one, or none. */
export interface FaultOptions {
  /** The number of the point, from 1. With `site`, only the points of that name are counted. */
  readonly nth?: number;
  /** The name of the point. It fails when it is first passed, unless `nth` says otherwise. */
  readonly site?: FaultSite;
}

/**
 * Fails one fallible point, the n-th or by name, and counts all that are passed (should_fail). Without options it only
 * counts. The boot option `faults` makes one.
 *
 * @example
 * ```ts
 * import { boot, FaultPlan } from "@pnotify/pnotify";
 * import { assertEquals, assertThrows } from "@std/assert";
 * const faults = new FaultPlan({ site: "pid", nth: 2 });
 * const { kernel } = boot({ faults });
 * kernel.fork(kernel.init);
 * assertThrows(() => kernel.fork(kernel.init), Error, "there is no free pid");
 * assertEquals(faults.failed, { nth: 4, site: "pid" });
 * assertEquals([faults.shouldFail("pid"), kernel.mayFail("page")], [false, false]);
 * ```
 */
export class FaultPlan implements FaultInjector {
  /** How many points have been passed, the failed one included. */
  passed = 0;
  /** How often each has been passed, in order of first sight. */
  readonly sites: Map<FaultSite, number> = new Map();
  /** The point that failed, with its number among all; null while none has. */
  failed: { readonly nth: number; readonly site: FaultSite } | null = null;
  readonly #nth: number;
  readonly #site: FaultSite | null;

  /**
   * Plans a fault.
   *
   * @param options Which point fails.
   * @throws {KernelError} EINVAL when `nth` is no integer from 1 or `site` is no name.
   */
  constructor(options: FaultOptions = {}) {
    const { nth, site } = options;
    if (nth !== undefined && (!Number.isInteger(nth) || nth < 1)) {
      throw refuse(`nth is ${nth}`, "an integer from 1 is wanted");
    }
    if (site !== undefined && (typeof site !== "string" || site === "")) {
      throw refuse(`site is "${site}"`, "the name of a fallible point is wanted");
    }
    this.#site = site ?? null;
    this.#nth = nth ?? (site === undefined ? 0 : 1);
  }

  /**
   * Counts a point, and says whether it fails.
   *
   * @param site The name of the point.
   * @returns Whether it fails: once at most.
   */
  shouldFail(site: FaultSite): boolean {
    const ofSite = (this.sites.get(site) ?? 0) + 1;
    this.sites.set(site, ofSite);
    this.passed++;
    if (this.#site !== null && this.#site !== site) return false;
    if ((this.#site === null ? this.passed : ofSite) !== this.#nth) return false;
    this.failed = { nth: this.passed, site };
    return true;
  }
}

function refuse(found: string, wanted: string): KernelError {
  return new KernelError("EINVAL", { action: "plan a fault", found, wanted });
}

/** The injector that the boot option `faults` describes. An injector is returned as it is. */
export function faultInjector(faults: FaultInjector | FaultOptions): FaultInjector {
  return "shouldFail" in faults ? faults : new FaultPlan(faults);
}
