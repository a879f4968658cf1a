/**
 * Measures what people wait for: the start of `pnotify run`, and what the sandbox costs for each scenario and each step.
 *
 *     deno run -A bench/startup.ts [--rounds=7] [--steps=500] [--binary=dist/pnotify]
 *
 * With the compiled program it compiles an empty one, by what `deno task compile` compiles with (the environment variables
 * DENO_2_4 and DENORT_BIN, see tools/compile.ts), and compares `pnotify version` with that. Times are from the clock on the
 * wall, so a machine that does something else makes them longer, and CPU time of the process and those it starts, where the
 * C library can be called.
 *
 * @module
 */
import { openChildClock } from "./cpu_clock.ts";
import { rootPath } from "./root.ts";
import { estimate } from "./statistics.ts";
import { formatEstimate, formatTable } from "./table.ts";

const MODULE = `import { defineEvents, PNOTIFY, PNOTIFY_OK } from "@pnotify/pnotify";
import { defineModule } from "@pnotify/pnotify/kernel";
export default defineModule({
  name: "own",
  license: "GPL",
  uses: { pnotify: PNOTIFY },
  load({ name, pnotify }) {
    const events = defineEvents({ name, module: name, fork: () => PNOTIFY_OK });
    pnotify.register(events);
    return events;
  },
  unload({ pnotify }, events) {
    pnotify.unregister(events);
  },
});
`;
const SCENARIOS = 10;
/** How many times an empty program's start `pnotify version` may take. */
const MOST_OVER_EMPTY = 2.5;

function scenario(name: string, module: string, steps: number): string {
  const half = Math.ceil(steps / 2);
  const children = Array.from({ length: half }, (_, i) => `c${i}`);
  const forks = children.map((child) => `  - fork: { parent: sh, as: ${child} }\n`);
  const exits = children.map((child) => `  - exit: ${child}\n`);
  return `scenario: ${name}\ntasks: [init, init/sh]\nmodules: { own: ${module} }\nsteps:\n` +
    forks.join("") + exits.join("");
}

/** What a process took, in milliseconds. */
interface Cost {
  readonly wall: number;
  /** NaN where it cannot be known. */
  readonly cpu: number;
}

const childClock = openChildClock();

async function costOf(command: readonly string[]): Promise<Cost> {
  const [program, ...args] = command;
  const cpuBefore = childClock?.now() ?? NaN;
  const began = performance.now();
  const { success, stderr } = await new Deno.Command(program, {
    args,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  const wall = performance.now() - began;
  const cpu = ((childClock?.now() ?? NaN) - cpuBefore) / 1e6;
  if (success) return { wall, cpu };
  throw new Error(`Cannot time ${command.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}

/** Compiles a program that does nothing, as `tools/compile.ts` compiles. */
async function compileEmpty(folder: string): Promise<string> {
  await Deno.writeTextFile(`${folder}/empty.js`, "export {};\n");
  const { success, stderr } = await new Deno.Command(Deno.env.get("DENO_2_4") ?? Deno.execPath(), {
    args: [
      "compile",
      "--quiet",
      "--no-check",
      "--no-lock",
      "--no-code-cache",
      "-o",
      "empty",
      "empty.js",
    ],
    cwd: folder,
  }).output();
  if (success) return `${folder}/empty`;
  throw new Error(`Cannot compile an empty program: ${new TextDecoder().decode(stderr)}`);
}

/** Writes the scenarios that are timed, and gives the files of each kind. */
async function writeScenarios(folder: string, steps: number): Promise<Record<string, string[]>> {
  await Deno.writeTextFile(`${folder}/own.ts`, MODULE);
  const write = async (name: string, module: string, steps: number) => {
    const path = `${folder}/${name}.yaml`;
    await Deno.writeTextFile(path, scenario(name, module, steps));
    return path;
  };
  const files: Record<string, string[]> = {};
  for (
    const [kind, module] of [["shipped", "{ use: test_module }"], ["own", "{ file: ./own.ts }"]]
  ) {
    files[kind] = [await write(kind, module, 2)];
    files[`${kind} steps`] = [await write(`${kind}_steps`, module, 2 + steps)];
    files[`${kind} many`] = [];
    for (let i = 0; i < SCENARIOS + 1; i++) {
      files[`${kind} many`].push(await write(`${kind}_${i}`, module, 2));
    }
  }
  return files;
}

if (import.meta.main) {
  const option = (name: string) =>
    Deno.args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
  const rounds = Number(option("rounds") ?? 7);
  const steps = Number(option("steps") ?? 500);
  const binary = option("binary");
  const deno = Deno.execPath();
  const pnotify = binary === undefined
    ? [
      deno,
      "run",
      "-A",
      `${rootPath}tools/with_std.ts`,
      "run",
      "-A",
      "--no-check",
      `${rootPath}runner/main.ts`,
    ]
    : [binary];
  const folder = await Deno.makeTempDir({ prefix: "startup_" });
  try {
    const files = await writeScenarios(folder, steps);
    const commands: Record<string, string[]> = {
      "deno alone": [deno, "eval", "0"],
      ...(binary === undefined ? {} : { empty: [await compileEmpty(folder)] }),
      "version": [...pnotify, "version"],
      "help": [...pnotify, "help"],
    };
    for (const kind in files) commands[kind] = [...pnotify, "run", ...files[kind]];
    const costs: Record<string, Cost[]> = {};
    for (let round = 0; round < rounds; round++) {
      for (const name in commands) (costs[name] ??= []).push(await costOf(commands[name]));
    }
    const both = (compute: (clock: keyof Cost) => string) => [compute("wall"), compute("cpu")];
    const times = (name: string, clock: keyof Cost) => costs[name].map((cost) => cost[clock]);
    const plain = (name: string) =>
      both((clock) => formatEstimate(estimate([times(name, clock)], (ms) => ms), 0));
    const each = (more: string, less: string, count: number) =>
      both((clock) => {
        const series = [times(more, clock), times(less, clock)];
        return formatEstimate(estimate(series, (a, b) => (a - b) / count), 2);
      });
    console.log(formatTable(["", "ms on the wall", "ms of CPU"], [
      ["`deno eval 0`, for comparison", ...plain("deno alone")],
      ...(binary === undefined ? [] : [["an empty program, compiled", ...plain("empty")]]),
      ["`pnotify version`", ...plain("version")],
      ["`pnotify help`", ...plain("help")],
      ["`pnotify run`, one scenario with a shipped module", ...plain("shipped")],
      ["`pnotify run`, one scenario with a module of one's own", ...plain("own")],
      ["each further scenario, shipped module", ...each("shipped many", "shipped", SCENARIOS)],
      ["each further scenario, own module", ...each("own many", "own", SCENARIOS)],
      ["each further step, shipped module", ...each("shipped steps", "shipped", steps)],
      ["each further step, own module", ...each("own steps", "own", steps)],
    ]));
    if (binary !== undefined) {
      const [wall, cpu] = both((clock) => {
        const series = [times("version", clock), times("empty", clock)];
        return formatEstimate(estimate(series, (version, empty) => version / empty), 2);
      });
      console.log(
        `\n\`pnotify version\` over an empty program, at most ${MOST_OVER_EMPTY} wanted:`,
      );
      console.log(`${wall} on the wall, ${cpu} of CPU`);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
