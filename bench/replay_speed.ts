/**
 * Says how many lines and events a second replays manage, and how much memory they take:
 *
 *     deno run -A tools/with_std.ts run -A bench/replay_speed.ts [LIFECYCLES [FORMAT]]
 *
 * The best of three runs counts, since other work disturbs but never helps.
 *
 * @module
 */
import { loadForms } from "./forms.ts";
import { FORMATS, type GeneratedFormat } from "./replay_generator.ts";
import * as workloads from "./replay_workload.ts";
import type { Workload } from "./replay_workload.ts";

const RUNS = 3;

async function bestOf(run: (workload: Workload) => unknown, workload: Workload): Promise<number> {
  let best = Infinity;
  for (let i = 0; i < RUNS; i++) {
    const start = performance.now();
    await run(workload);
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

const forms = await loadForms("bench/replay_workload.ts", workloads);
const { makeWorkload, sandboxed } = workloads;
const lifecycles = Number(Deno.args[0] ?? 100_000);
const only = Deno.args[1] as GeneratedFormat | undefined;
console.log(`${lifecycles} lifecycles in each recording\n`);
console.log("FORMAT       WHAT                             LINES/S   EVENTS/S    MS");
for (const format of FORMATS) {
  if (only !== undefined && format !== only) continue;
  const workload = makeWorkload(format, lifecycles);
  const inProcess = [...forms].flatMap(([form, { runners }]) =>
    Object.entries(runners).map(([name, run]) => [`${name}, ${form}`, run] as const)
  );
  for (const [name, run] of [...inProcess, ["a module of a user", sandboxed] as const]) {
    const ms = await bestOf(run, workload);
    const rate = (count: number) => `${Math.round(count / ms)}k`.padStart(9);
    const row = [format.padEnd(12), name.padEnd(30), rate(workload.lines), rate(workload.events)];
    console.log(`${row.join(" ")} ${Math.round(ms).toString().padStart(6)}`);
  }
}
