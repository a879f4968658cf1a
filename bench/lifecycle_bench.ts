/**
 * One lifecycle (fork, exec, exit, reap) with three modules: nobody tracked, one task in a hundred, and all. Needs no
 * permission, so that a plain `deno bench` runs it.
 *
 * Each contender has a copy of the kernel to itself. All do the same work, and what their modules heard is compared
 * before anything is timed. A quick look; `bench/lifecycle.ts` measures with care.
 *
 * @module
 */
import { compareCounters, CONTENDERS, QUICK_CONTENDERS, start } from "./implementations.ts";
import type { Installed, Shape } from "./workload.ts";

const LIFECYCLES = 1000;

for (const percent of [0, 1, 100]) {
  const shape: Shape = { modules: 3, percent, alive: 10_000 };
  const worlds = new Map<string, Installed>();
  for (const contender of CONTENDERS) {
    if (!QUICK_CONTENDERS.includes(contender.name)) continue;
    if (contender.name === "none" && percent > 0) continue;
    const { installed, workload } = await start(contender, shape);
    workload.run(20_000);
    worlds.set(contender.name, installed);
    Deno.bench({
      name: `${contender.title}, ${percent} % tracked`,
      group:
        `${LIFECYCLES} lifecycles (read a µs as a ns each), ${percent} % of tasks tracked by 3 modules`,
      baseline: contender.name === "pnotify",
      fn: () => workload.run(LIFECYCLES),
    });
  }
  compareCounters(worlds);
}
