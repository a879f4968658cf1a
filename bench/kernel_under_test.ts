import type { TaskCallouts } from "../kernel/callouts.ts";
import { Kernel } from "../kernel/kernel.ts";
import { PID_MAX_DEFAULT, PID_MAX_LIMIT } from "../kernel/pid.ts";
import type { Task } from "../kernel/task.ts";
import { MapModule } from "./map_module.ts";
import { createCounters, type Installed, type Shape } from "./workload.ts";

/** Boots a kernel as all contenders have it: without checks, and with more pids only where the default is too few. */
export function bootForSpeed(shape: Shape): Kernel {
  const pidMax = shape.alive < PID_MAX_DEFAULT / 2 ? PID_MAX_DEFAULT : PID_MAX_LIMIT;
  return new Kernel({ debug: shape.debug ?? false, pidMax });
}

/** Boots a kernel whose every event goes through one global emitter, to modules that keep their data in Maps. */
export function installGlobal(
  shape: Shape,
  connect: (modules: readonly MapModule[]) => TaskCallouts,
): Installed {
  const kernel = bootForSpeed(shape);
  const counters = createCounters(shape.modules);
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
