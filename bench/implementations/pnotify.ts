/**
 * pnotify itself: data hangs on the subscriber.
 *
 * @module
 */
import { lockWrite, unlockWrite } from "../../kernel/lock.ts";
import { defineEvents, type PnotifyEvents } from "../../pnotify/events.ts";
import { Pnotify } from "../../pnotify/pnotify.ts";
import { PNOTIFY_OK } from "../../pnotify/verdict.ts";
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
  const pnotify = new Pnotify(kernel);
  const counters = createCounters(modules);
  const registered = counters.map((own, i) => listener(`module${i}`, own));
  for (const events of registered) pnotify.register(events);
  return {
    kernel,
    counters,
    track(task, n) {
      lockWrite(task);
      for (const events of registered) pnotify.subscribe(task, events, { data: { n, e: 0 } });
      unlockWrite(task);
    },
  };
}

function listener(name: string, own: Counters): PnotifyEvents<Data | null> {
  return defineEvents<Data>({
    name,
    fork(_child, subscriber, parentData) {
      subscriber.data = own.fork(parentData!);
      return PNOTIFY_OK;
    },
    exec(_task, subscriber) {
      own.exec(subscriber.data!);
    },
    exit(_task, subscriber) {
      own.exit(subscriber.data!);
    },
  });
}
