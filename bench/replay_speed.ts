/**
 * Says how many lines and events a second replays manage, and how much memory they take:
 *
 *     deno run -A tools/with_std.ts run -A bench/replay_speed.ts [LIFECYCLES [FORMAT]]
 *
 * The best of three runs counts, since other work disturbs but never helps.
 *
 * @module
 */
import { FORMATS, type GeneratedFormat } from "./replay_generator.ts";
import { makeWorkload, runners, sandboxed, type Workload } from "./replay_workload.ts";

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

const lifecycles = Number(Deno.args[0] ?? 100_000);
const only = Deno.args[1] as GeneratedFormat | undefined;
console.log(`${lifecycles} lifecycles in each recording\n`);
console.log("FORMAT       WHAT                       LINES/S   EVENTS/S    MS");
for (const format of FORMATS) {
  if (only !== undefined && format !== only) continue;
  const workload = makeWorkload(format, lifecycles);
  const all = { ...runners, "a module of a user": sandboxed };
  for (const [name, run] of Object.entries(all)) {
    const ms = await bestOf(run, workload);
    const rate = (count: number) => `${Math.round(count / ms)}k`.padStart(9);
    const row = [format.padEnd(12), name.padEnd(24), rate(workload.lines), rate(workload.events)];
    console.log(`${row.join(" ")} ${Math.round(ms).toString().padStart(6)}`);
  }
}
