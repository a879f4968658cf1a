/**
 * A Linux notifier chain, where each module keeps its data in a Map of its own.
 *
 * @module
 */
import type { Task } from "../../kernel/task.ts";
import { installGlobal } from "../kernel_under_test.ts";
import type { MapModule } from "../map_module.ts";
import {
  EXEC,
  EXIT,
  FORK,
  type NotifierBlock,
  NotifierChain,
  NOTIFY_OK,
} from "../notifier_chain.ts";
import type { Installed, Shape } from "../workload.ts";

export { Workload } from "../workload.ts";

/** Boots it. */
export function install(shape: Shape): Installed {
  return installGlobal(shape, (all) => {
    const chain = new NotifierChain();
    for (const module of all) chain.register(new MapBlock(module));
    return chain;
  });
}

class MapBlock implements NotifierBlock {
  next: NotifierBlock | null = null;
  readonly #module: MapModule;

  constructor(module: MapModule) {
    this.#module = module;
  }

  call(event: number, task: Task, parent: Task | null): number {
    const module = this.#module;
    if (event === FORK) module.fork(task, parent!);
    else if (event === EXEC) module.exec(task);
    else if (event === EXIT) module.exit(task);
    else module.forkFailed(task);
    return NOTIFY_OK;
  }
}
