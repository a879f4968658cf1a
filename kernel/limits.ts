/** The resource limits of a process (struct rlimit). Never changed, only replaced, so that many processes share one. */
export interface Limits {
  /** How many tasks its user may have before its forks fail with EAGAIN (RLIMIT_NPROC). */
  readonly processes: number;
  /** The largest core file in bytes; 0 dumps none (RLIMIT_CORE). */
  readonly core: number;
}

/** No limit (RLIM_INFINITY). */
export const RLIM_INFINITY: number = Infinity;
