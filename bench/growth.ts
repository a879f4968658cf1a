/**
 * Measures how costs grow with live tasks, with the depth of the tree, with modules, and what it takes to register and
 * unregister over many tasks:
 *
 *     deno run -A bench/growth.ts [--rounds=3] [--scale=1] [--svg=FILE]
 *
 * Each point is the median of as many processes as rounds are asked for; see `bench/lifecycle.ts` for how they measure. All
 * is measured in the bundle.
 *
 * @module
 */
import { bundleFile } from "./bundled_copy.ts";
import { drawChart, type Line } from "./chart.ts";
import { C_PROGRAM, compileC, type Effort, measureInTurn } from "./processes.ts";
import { type Estimate, estimate, median } from "./statistics.ts";
import { formatEstimate, formatTable } from "./table.ts";

/** Nanoseconds a lifecycle, by the number of live tasks, and how much pnotify's grow: the most over the least. */
async function overLiveTasks(
  sizes: readonly number[],
  effort: Effort,
): Promise<{ lines: Line[]; growth: Estimate }> {
  const names = ["none", "pnotify", "chain_map", ...await compileC() ? [C_PROGRAM] : []];
  const keyOf = (name: string, alive: number) => `${name} ${alive}`;
  const series = await measureInTurn(
    names.flatMap((name) =>
      sizes.map((alive) => ({
        key: keyOf(name, alive),
        name,
        shape: { modules: 3, percent: 10, alive },
      }))
    ),
    effort,
  );
  const of = (name: string, alive: number) => series.get(keyOf(name, alive))!;
  const lines = names.map((name): Line => ({
    name,
    points: sizes.map((alive) => [alive, median(of(name, alive))]),
  }));
  const growth = estimate(
    sizes.map((alive) => of("pnotify", alive)),
    (...ns) => Math.max(...ns) / Math.min(...ns),
  );
  return { lines, growth };
}

/** Nanoseconds a lifecycle with every task tracked, by the number of modules. */
async function overModules(counts: readonly number[], effort: Effort): Promise<Line> {
  const entrants = counts.map((modules) => ({
    key: String(modules),
    name: "pnotify",
    shape: { modules, percent: 100, alive: 10_000 },
  }));
  const series = await measureInTurn(entrants, effort);
  return {
    name: "pnotify",
    points: counts.map((modules) => [modules, median(series.get(String(modules))!)]),
  };
}

/** Writes lines as a table: a row a point. */
function formatLines(what: string, lines: readonly Line[]): string {
  const rows = lines[0].points.map(([x], i) => [
    x.toLocaleString("en"),
    ...lines.map(({ points }) => points[i][1].toFixed(0)),
  ]);
  return formatTable([what, ...lines.map(({ name }) => `${name}, ns`)], rows);
}

if (import.meta.main) {
  const option = (name: string) =>
    Deno.args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
  const scale = Number(option("scale") ?? 1);
  const rounds = Number(option("rounds") ?? 3);
  const most = Math.ceil(1e6 * Math.min(scale, 1));
  const sizes = [1e3, 1e4, 1e5, 1e6].filter((size) => size <= most);
  const live = await overLiveTasks(sizes, { rounds, scale, turns: 5 });
  console.log(`${formatLines("live tasks", live.lines)}\n`);
  console.log(`pnotify at most over least: ${formatEstimate(live.growth, 2)}\n`);
  const { overDepth, overRegistration }: typeof import("./growth_worlds.ts") = await import(
    await bundleFile("bench/growth_worlds.ts")
  );
  const depth = overDepth([1, 10, 100, 1000, 10_000], 1e6 * scale);
  console.log(`${formatLines("depth", [depth])}\n`);
  const modules = await overModules([1, 2, 4, 8, 16, 32], { rounds, scale });
  console.log(`${formatLines("modules", [modules])}\n`);
  const runs = Array.from({ length: rounds }, () => overRegistration(most));
  const rows = (["register", "unregister"] as const).map((what) => [
    `${what} with init over ${most.toLocaleString("en")} tasks`,
    median(runs.map((run) => run[what])).toFixed(0),
  ]);
  console.log(formatTable(["", "ms"], rows));
  const svg = option("svg");
  if (svg !== undefined) await Deno.writeTextFile(svg, drawChart("live tasks", live.lines));
}
