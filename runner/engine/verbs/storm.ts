import { KernelError } from "../../../kernel/errno.ts";
import type { Task } from "../../../kernel/task.ts";
import type { Scene } from "../scene.ts";
import { optional, required, type Shape, TASK } from "../shape.ts";
import { type Args, defineVerb, type Outcome, type Verb } from "../verb.ts";

const PROGRAMS: readonly string[] = Object.freeze(["/bin/sh", "/usr/bin/cc1", "/usr/bin/as"]);
const SHARE: Shape = { type: "number", min: 0, max: 1 };

interface Member {
  readonly task: Task;
  readonly depth: number;
}

/** A process storm. It forks at random places of a growing tree, with some execs and exits in between. */
class Storm {
  readonly #scene: Scene;
  readonly #root: Task;
  readonly #depth: number;
  readonly #living: Member[] = [];
  forks = 0;
  refused = 0;
  execs = 0;
  exits = 0;

  constructor(scene: Scene, root: Task, depth: number) {
    this.#scene = scene;
    this.#root = root;
    this.#depth = depth;
  }

  run(count: number, exec: number, exit: number): void {
    for (let i = 0; i < count; i++) {
      this.#fork();
      if (this.#living.length > 0 && this.#happens(exec)) this.#exec();
      if (this.#living.length > 0 && this.#happens(exit)) this.#exit(this.#pick());
    }
    // With a share of 1 every task ends.
    while (exit === 1 && this.#living.length > 0) this.#exit(this.#living.length - 1);
  }

  #happens(share: number): boolean {
    return this.#scene.kernel.random.below(1_000_000) < share * 1_000_000;
  }

  #pick(): number {
    return this.#scene.kernel.random.below(this.#living.length);
  }

  #fork(): void {
    const root = { task: this.#root, depth: 0 };
    const picked = this.#living[this.#scene.kernel.random.below(this.#living.length + 1)] ?? root;
    const parent = picked.depth < this.#depth ? picked : root;
    try {
      const task = this.#scene.kernel.fork(parent.task);
      this.#living.push({ task, depth: parent.depth + 1 });
      this.forks++;
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      this.refused++;
    }
  }

  #exec(): void {
    const { kernel } = this.#scene;
    const { task } = this.#living[this.#pick()];
    kernel.exec(task, PROGRAMS[kernel.random.below(PROGRAMS.length)]);
    this.execs++;
  }

  #exit(index: number): void {
    const { kernel } = this.#scene;
    const { task } = this.#living.splice(index, 1)[0];
    const parent = task.parent!;
    const { pid } = task;
    kernel.exit(task, kernel.random.below(4) === 0 ? 1 : 0);
    this.exits++;
    // Init reaps its children. Other parents wait here, so a storm leaves no zombies.
    if (parent === kernel.init || this.#scene.kernel.pids.find(pid) !== task) return;
    kernel.wait(parent, { pid, noHang: true });
  }
}

function storm(scene: Scene, args: Args): Outcome {
  const root = scene.task(args.parent, "fork");
  const run = new Storm(scene, root, (args.depth ?? 3) as number);
  run.run(args.count as number, (args.exec ?? 0.5) as number, (args.exit ?? 1) as number);
  const { forks, refused, execs, exits } = run;
  return {
    value: { forks, refused, execs, exits },
    text: `${forks} forks, ${refused} refused, ${execs} execs, ${exits} exits`,
  };
}

/** The verb for many processes at once. */
export const STORM_VERBS: readonly Verb[] = Object.freeze([
  defineVerb({
    name: "storm",
    group: "processes",
    summary: "Fork many processes at random below a task, as the seed decides",
    fields: {
      parent: required(TASK, "the task they come from"),
      count: required({ type: "integer", min: 1, max: 100_000 }, "how many forks"),
      depth: optional(
        { type: "integer", min: 1, max: 100 },
        "how deep the tree gets; 3 by default",
      ),
      exec: optional(SHARE, "the share of them that execs, from 0 to 1; 0.5 by default"),
      exit: optional(SHARE, "the share of them that exits, from 0 to 1; 1 leaves nobody (default)"),
    },
    short: null,
    binds: "value",
    actor: "parent",
    example: "storm: { parent: sh, count: 50, depth: 3, exec: 0.5, exit: 1 }",
    run: storm,
  }),
]);
