/**
 * One global EventTarget; each module keeps its data in a Map of its own.
 *
 * @module
 */
import type { Task } from "../../kernel/task.ts";
import { CalloutsBase } from "../callouts_base.ts";
import { installGlobal } from "../kernel_under_test.ts";
import type { MapModule } from "../map_module.ts";
import type { Installed, Shape } from "../workload.ts";

export { Workload } from "../workload.ts";

/** Boots it. */
export function install(shape: Shape): Installed {
  return installGlobal(shape, (all) => new Target(all));
}

class TaskEvent extends Event {
  readonly task: Task;
  readonly parent: Task | null;

  constructor(type: string, task: Task, parent: Task | null) {
    super(type);
    this.task = task;
    this.parent = parent;
  }
}

class Target extends CalloutsBase {
  readonly #target = new EventTarget();

  constructor(all: readonly MapModule[]) {
    super();
    for (const module of all) {
      this.#on("fork", ({ task, parent }) => module.fork(task, parent!));
      this.#on("forkFailed", ({ task }) => module.forkFailed(task));
      this.#on("exec", ({ task }) => module.exec(task));
      this.#on("exit", ({ task }) => module.exit(task));
    }
  }

  #on(type: string, listener: (event: TaskEvent) => void): void {
    this.#target.addEventListener(type, listener as (event: Event) => void);
  }

  fork(child: Task, parent: Task): void {
    this.#target.dispatchEvent(new TaskEvent("fork", child, parent));
  }

  forkFailed(child: Task): void {
    this.#target.dispatchEvent(new TaskEvent("forkFailed", child, null));
  }

  exec(task: Task): void {
    this.#target.dispatchEvent(new TaskEvent("exec", task, null));
  }

  exit(task: Task): void {
    this.#target.dispatchEvent(new TaskEvent("exit", task, null));
  }
}
