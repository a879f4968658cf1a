/**
 * Measures what looking costs: the checks of the debug mode, and a sink for trace events.
 *
 *     deno run -A bench/checking.ts [--rounds=7] [--scale=1] [--alive=10000]
 *
 * @module
 */
import { measureInTurn } from "./processes.ts";
import { estimate } from "./statistics.ts";
import { formatEstimate, formatTable } from "./table.ts";

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
  const keyOf = (title: string, percent: number) => `${title} ${percent}`;
  const cells = await measureInTurn(
    PERCENT.flatMap((percent) =>
      WAYS.map(({ title, debug, sink }) => ({
        key: keyOf(title, percent),
        name: "pnotify",
        shape: { modules: 3, percent, alive, debug, sink },
      }))
    ),
    { rounds, scale },
  );
  const rows = WAYS.map(({ title }) => [
    title,
    ...PERCENT.map((percent) =>
      formatEstimate(estimate([cells.get(keyOf(title, percent))!], (ns) => ns), 0)
    ),
  ]);
  const head = ["ns a lifecycle, 3 modules, with", ...PERCENT.map((percent) => `${percent} %`)];
  console.log(formatTable(head, rows));
}
