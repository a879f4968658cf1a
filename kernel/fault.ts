/**
 * A fallible point, by name: `task`, `pid`, `subscriber`, `task-data`, `exec`, or a hook such as `hook job.fork`.
 */
export type FaultSite = string;

/** Decides which fallible point fails. Unused, a fallible point is one test for null. */
export interface FaultInjector {
  /**
   * Called at every fallible point, in order.
   *
   * @param site The name of the point.
   * @returns Whether it fails this time.
   */
  shouldFail(site: FaultSite): boolean;
}
