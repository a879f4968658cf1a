/**
 * Shows that memory grows with the tasks that are alive and not with the length of a recording: replays one as it is made,
 * with the modules job and csa, and prints the heap in use on the way.
 *
 *     deno run -A tools/with_std.ts run -A --v8-flags=--expose-gc bench/replay_memory.ts [LIFECYCLES [FORMAT]]
 *
 * @module
 */
import { ReplaySession } from "../runner/replay/session.ts";
import { generate, type GeneratedFormat } from "./replay_generator.ts";
import { jobAndCsa, requestFor } from "./replay_workload.ts";

const lifecycles = Number(Deno.args[0] ?? 1_000_000);
const format = (Deno.args[1] ?? "strace") as GeneratedFormat;
const modules = jobAndCsa();
const session = new ReplaySession(requestFor([...modules.keys()], false), modules);

const { gc } = globalThis as { gc?: () => void };
let characters = 0;
let next = 0;
const start = performance.now();
for (const chunk of generate(format, { lifecycles })) {
  session.push(chunk);
  characters += chunk.length;
  if (characters < next) continue;
  next += 5e7;
  gc?.();
  const { heapUsed } = Deno.memoryUsage();
  console.log(`${(characters / 1e6).toFixed(0)} MB read, ${(heapUsed / 1e6).toFixed(1)} MB in use`);
}
const { report } = session.finish();
const seconds = (performance.now() - start) / 1000;
const { processes } = report.summary;
console.log(`${processes} processes, ${report.lines} lines in ${seconds.toFixed(1)} s`);
