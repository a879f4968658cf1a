/**
 * Measures a lifecycle with care: in each round every contender has a process of its own for each form, and all take turns.
 * The forms are the bundle, as the compiled program has it, and the files one by one, as they are imported from JSR.
 *
 *     deno run -A bench/lifecycle.ts [--modules=3] [--percent=0,1,10,100] [--rounds=7] [--alive=10000]
 *         [--contenders=none,pnotify,c] [--forms=bundle,files] [--debug] [--scale=1] [--json=FILE]
 *
 * With nothing said it prints what bench/README.md has, in about twenty minutes.
 *
 * It prints medians with the interval that holds nine of ten repetitions, what each contender adds to a lifecycle without
 * any callouts, and which of the figures to reach are reached. Times are CPU time of the thread where the C library can
 * be called, collection of garbage included.
 *
 * @module
 */
import { addedCost, addedRatio, checkGoals, type Goal } from "./goals.ts";
import { type Form, FORMS } from "./forms.ts";
import { canHave, CONTENDERS, findContender } from "./implementations.ts";
import {
  C_PROGRAM,
  compileC,
  type Effort,
  type Entrant,
  measureInTurn,
  type Series,
} from "./processes.ts";
import { estimate } from "./statistics.ts";
import { summarise } from "./summary.ts";
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
  /** In which forms. */
  readonly forms: readonly Form[];
  /** Whether the kernels check the use of locks. */
  readonly debug: boolean;
  /** Where to write everything that was measured, or null. */
  readonly json: string | null;
}

/** Reads the command line. */
export function readPlan(args: readonly string[]): Plan {
  const options = new Map<string, string>();
  const known = "modules percent rounds alive contenders forms debug scale json".split(" ");
  for (const arg of args) {
    const [, name, value = ""] = arg.match(/^--([a-z]+)(?:=(.+))?$/) ?? [];
    if (known.includes(name)) options.set(name, value);
    else throw new TypeError(`Cannot read "${arg}": --${known.join(", --")} are known`);
  }
  const numbers = (name: string, otherwise: string) =>
    (options.get(name) ?? otherwise).split(",").map(Number);
  const all = [...CONTENDERS.map((contender) => contender.name), C_PROGRAM].join(",");
  return {
    modules: numbers("modules", "3"),
    percent: numbers("percent", "0,1,10,100"),
    rounds: numbers("rounds", "7")[0],
    alive: numbers("alive", "10000")[0],
    contenders: (options.get("contenders") ?? all).split(","),
    forms: readForms(options.get("forms") ?? FORMS.join()),
    debug: options.has("debug"),
    scale: numbers("scale", "1")[0],
    json: options.get("json") ?? null,
  };
}

function readForms(list: string): Form[] {
  return list.split(",").map((name) => {
    const form = FORMS.find((candidate) => candidate === name);
    if (form !== undefined) return form;
    throw new TypeError(`Cannot measure form "${name}": there is none, wanted ${FORMS.join(", ")}`);
  });
}

/** What was measured in one world, by form. The C program is in every one. */
export type World = ReadonlyMap<Form, Series>;

/** Measures every contender that can be had in one world. */
export async function measureWorld(plan: Plan, shape: Shape): Promise<World> {
  const entrants = plan.contenders.flatMap((name): Entrant[] => {
    if (name === C_PROGRAM) return [{ key: name, name, shape }];
    if (!canHave(findContender(name), shape.modules)) return [];
    return plan.forms.map((form) => ({ key: `${name} ${form}`, name, shape, form }));
  });
  const measured = await measureInTurn(entrants, plan);
  return new Map(plan.forms.map((form) => {
    const own = entrants.filter((entrant) => entrant.form === undefined || entrant.form === form);
    const series = own.filter(({ key }) => measured.has(key))
      .map(({ key, name }) => [name, measured.get(key)!] as const);
    return [form, new Map(series)];
  }));
}

/** Writes what was measured in one world as a table: what is added is that of the first form. */
export function formatWorld(world: World): string {
  const [[first, series], ...others] = [...world];
  const hasBase = series.has("none") && series.has("pnotify");
  const whole = (values: readonly number[] | undefined) =>
    values === undefined ? "" : formatEstimate(estimate([values], (ns) => ns), 0);
  const rows = [...series].map(([name, values]) => {
    const title = CONTENDERS.find((contender) => contender.name === name)?.title ??
      "C, kernel-style lists";
    const isCompared = hasBase && name !== "none" && name !== C_PROGRAM;
    return [
      title,
      whole(values),
      isCompared ? formatEstimate(addedCost(series, name), 0) : "",
      isCompared && name !== "pnotify" ? formatEstimate(addedRatio(series, name), 1) : "",
      ...others.map(([, other]) => name === C_PROGRAM ? "" : whole(other.get(name))),
    ];
  });
  const head = ["", `${first}, ns a lifecycle`, "added ns", "added, times pnotify's"];
  return formatTable([...head, ...others.map(([form]) => `${form}, ns a lifecycle`)], rows);
}

/** Writes a figure to reach as a line. */
export function formatGoal({ text, bound, sense, figure, verdict }: Goal): string {
  return `- ${verdict}: ${text}, ${sense} ${bound}: ${formatEstimate(figure, 2)}`;
}

if (import.meta.main) {
  let plan = readPlan(Deno.args);
  if (plan.contenders.includes(C_PROGRAM) && !await compileC()) {
    console.error("c is left out: there is no gcc");
    plan = { ...plan, contenders: plan.contenders.filter((name) => name !== C_PROGRAM) };
  }
  const all: { shape: Shape; form: Form; series: Record<string, readonly number[]> }[] = [];
  const goals: Goal[] = [];
  const measured = new Map<number, { bundle: Series; files: Series }>();
  for (const modules of plan.modules) {
    for (const percent of plan.percent) {
      const shape = { modules, percent, alive: plan.alive, debug: plan.debug };
      const world = await measureWorld(plan, shape);
      for (const [form, series] of world) {
        all.push({ shape, form, series: Object.fromEntries(series) });
      }
      console.log(`\n### ${modules} modules, ${percent} % of tasks tracked\n`);
      console.log(formatWorld(world));
      // What people run is a bundle, and the figures to reach are about that.
      const series: Series = world.get("bundle") ?? new Map();
      if (modules === 3 && plan.alive === 10_000 && !plan.debug) {
        measured.set(percent, { bundle: series, files: world.get("files") ?? new Map() });
      }
      const complete = series.has("none") && series.has("pnotify");
      if (modules === 3 && complete && !plan.debug) goals.push(...checkGoals(percent, series));
    }
  }
  if (goals.length > 0) {
    console.log(`\n### Figures to reach, in the bundle\n\n${goals.map(formatGoal).join("\n")}`);
  }
  const summary = summarise(measured);
  if (summary !== null) console.log(`\n### In short\n\n${summary}`);
  if (plan.json !== null) await Deno.writeTextFile(plan.json, JSON.stringify(all, null, 1) + "\n");
}
