/**
 * What `memory.ts` measures, as files and from a bundle.
 *
 * @module
 */
import { Kernel } from "../kernel/kernel.ts";
import { PID_MAX_LIMIT } from "../kernel/pid.ts";
import { createProgram } from "../kernel/program.ts";
import type { Task } from "../kernel/task.ts";
import { defineEvents, type PnotifyEvents } from "../pnotify/events.ts";
import { Pnotify } from "../pnotify/pnotify.ts";
import { PNOTIFY_OK } from "../pnotify/verdict.ts";

interface Data {
  n: number;
  e: number;
}

/** What was found. */
export interface Memory {
  /** Bytes of a live process that has called exec and that nobody subscribed to. */
  readonly process: number;
  /** Bytes more for each subscription with its data. */
  readonly subscription: number;
}

/** Bytes in use on the heap and beside it, after all garbage has been collected. */
function bytesInUse(): number {
  const { gc } = globalThis as { gc?: () => void };
  if (gc === undefined) {
    throw new TypeError("Cannot measure memory: run with --v8-flags=--expose-gc");
  }
  for (let i = 0; i < 4; i++) gc();
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}

/** Measures a number of processes, each the child of one of a hundred shells. */
export function measureMemory(tasks: number): Memory {
  const bare = bytesPerProcess(tasks, 0);
  const three = bytesPerProcess(tasks, 3);
  return { process: bare, subscription: (three - bare) / 3 };
}

function bytesPerProcess(tasks: number, modules: number): number {
  const kernel = new Kernel({ debug: false, pidMax: PID_MAX_LIMIT });
  const pnotify = new Pnotify(kernel);
  // Past two seconds, so that times are no small integers any more and V8 gives each a box.
  kernel.clock.advance(60e9);
  const program = createProgram("/usr/bin/true");
  const shells = Array.from({ length: 100 }, () => kernel.fork(kernel.init));
  for (let i = 0; i < modules; i++) {
    const events = keeper(`module${i}`);
    pnotify.register(events);
    for (const shell of shells) pnotify.track(shell, events, { data: { n: 0, e: 0 } });
  }
  // Once, so that code and tables of the kernel are not counted.
  for (const shell of shells) runOne(kernel, shell);
  const before = bytesInUse();
  for (let i = 0; i < tasks; i++) kernel.exec(kernel.fork(shells[i % 100]), program);
  const after = bytesInUse();
  if (kernel.taskCount < tasks) throw new Error("Cannot measure memory: the tasks are gone");
  return (after - before) / tasks;
}

function runOne(kernel: Kernel, shell: Task): void {
  const child = kernel.fork(shell);
  kernel.exec(child, "/usr/bin/true");
  kernel.exit(child);
  kernel.wait(shell);
}

function keeper(name: string): PnotifyEvents<Data | null> {
  return defineEvents<Data>({
    name,
    fork(_child, subscriber, parentData) {
      subscriber.data = { n: parentData!.n + 1, e: 0 };
      return PNOTIFY_OK;
    },
  });
}
