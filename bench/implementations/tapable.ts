/**
 * One global set of tapable SyncHooks; each module keeps its data in a Map of its own.
 *
 * @module
 */
import type { Task } from "../../kernel/task.ts";
import { CalloutsBase } from "../callouts_base.ts";
import { installGlobal } from "../kernel_under_test.ts";
import type { MapModule } from "../map_module.ts";
import type { Installed, Shape } from "../workload.ts";

export { Workload } from "../workload.ts";

interface Hook {
  tap(name: string, fn: (...args: never[]) => void): void;
  call(...args: unknown[]): void;
}

// Not a literal, so that nothing but this contender needs the package.
const tapable: string = "npm:tapable@2.3.4";
const { SyncHook }: { SyncHook: new (args: string[]) => Hook } = await import(tapable);

/** Boots it. */
export function install(shape: Shape): Installed {
  return installGlobal(shape, (all) => new Hooks(all));
}

class Hooks extends CalloutsBase {
  readonly #fork = new SyncHook(["child", "parent"]);
  readonly #forkFailed = new SyncHook(["child"]);
  readonly #exec = new SyncHook(["task"]);
  readonly #exit = new SyncHook(["task"]);

  constructor(all: readonly MapModule[]) {
    super();
    all.forEach((module, i) => {
      const name = `module${i}`;
      this.#fork.tap(name, (child: Task, parent: Task) => module.fork(child, parent));
      this.#forkFailed.tap(name, (child: Task) => module.forkFailed(child));
      this.#exec.tap(name, (task: Task) => module.exec(task));
      this.#exit.tap(name, (task: Task) => module.exit(task));
    });
  }

  fork(child: Task, parent: Task): void {
    this.#fork.call(child, parent);
  }

  forkFailed(child: Task): void {
    this.#forkFailed.call(child);
  }

  exec(task: Task): void {
    this.#exec.call(task);
  }

  exit(task: Task): void {
    this.#exit.call(task);
  }
}
