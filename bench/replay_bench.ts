/**
 * How fast recordings are replayed: a plain loop over the lines, the parser alone, a replay in an empty kernel, one with
 * the modules job and csa, and one with a module of a user in the sandbox. An iteration is one recording; the names of the
 * groups say how many lines and events it has. `bench/replay_speed.ts` says the same in lines and events a second.
 *
 * @module
 */
import { FORMATS } from "./replay_generator.ts";
import { makeWorkload, runners, sandboxed } from "./replay_workload.ts";

const LIFECYCLES = 20_000;

for (const format of FORMATS) {
  const workload = makeWorkload(format, LIFECYCLES);
  const group = `${format}: ${workload.lines} lines, ${workload.events} events`;
  for (const [name, run] of Object.entries(runners)) {
    Deno.bench({ name, group, baseline: name === "lines alone" }, () => void run(workload));
  }
  Deno.bench({ name: "a module of a user", group }, async () => void await sandboxed(workload));
}
