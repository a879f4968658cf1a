/**
 * Measures a lifecycle with care: in each round every contender has a process of its own, and all take turns.
 *
 *     deno run -A bench/lifecycle.ts [--modules=3] [--percent=0,1,10,100] [--rounds=15] [--alive=10000]
 *         [--contenders=none,pnotify,c] [--debug] [--scale=1] [--json=FILE]
 *
 * Prints medians with the interval that holds nine of ten repetitions, what each contender adds to a lifecycle without
 * any callouts, and which of the figures to reach are reached. Times are CPU time of the thread where the C library can
 * be called, collection of garbage included.
 *
 * @module
 */
import { addedCost, addedRatio, checkGoals, type Goal } from "./goals.ts";
import { canHave, CONTENDERS, findContender } from "./implementations.ts";
import { C_PROGRAM, compileC, type Effort, measureInTurn, type Series } from "./processes.ts";
import { estimate } from "./statistics.ts";
import { formatEstimate, formatTable } from "./table.ts";
import type { Shape } from "./workload.ts";

/** What to measure. */
export interface Plan extends Effort {
  /** How many modules. */
  readonly modules: readonly number[];
  /** How many of a hundred tasks are tracked. */
  readonly percent: readonly number[];
  /** How many children are alive. */
  readonly alive: number;
  /** Who. */
  readonly contenders: readonly string[];
  /** Whether the kernels check the use of locks. */
  readonly debug: boolean;
  /** Where to write everything that was measured, or null. */
  readonly json: string | null;
}

/** Reads the command line. */
export function readPlan(args: readonly string[]): Plan {
  const options = new Map<string, string>();
  const known = "modules percent rounds alive contenders debug scale json".split(" ");
  for (const arg of args) {
    const [, name, value = ""] = arg.match(/^--([a-z]+)(?:=(.+))?$/) ?? [];
    if (known.includes(name)) options.set(name, value);
    else throw new TypeError(`Cannot read "${arg}": --${known.join(", --")} are known`);
  }
  const numbers = (name: string, otherwise: string) =>
    (options.get(name) ?? otherwise).split(",").map(Number);
  const all = [...CONTENDERS.map((one) => one.name), C_PROGRAM].join(",");
  return {
    modules: numbers("modules", "3"),
    percent: numbers("percent", "0,1,10,100"),
    rounds: numbers("rounds", "15")[0],
    alive: numbers("alive", "10000")[0],
    contenders: (options.get("contenders") ?? all).split(","),
    debug: options.has("debug"),
    scale: numbers("scale", "1")[0],
    json: options.get("json") ?? null,
  };
}

/** Measures every contender that can be had in one world. */
export async function measureWorld(plan: Plan, shape: Shape): Promise<Series> {
  const names = plan.contenders.filter((name) =>
    name === C_PROGRAM || canHave(findContender(name), shape.modules)
  );
  return await measureInTurn(names.map((name) => ({ key: name, name, shape })), plan);
}

/** Writes what was measured in one world as a table. */
export function formatSeries(series: Series): string {
  const hasBase = series.has("none") && series.has("pnotify");
  const rows = [...series].map(([name, values]) => {
    const title = CONTENDERS.find((one) => one.name === name)?.title ?? "C, kernel-style lists";
    const whole = formatEstimate(estimate([values], (one) => one), 0);
    if (!hasBase || name === "none" || name === C_PROGRAM) return [title, whole, "", ""];
    const ratio = name === "pnotify" ? "" : formatEstimate(addedRatio(series, name), 1);
    return [title, whole, formatEstimate(addedCost(series, name), 0), ratio];
  });
  return formatTable(["", "ns a lifecycle", "added ns", "added, times pnotify's"], rows);
}

/** Writes a figure to reach as a line. */
export function formatGoal({ text, bound, sense, figure, reached }: Goal): string {
  return `- ${reached ? "reached" : "NOT reached"}: ${text}, ${sense} ${bound}: ${
    formatEstimate(figure, 2)
  }`;
}

if (import.meta.main) {
  let plan = readPlan(Deno.args);
  if (plan.contenders.includes(C_PROGRAM) && !await compileC()) {
    console.error("c is left out: there is no gcc");
    plan = { ...plan, contenders: plan.contenders.filter((name) => name !== C_PROGRAM) };
  }
  const all: { shape: Shape; series: Record<string, readonly number[]> }[] = [];
  const goals: Goal[] = [];
  for (const modules of plan.modules) {
    for (const percent of plan.percent) {
      const shape = { modules, percent, alive: plan.alive, debug: plan.debug };
      const series = await measureWorld(plan, shape);
      all.push({ shape, series: Object.fromEntries(series) });
      console.log(`\n### ${modules} modules, ${percent} % of tasks tracked\n`);
      console.log(formatSeries(series));
      const complete = series.has("none") && series.has("pnotify");
      if (modules === 3 && complete && !plan.debug) goals.push(...checkGoals(percent, series));
    }
  }
  if (goals.length > 0) {
    console.log(`\n### Figures to reach\n\n${goals.map(formatGoal).join("\n")}`);
  }
  if (plan.json !== null) await Deno.writeTextFile(plan.json, JSON.stringify(all, null, 1) + "\n");
}
