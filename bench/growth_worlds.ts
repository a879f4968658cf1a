/**
 * What `growth.ts` measures in one process: it loads this from a bundle.
 *
 * @module
 */
import { Kernel } from "../kernel/kernel.ts";
import { PID_MAX_LIMIT } from "../kernel/pid.ts";
import { createProgram } from "../kernel/program.ts";
import type { Task } from "../kernel/task.ts";
import { defineEvents } from "../pnotify/events.ts";
import { Pnotify } from "../pnotify/pnotify.ts";
import { PNOTIFY_OK } from "../pnotify/verdict.ts";
import type { Line } from "./chart.ts";
import { openCpuClock } from "./cpu_clock.ts";

const clock = openCpuClock();

/** Nanoseconds a lifecycle in a chain of children that is built to a depth and taken down from its end. */
export function overDepth(depths: readonly number[], lifecycles: number): Line {
  const kernel = new Kernel({ debug: false, pidMax: PID_MAX_LIMIT });
  new Pnotify(kernel);
  const program = createProgram("/usr/bin/true");
  const chain: Task[] = [];
  const run = (depth: number): void => {
    let parent = kernel.init;
    for (let i = 0; i < depth; i++) {
      chain[i] = parent = kernel.fork(parent);
      kernel.exec(parent, program);
    }
    for (let i = depth - 1; i > 0; i--) {
      kernel.exit(chain[i], 0);
      kernel.wait(chain[i - 1], { pid: chain[i].pid });
    }
    kernel.exit(chain[0], 0);
  };
  const measure = (depth: number): number => {
    const times = Math.ceil(lifecycles / depth);
    const began = clock.now();
    for (let i = 0; i < times; i++) run(depth);
    return (clock.now() - began) / (times * depth);
  };
  for (const depth of depths) measure(depth);
  return { name: "pnotify", points: depths.map((depth) => [depth, measure(depth)]) };
}

/** Milliseconds to register, with init, and to unregister over as many tasks. */
export function overRegistration(tasks: number): { register: number; unregister: number } {
  const kernel = new Kernel({ debug: false, pidMax: PID_MAX_LIMIT });
  const pnotify = new Pnotify(kernel);
  const shells = Array.from({ length: 100 }, () => kernel.fork(kernel.init));
  for (let i = 0; i < tasks; i++) kernel.fork(shells[i % 100]);
  let exits = 0;
  const events = defineEvents<{ n: number }>({
    name: "everybody",
    init(_task, subscriber) {
      subscriber.data = { n: 0 };
      return PNOTIFY_OK;
    },
    fork: () => PNOTIFY_OK,
    exit: () => void exits++,
  });
  const began = clock.now();
  pnotify.register(events);
  const registered = clock.now();
  if (pnotify.subscriptionCount(events) < tasks) throw new Error("Cannot time register: too few");
  const counted = clock.now();
  pnotify.unregister(events);
  const ended = clock.now();
  if (exits < tasks) throw new Error("Cannot time unregister: too few exits");
  return { register: (registered - began) / 1e6, unregister: (ended - counted) / 1e6 };
}
