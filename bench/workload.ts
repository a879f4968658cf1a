import type { Kernel } from "../kernel/kernel.ts";
import { createProgram } from "../kernel/program.ts";
import type { Task } from "../kernel/task.ts";

/** The size of a measured world. */
export interface Shape {
  /** How many modules hear of each tracked task. */
  readonly modules: number;
  /** How many of a hundred tasks are tracked. */
  readonly percent: number;
  /** How many children are alive at any time. */
  readonly alive: number;
  /** Whether the kernel checks the use of locks; false by default. */
  readonly debug?: boolean;
  /** Whether a sink takes every trace event; none by default. */
  readonly sink?: boolean;
}

/** What a module keeps for a task. */
export interface Data {
  /** Given by the parent's data at fork. */
  readonly n: number;
  /** How often exec was heard. */
  e: number;
}

/** What a module has heard. Every implementation must come to the same numbers. */
export class Counters {
  /** Forks heard. */
  forks = 0;
  /** Execs heard. */
  execs = 0;
  /** Exits heard. */
  exits = 0;
  /** The data of all that exited, added up. */
  sum = 0;

  /** What every module does at fork: makes its data from the parent's. */
  fork(parent: Data): Data {
    this.forks++;
    return { n: parent.n + 1, e: 0 };
  }

  /** What every module does at exec. */
  exec(data: Data): void {
    this.execs++;
    data.e++;
  }

  /** What every module does at exit. */
  exit(data: Data): void {
    this.exits++;
    this.sum += data.n + data.e;
  }
}

/** Makes the counters of some modules. */
export function createCounters(modules: number): Counters[] {
  return Array.from({ length: modules }, () => new Counters());
}

/** An implementation in a kernel of its own. */
export interface Installed {
  /** The kernel. */
  readonly kernel: Kernel;
  /** What each module has heard. */
  readonly counters: readonly Counters[];
  /** Hangs every module's data on a task: `{ n, e: 0 }`. */
  track(task: Task, n: number): void;
}

/** What a file in `implementations/` offers. */
export interface Implementation {
  /** Boots a kernel, and puts the modules in it. */
  install(shape: Shape): Installed;
}

/** How many long-lived tasks fork the others: as many of them are tracked as percent are asked for. */
const SHELLS = 100;

/**
 * The work that is measured: each step forks a child from one of a hundred shells and lets it exec, and ends and reaps
 * the oldest child there is. Children of tracked shells are tracked.
 */
export class Workload {
  readonly #kernel: Kernel;
  readonly #shells: readonly Task[];
  readonly #ring: Task[] = [];
  readonly #program = createProgram("/usr/bin/true");
  #at = 0;
  #shell = 0;

  /** Builds the world, all children alive. */
  constructor(installed: Installed, shape: Shape) {
    const { kernel } = installed;
    this.#kernel = kernel;
    if (shape.sink) kernel.addTraceSink(() => {});
    this.#shells = Array.from({ length: SHELLS }, () => kernel.fork(kernel.init));
    for (let i = 0; i < shape.percent; i++) installed.track(this.#shells[i], i);
    for (let i = 0; i < shape.alive; i++) this.#ring.push(this.#start());
  }

  #start(): Task {
    const child = this.#kernel.fork(this.#shells[this.#shell]);
    this.#shell = (this.#shell + 1) % SHELLS;
    this.#kernel.exec(child, this.#program);
    return child;
  }

  /** Runs whole lifecycles. */
  run(lifecycles: number): void {
    const kernel = this.#kernel;
    const ring = this.#ring;
    let at = this.#at;
    for (let i = 0; i < lifecycles; i++) {
      const oldest = ring[at];
      ring[at] = this.#start();
      kernel.exit(oldest, 0);
      kernel.wait(oldest.parent!, { pid: oldest.pid });
      if (++at === ring.length) at = 0;
    }
    this.#at = at;
  }
}
