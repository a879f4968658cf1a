import { Random } from "../kernel/random.ts";
import { bundleCopy } from "./bundled_copy.ts";
import type { Form } from "./forms.ts";
import { entryOf, findContender } from "./implementations.ts";
import { rootPath } from "./root.ts";
import { type Greeting, linesOf } from "./measure.ts";
import { median } from "./statistics.ts";
import type { Shape } from "./workload.ts";

/** The C program's name among the contenders. */
export const C_PROGRAM = "c";

/** What was measured in one world: by contender, nanoseconds for a lifecycle, one a round. */
export type Series = ReadonlyMap<string, readonly number[]>;

/** Who is measured, and where. */
export interface Entrant {
  /** Its key in what comes out. */
  readonly key: string;
  /** The contender, or {@linkcode C_PROGRAM}. */
  readonly name: string;
  /** The world. */
  readonly shape: Shape;
  /** How its files come together; in a bundle when nothing is said. */
  readonly form?: Form;
}

/** How much is measured. */
export interface Effort {
  /** How many processes each entrant gets, one after the other. */
  readonly rounds: number;
  /** How much of the usual work each of them does. */
  readonly scale: number;
  /** How often each takes its turn; 15 times by default. */
  readonly turns?: number;
}

/** How many milliseconds a process works before it is timed, and in each of its turns. */
const WARM_UP = 800;
const TURN = 50;
const TURNS = 15;

/**
 * Measures entrants side by side. In each round every entrant has a process of its own; all are warmed up, and then take
 * turns, so that what else the machine does meets all of them alike. The round's figure is the median over the turns.
 *
 * @param entrants Who. All whose modules heard something must have heard the same, if their shapes are the same.
 * @param effort How much.
 * @returns Nanoseconds for a lifecycle by key, one a round; without those whose packages could not be loaded.
 * @throws {Error} With what the process wrote, when one failed, or when modules heard something else.
 */
export async function measureInTurn(
  entrants: readonly Entrant[],
  effort: Effort,
): Promise<Map<string, number[]>> {
  const series = new Map<string, number[]>();
  let present = entrants;
  for (let round = 0; round < effort.rounds; round++) {
    const processes: MeasuringProcess[] = [];
    try {
      await startAll(present, processes, round === 0);
      if (round === 0) present = processes.map(({ entrant }) => entrant);
      compareHeard(processes);
      for (const [key, ns] of await takeTurns(processes, effort, round)) {
        series.set(key, [...series.get(key) ?? [], ns]);
      }
    } finally {
      for (const process of processes) await process.end();
    }
  }
  return series;
}

/** Starts a process for each, in the first round but for those whose packages cannot be loaded. */
async function startAll(
  entrants: readonly Entrant[],
  started: MeasuringProcess[],
  mayBeMissing: boolean,
): Promise<void> {
  for (const entrant of entrants) {
    try {
      started.push(await MeasuringProcess.start(entrant));
    } catch (error) {
      // Without the registry the packages of the peers cannot be had; all else is an error.
      if (!mayBeMissing || !String(error).includes("npm")) throw error;
      console.error(`${entrant.key} is left out: its package cannot be loaded`);
    }
  }
}

async function takeTurns(
  processes: readonly MeasuringProcess[],
  { scale, turns = TURNS }: Effort,
  round: number,
): Promise<[string, number][]> {
  for (const process of processes) await process.run(WARM_UP * scale);
  const times = new Map(processes.map((process) => [process, [] as number[]]));
  const random = new Random(round);
  for (let at = 0; at < Math.ceil(turns * Math.max(scale, 0.1)); at++) {
    for (const process of shuffled(processes, random)) {
      times.get(process)!.push(await process.run(TURN * Math.min(scale, 1)));
    }
  }
  return processes.map((process) => [process.entrant.key, median(times.get(process)!)]);
}

/** In another order each time, so that nobody always comes behind the same one. */
function shuffled<T>(all: readonly T[], random: Random): T[] {
  const order = [...all];
  for (let i = order.length - 1; i > 0; i--) {
    const other = random.below(i + 1);
    [order[i], order[other]] = [order[other], order[i]];
  }
  return order;
}

/** Refuses the times of an entrant whose modules have heard something else than those of the others. */
function compareHeard(processes: readonly MeasuringProcess[]): void {
  const expected = new Map<string, string>();
  for (const { entrant, greeting } of processes) {
    if (greeting.heard.length === 0) continue;
    const { modules, percent, alive } = entrant.shape;
    const world = [modules, percent, alive].join();
    const heard = JSON.stringify(greeting.heard);
    const wanted = expected.get(world) ?? heard;
    if (heard !== wanted) {
      throw new Error(
        `Cannot time "${entrant.key}": its modules heard ${heard}, wanted ${wanted}`,
      );
    }
    expected.set(world, wanted);
  }
}

/** A process that runs a slice of the work whenever it is asked to. */
class MeasuringProcess {
  readonly entrant: Entrant;
  readonly #child: Deno.ChildProcess;
  readonly #lines: AsyncGenerator<string>;
  readonly #requests: WritableStreamDefaultWriter<Uint8Array>;
  #greeting: Greeting | null = null;

  private constructor(entrant: Entrant, command: Deno.Command) {
    this.entrant = entrant;
    this.#child = command.spawn();
    this.#lines = linesOf(this.#child.stdout);
    this.#requests = this.#child.stdin.getWriter();
  }

  /** Starts one, and waits until its world is built. */
  static async start(entrant: Entrant): Promise<MeasuringProcess> {
    const command = entrant.name === C_PROGRAM ? cCommand(entrant) : await denoCommand(entrant);
    const process = new MeasuringProcess(entrant, command);
    try {
      process.#greeting = JSON.parse(await process.#answer());
      return process;
    } catch (error) {
      await process.end();
      throw error;
    }
  }

  /** What it said when its world was built. */
  get greeting(): Greeting {
    return this.#greeting!;
  }

  /** Works for some milliseconds, and returns the nanoseconds that a lifecycle took. */
  async run(ms: number): Promise<number> {
    await this.#requests.write(new TextEncoder().encode(`${ms}\n`));
    return Number(await this.#answer());
  }

  async #answer(): Promise<string> {
    const { done, value } = await this.#lines.next();
    if (!done) return value;
    const stderr = await new Response(this.#child.stderr).text();
    throw new Error(`Cannot measure "${this.entrant.key}": its process failed\n${stderr}`);
  }

  /** Ends it. */
  async end(): Promise<void> {
    // One that has failed does not listen any more, and has had what it wrote read.
    await this.#requests.close().catch(() => {});
    await this.#lines.return(undefined);
    if (!this.#child.stderr.locked) await this.#child.stderr.cancel();
    await this.#child.status;
  }
}

async function denoCommand({ name, shape, form = "bundle" }: Entrant): Promise<Deno.Command> {
  return new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-check",
      // All of the collector's work is then done in the thread whose time is taken.
      "--v8-flags=--single-threaded-gc",
      `${rootPath}bench/measure.ts`,
      name,
      JSON.stringify(shape),
      ...(form === "bundle" ? [await bundleOf(name)] : []),
    ],
    env: { NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  });
}

async function bundleOf(name: string): Promise<string> {
  const contender = findContender(name);
  return await bundleCopy(entryOf(contender), contender.transformations);
}

let compiled: string | null = null;

/** Compiles the C program; false when there is no compiler. */
export async function compileC(): Promise<boolean> {
  const folder = await Deno.makeTempDir({ prefix: "lifecycle_" });
  globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
  const target = `${folder}/lifecycle`;
  try {
    const { success } = await new Deno.Command("gcc", {
      args: ["-O2", "-Wall", "-Wextra", "-Werror", "-o", target, `${rootPath}bench/c/lifecycle.c`],
      stdin: "null",
      stdout: "inherit",
      stderr: "inherit",
    }).output();
    if (success) compiled = target;
    return success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function cCommand({ shape }: Entrant): Deno.Command {
  if (compiled === null) throw new TypeError("Cannot measure the C program: it is not compiled");
  return new Deno.Command(compiled, {
    args: [shape.modules, shape.percent, shape.alive].map(String),
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  });
}
