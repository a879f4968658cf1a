/**
 * An EventEmitter on each tracked task, made when the task is first tracked; the data is in the listeners' closures.
 * Tasks that nobody tracks have none, and pay what they pay with pnotify: one test for null.
 *
 * @module
 */
import { EventEmitter } from "node:events";
import type { SubscriberList, Task } from "../../kernel/task.ts";
import { CalloutsBase } from "../callouts_base.ts";
import { bootForSpeed } from "../kernel_under_test.ts";
import {
  type Counters,
  createCounters,
  type Data,
  type Installed,
  type Shape,
} from "../workload.ts";

export { Workload } from "../workload.ts";

/** Boots it. */
export function install(shape: Shape): Installed {
  const { modules } = shape;
  const kernel = bootForSpeed(shape);
  const counters = createCounters(modules);
  kernel.callouts = new Emitters();
  return {
    kernel,
    counters,
    track(task, n) {
      const emitter = emitterOf(task);
      for (const own of counters) listen(emitter, own, { n, e: 0 });
    },
  };
}

function emitterOf(task: Task): EventEmitter {
  if (task.subscribers === null) {
    task.subscribers = new EventEmitter() as unknown as SubscriberList;
  }
  return task.subscribers as unknown as EventEmitter;
}

function listen(emitter: EventEmitter, own: Counters, data: Data): void {
  emitter.on("fork", (child: Task) => listen(emitterOf(child), own, own.fork(data)));
  emitter.on("exec", () => own.exec(data));
  emitter.on("exit", () => own.exit(data));
}

class Emitters extends CalloutsBase {
  fork(child: Task, parent: Task): void {
    emitterOf(parent).emit("fork", child);
  }

  forkFailed(child: Task): void {
    child.subscribers = null;
  }

  exec(task: Task): void {
    emitterOf(task).emit("exec");
  }

  exit(task: Task): void {
    emitterOf(task).emit("exit");
    task.subscribers = null;
  }
}
