/**
 * What high pids cost: a kernel's first fork near the highest pid there is, and forks with small and with high pids.
 *
 * @module
 */
import { boot, type Kernel, PID_MAX_LIMIT, type Task } from "../mod.ts";

const FORKS = 1000;

function bootWide(): Kernel {
  return boot({ pidMax: PID_MAX_LIMIT, debug: false }).kernel;
}

for (const pid of [1000, PID_MAX_LIMIT - 1000]) {
  Deno.bench({
    name: `pid ${pid}`,
    group: "the first fork of a kernel with this pid, pid_max 4194304",
    baseline: pid === 1000,
    fn: (bench) => {
      const kernel = bootWide();
      bench.start();
      kernel.fork(kernel.init, { pid });
      bench.end();
    },
  });
}

function cycle(kernel: Kernel, parent: Task, from: number): void {
  for (let i = 0; i < FORKS; i++) {
    const child = kernel.fork(parent, { pid: from + i });
    kernel.exit(child);
  }
}

for (const from of [1000, PID_MAX_LIMIT - 2 * FORKS]) {
  const kernel = bootWide();
  kernel.fork(kernel.init, { pid: from + FORKS });
  Deno.bench({
    name: `pids from ${from} on`,
    group: `${FORKS} forks and exits (read a µs as a ns each)`,
    baseline: from === 1000,
    fn: () => cycle(kernel, kernel.init, from),
  });
}
