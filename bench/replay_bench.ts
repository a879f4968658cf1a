/**
 * How fast recordings are replayed: a plain loop over the lines, the parser alone, a replay in an empty kernel, one with
 * the modules job and csa, each as a bundle and as files, and one with a module of a user in the sandbox. An iteration is
 * one recording. The names of the groups say how many lines and events it has. `bench/replay_speed.ts` says the same in
 * lines and events a second.
 *
 * @module
 */
import { loadForms } from "./forms.ts";
import { FORMATS } from "./replay_generator.ts";
import * as workloads from "./replay_workload.ts";

const LIFECYCLES = 20_000;

const forms = await loadForms("bench/replay_workload.ts", workloads);
const { makeWorkload, sandboxed } = workloads;

for (const format of FORMATS) {
  const workload = makeWorkload(format, LIFECYCLES);
  const group = `${format}: ${workload.lines} lines, ${workload.events} events`;
  for (const [form, { runners }] of forms) {
    for (const [name, run] of Object.entries(runners)) {
      const baseline = name === "lines alone" && form === "files";
      Deno.bench({ name: `${name}, ${form}`, group, baseline }, () => void run(workload));
    }
  }
  Deno.bench({ name: "a module of a user", group }, async () => void await sandboxed(workload));
}
