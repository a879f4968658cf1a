/**
 * One global nanoevents emitter; each module keeps its data in a Map of its own.
 *
 * @module
 */
import type { Task } from "../../kernel/task.ts";
import { CalloutsBase } from "../callouts_base.ts";
import { installGlobal } from "../kernel_under_test.ts";
import type { MapModule } from "../map_module.ts";
import type { Installed, Shape } from "../workload.ts";

export { Workload } from "../workload.ts";

interface Emitter {
  on(event: string, listener: (...args: never[]) => void): void;
  emit(event: string, ...args: unknown[]): void;
}

// Not a literal, so that nothing but this contender needs the package.
const nanoevents: string = "npm:nanoevents@10.0.0";
const { createNanoEvents }: { createNanoEvents: () => Emitter } = await import(nanoevents);

/** Boots it. */
export function install(shape: Shape): Installed {
  return installGlobal(shape, (all) => new Events(all));
}

class Events extends CalloutsBase {
  readonly #emitter = createNanoEvents();

  constructor(all: readonly MapModule[]) {
    super();
    for (const module of all) {
      this.#emitter.on("fork", (child: Task, parent: Task) => module.fork(child, parent));
      this.#emitter.on("forkFailed", (child: Task) => module.forkFailed(child));
      this.#emitter.on("exec", (task: Task) => module.exec(task));
      this.#emitter.on("exit", (task: Task) => module.exit(task));
    }
  }

  fork(child: Task, parent: Task): void {
    this.#emitter.emit("fork", child, parent);
  }

  forkFailed(child: Task): void {
    this.#emitter.emit("forkFailed", child);
  }

  exec(task: Task): void {
    this.#emitter.emit("exec", task);
  }

  exit(task: Task): void {
    this.#emitter.emit("exit", task);
  }
}
