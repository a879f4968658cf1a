/**
 * Measures one contender in one world, in a process of its own, and prints what it found as JSON:
 *
 *     deno run -A --v8-flags=--single-threaded-gc bench/measure.ts pnotify '{"modules":3,"percent":1,"alive":10000}'
 *
 * @module
 */
import { openCpuClock } from "./cpu_clock.ts";
import { findContender, start } from "./implementations.ts";
import type { Counters, Shape } from "./workload.ts";

/** What one process found. */
export interface Measurement {
  /** Nanoseconds for one lifecycle. */
  readonly ns: number;
  /** Whether that is CPU time of the thread. */
  readonly isCpuTime: boolean;
  /** What the modules had heard after a fixed part of the work. */
  readonly heard: readonly Counters[];
}

/** How long to warm up and to measure: until either is reached. */
const LIMITS = { lifecycles: 1_000_000, ns: 1_500_000_000 };
const CHECKED = 20_000;

async function measure(name: string, shape: Shape, scale: number): Promise<Measurement> {
  const clock = openCpuClock();
  const { installed, workload } = await start(findContender(name), shape);
  workload.run(CHECKED);
  const heard = structuredClone(installed.counters);
  const step = Math.ceil(50_000 * Math.min(scale, 1));
  const run = (): number => {
    const began = clock.now();
    let done = 0;
    let used = 0;
    while (done < LIMITS.lifecycles * scale && used < LIMITS.ns) {
      workload.run(step);
      done += step;
      used = clock.now() - began;
    }
    return used / done;
  };
  run();
  return { ns: run(), isCpuTime: clock.isCpuTime, heard };
}

if (import.meta.main) {
  const [name, shape, scale = "1"] = Deno.args;
  console.log(JSON.stringify(await measure(name, JSON.parse(shape), Number(scale))));
}
