/**
 * A Linux notifier chain, where each module has a slot in an array on the task. The kernel's `Task` gets a field for it.
 *
 * @module
 */
import type { Task } from "../../kernel/task.ts";
import { bootForSpeed } from "../kernel_under_test.ts";
import {
  EXEC,
  EXIT,
  FORK,
  FORK_FAILED,
  type NotifierBlock,
  NotifierChain,
  NOTIFY_OK,
} from "../notifier_chain.ts";
import {
  type Counters,
  createCounters,
  type Data,
  type Installed,
  type Shape,
} from "../workload.ts";

export { Workload } from "../workload.ts";

interface SlottedTask extends Task {
  slots: (Data | null)[] | null;
}

/** Boots it. */
export function install(shape: Shape): Installed {
  const { modules } = shape;
  const kernel = bootForSpeed(shape);
  const chain = new NotifierChain();
  const counters = createCounters(modules);
  counters.forEach((own, slot) => chain.register(new SlotModule(own, slot, modules)));
  kernel.globalCallouts = chain;
  return {
    kernel,
    counters,
    track(task, n) {
      (task as SlottedTask).slots = Array.from({ length: modules }, () => ({ n, e: 0 }));
    },
  };
}

class SlotModule implements NotifierBlock {
  next: NotifierBlock | null = null;
  readonly #own: Counters;
  readonly #slot: number;
  readonly #slots: number;

  constructor(own: Counters, slot: number, slots: number) {
    this.#own = own;
    this.#slot = slot;
    this.#slots = slots;
  }

  call(event: number, task: SlottedTask, parent: SlottedTask | null): number {
    if (event === FORK) {
      if (parent!.slots === null) return NOTIFY_OK;
      const from = parent!.slots[this.#slot];
      if (from === null) return NOTIFY_OK;
      if (task.slots === null) task.slots = new Array(this.#slots).fill(null);
      task.slots[this.#slot] = this.#own.fork(from);
      return NOTIFY_OK;
    }
    if (task.slots === null) return NOTIFY_OK;
    const data = task.slots[this.#slot];
    if (data === null) return NOTIFY_OK;
    if (event === EXEC) this.#own.exec(data);
    if (event === EXIT) this.#own.exit(data);
    if (event === EXIT || event === FORK_FAILED) task.slots[this.#slot] = null;
    return NOTIFY_OK;
  }
}
