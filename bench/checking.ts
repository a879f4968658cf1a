/**
 * Measures what looking costs: the checks of the debug mode, and a sink for trace events.
 *
 *     deno run -A bench/checking.ts [--rounds=7] [--scale=1] [--alive=10000]
 *
 * @module
 */
import { measureInProcess } from "./processes.ts";
import { estimate } from "./statistics.ts";
import { formatEstimate, formatTable } from "./table.ts";
import type { Shape } from "./workload.ts";

const WAYS: readonly { title: string; debug: boolean; sink: boolean }[] = [
  { title: "nothing", debug: false, sink: false },
  { title: "a trace sink", debug: false, sink: true },
  { title: "checks", debug: true, sink: false },
  { title: "checks and a trace sink", debug: true, sink: true },
];
const PERCENT = [0, 1, 10, 100];

if (import.meta.main) {
  const option = (name: string, otherwise: number) =>
    Number(Deno.args.find((arg) => arg.startsWith(`--${name}=`))?.split("=")[1] ?? otherwise);
  const rounds = option("rounds", 7);
  const scale = option("scale", 1);
  const alive = option("alive", 10_000);
  const cells = new Map<string, number[]>();
  for (let round = 0; round < rounds; round++) {
    for (const percent of PERCENT) {
      for (const { title, debug, sink } of WAYS) {
        const shape: Shape = { modules: 3, percent, alive, debug, sink };
        const { ns } = await measureInProcess("pnotify", shape, scale);
        const key = `${title} ${percent}`;
        cells.set(key, [...cells.get(key) ?? [], ns]);
      }
    }
  }
  const rows = WAYS.map(({ title }) => [
    title,
    ...PERCENT.map((percent) =>
      formatEstimate(estimate([cells.get(`${title} ${percent}`)!], (ns) => ns), 0)
    ),
  ]);
  const head = ["ns a lifecycle, 3 modules, with", ...PERCENT.map((percent) => `${percent} %`)];
  console.log(formatTable(head, rows));
}
