import type { TaskCallouts } from "../kernel/callouts.ts";
import { Kernel } from "../kernel/kernel.ts";
import type { Task } from "../kernel/task.ts";
import { MapModule } from "./map_module.ts";
import { createCounters, type Installed } from "./workload.ts";

/** Boots a kernel as all contenders have it: without checks, and with room for a million tasks. */
export function bootForSpeed(): Kernel {
  return new Kernel({ debug: false, pidMax: 4194304 });
}

/** Boots a kernel whose every event goes through one global emitter, to modules that keep their data in Maps. */
export function installGlobal(
  modules: number,
  connect: (modules: readonly MapModule[]) => TaskCallouts,
): Installed {
  const kernel = bootForSpeed();
  const counters = createCounters(modules);
  const all = counters.map((own) => new MapModule(own));
  kernel.globalCallouts = connect(all);
  return {
    kernel,
    counters,
    track(task: Task, n: number) {
      for (const module of all) module.track(task, n);
    },
  };
}
