import type { FaultInjector, FaultSite } from "../../kernel/fault.ts";

interface Injection {
  readonly site: FaultSite | null;
  skip: number;
  times: number;
}

/** Fails chosen fallible points: the n-th passing of a site, a number of times. */
export class PlannedFaults implements FaultInjector {
  readonly #injections: Injection[] = [];

  /**
   * Plans a fault.
   *
   * @param site The name of the point, or null for any.
   * @param nth Which passing fails, counted from now; the first is 1.
   * @param times How many in a row fail.
   */
  add(site: FaultSite | null, nth: number, times: number): void {
    this.#injections.push({ site, skip: nth - 1, times });
  }

  /** Whether a point fails this time. */
  shouldFail(site: FaultSite): boolean {
    let fails = false;
    for (const injection of this.#injections) {
      const isMeant = injection.site === null || injection.site === site;
      if (!isMeant || injection.times === 0) continue;
      if (injection.skip > 0) injection.skip--;
      else {
        injection.times--;
        fails = true;
      }
    }
    return fails;
  }
}
