/**
 * One lifecycle (fork, exec, exit, reap) with three modules: nobody tracked, one task in a hundred, and all. Each contender
 * is measured as a bundle and as files. A plain `deno bench` has no permission to make bundles, and measures files alone.
 *
 * Each contender has a copy of the kernel to itself. All do the same work, and what their modules heard is compared
 * before anything is timed. A quick look; `bench/lifecycle.ts` measures with care.
 *
 * @module
 */
import { findBundler, FORMS } from "./forms.ts";
import {
  compareCounters,
  CONTENDERS,
  entryOf,
  QUICK_CONTENDERS,
  start,
} from "./implementations.ts";
import type { Installed, Shape } from "./workload.ts";

const LIFECYCLES = 1000;

const bundler = await findBundler();
const forms = FORMS.filter((form) => form === "files" || bundler !== null);

for (const percent of [0, 1, 100]) {
  const shape: Shape = { modules: 3, percent, alive: 10_000 };
  const worlds = new Map<string, Installed>();
  for (const contender of CONTENDERS) {
    const { name, title, transformations } = contender;
    if (!QUICK_CONTENDERS.includes(name)) continue;
    if (name === "none" && percent > 0) continue;
    for (const form of forms) {
      const bundle = form === "bundle"
        ? await bundler!.bundleCopy(entryOf(contender), transformations)
        : null;
      const { installed, workload } = await start(contender, shape, bundle);
      workload.run(20_000);
      worlds.set(`${name} ${form}`, installed);
      Deno.bench({
        name: `${title}, ${percent} % tracked, ${form}`,
        group:
          `${LIFECYCLES} lifecycles (read a µs as a ns each), ${percent} % of tasks tracked by 3 modules`,
        baseline: name === "pnotify" && form === forms[0],
        fn: () => workload.run(LIFECYCLES),
      });
    }
  }
  compareCounters(worlds);
}
