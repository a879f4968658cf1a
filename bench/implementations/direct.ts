/**
 * Direct calls, the data in fields of one record a task: what hearing costs when nobody can come or go.
 *
 * @module
 */
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

/** The most modules there are fields for. */
const FIELDS = 3;

/** Boots it. */
export function install(shape: Shape): Installed {
  const { modules } = shape;
  if (modules !== FIELDS && modules !== 1) {
    throw new TypeError(`Cannot call ${modules} modules directly: 1 or ${FIELDS} is wanted`);
  }
  const kernel = bootForSpeed(shape);
  const counters = createCounters(modules);
  kernel.callouts = modules === 1 ? new One(counters) : new Three(counters);
  return {
    kernel,
    counters,
    track(task, n) {
      task.subscribers = modules === 1
        ? new OneRecord({ n, e: 0 })
        : new ThreeRecord({ n, e: 0 }, { n, e: 0 }, { n, e: 0 });
    },
  };
}

class OneRecord implements SubscriberList {
  readonly next = null;
  readonly first: Data;

  constructor(first: Data) {
    this.first = first;
  }
}

class One extends CalloutsBase {
  readonly #first: Counters;

  constructor([first]: readonly Counters[]) {
    super();
    this.#first = first;
  }

  fork(child: Task, parent: Task): void {
    child.subscribers = new OneRecord(this.#first.fork((parent.subscribers as OneRecord).first));
  }

  forkFailed(child: Task): void {
    child.subscribers = null;
  }

  exec(task: Task): void {
    this.#first.exec((task.subscribers as OneRecord).first);
  }

  exit(task: Task): void {
    this.#first.exit((task.subscribers as OneRecord).first);
    task.subscribers = null;
  }
}

class ThreeRecord implements SubscriberList {
  readonly next = null;
  readonly first: Data;
  readonly second: Data;
  readonly third: Data;

  constructor(first: Data, second: Data, third: Data) {
    this.first = first;
    this.second = second;
    this.third = third;
  }
}

class Three extends CalloutsBase {
  readonly #first: Counters;
  readonly #second: Counters;
  readonly #third: Counters;

  constructor([first, second, third]: readonly Counters[]) {
    super();
    this.#first = first;
    this.#second = second;
    this.#third = third;
  }

  fork(child: Task, parent: Task): void {
    const from = parent.subscribers as ThreeRecord;
    child.subscribers = new ThreeRecord(
      this.#first.fork(from.first),
      this.#second.fork(from.second),
      this.#third.fork(from.third),
    );
  }

  forkFailed(child: Task): void {
    child.subscribers = null;
  }

  exec(task: Task): void {
    const record = task.subscribers as ThreeRecord;
    this.#first.exec(record.first);
    this.#second.exec(record.second);
    this.#third.exec(record.third);
  }

  exit(task: Task): void {
    const record = task.subscribers as ThreeRecord;
    this.#first.exit(record.first);
    this.#second.exit(record.second);
    this.#third.exit(record.third);
    task.subscribers = null;
  }
}
