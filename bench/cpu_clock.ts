/** Reads the CPU time that this thread used, in nanoseconds. */
export interface CpuClock {
  /** Whether it is CPU time; otherwise it is what a clock on the wall shows. */
  readonly isCpuTime: boolean;
  /** The time. */
  now(): number;
}

const CLOCK_THREAD_CPUTIME_ID = 3;

/** Opens the clock. Where the C library cannot be called, time is taken from the wall. */
export function openCpuClock(): CpuClock {
  const wall = { isCpuTime: false, now: () => performance.now() * 1e6 };
  if (Deno.build.os !== "linux") return wall;
  try {
    const library = Deno.dlopen("libc.so.6", {
      clock_gettime: { parameters: ["i32", "buffer"], result: "i32" },
    });
    const time = new BigInt64Array(2);
    const bytes = new Uint8Array(time.buffer);
    return {
      isCpuTime: true,
      now() {
        library.symbols.clock_gettime(CLOCK_THREAD_CPUTIME_ID, bytes);
        return Number(time[0]) * 1e9 + Number(time[1]);
      },
    };
  } catch {
    return wall;
  }
}

const RUSAGE_CHILDREN = -1;
/** The bytes of a `struct rusage`: two times, and fourteen counts that are of no interest here. */
const RUSAGE_BYTES = 144;

/** Opens a clock of the CPU time that child processes used, those that have ended; null where there is none. */
export function openChildClock(): CpuClock | null {
  if (Deno.build.os !== "linux") return null;
  try {
    const library = Deno.dlopen("libc.so.6", {
      getrusage: { parameters: ["i32", "buffer"], result: "i32" },
    });
    const usage = new BigInt64Array(RUSAGE_BYTES / 8);
    const bytes = new Uint8Array(usage.buffer);
    return {
      isCpuTime: true,
      now() {
        library.symbols.getrusage(RUSAGE_CHILDREN, bytes);
        const [userSeconds, userMicros, systemSeconds, systemMicros] = usage;
        return Number(userSeconds + systemSeconds) * 1e9 + Number(userMicros + systemMicros) * 1e3;
      },
    };
  } catch {
    return null;
  }
}
