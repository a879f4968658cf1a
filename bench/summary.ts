import { addedCost, bestOf, GLOBAL_EMITTERS } from "./goals.ts";
import type { Series } from "./processes.ts";
import { type Estimate, estimate } from "./statistics.ts";
import { formatEstimate } from "./table.ts";

/** What was measured with three modules: by how many of a hundred tasks are tracked, in the bundle and as files. */
export type Measured = ReadonlyMap<number, { readonly bundle: Series; readonly files: Series }>;

/**
 * Says in a paragraph what was measured, as README.md has it.
 *
 * @param measured What was measured.
 * @returns The paragraph, or null when something is missing for it.
 */
export function summarise(measured: Measured): string | null {
  const [none, few, all] = [0, 1, 100].map((percent) => measured.get(percent));
  if (none === undefined || few === undefined || all === undefined) return null;
  const complete = [none, few, all].every(({ bundle, files }) =>
    ["none", "pnotify", "chain_array", "c"].every((name) => bundle.has(name)) &&
    files.has("pnotify")
  );
  const emitter = bestOf(few.bundle, GLOBAL_EMITTERS);
  if (!complete || emitter === null) return null;
  const ratio = (series: Series, above: string, below: string) =>
    estimate(
      [series.get(above)!, series.get(below)!],
      (numerator, denominator) => numerator / denominator,
    );
  const whole = (series: Series) => estimate([series.get("pnotify")!], (ns) => ns);
  return [
    "With three modules, 10,000 tasks alive and none of them tracked, a lifecycle (fork, exec, exit,",
    `reap) takes ${times(ratio(none.bundle, "pnotify", "none"))} what it takes without pnotify.`,
    `With 1 % tracked it takes ${ns(whole(few.bundle))} ns, of which pnotify adds`,
    `${
      formatEstimate(addedCost(few.bundle, "pnotify"), 0)
    }; a list of listeners with the data on the`,
    `task adds ${ns(addedCost(few.bundle, "chain_array"))}, the fastest global emitter`,
    `${ns(addedCost(few.bundle, emitter))}. With every task tracked pnotify adds`,
    `${ns(addedCost(all.bundle, "pnotify"))} ns, that list ${
      ns(addedCost(all.bundle, "chain_array"))
    }.`,
    `That is ${
      times(ratio(few.bundle, "pnotify", "c"))
    } the time of the same in C with 1 % tracked, and`,
    `${times(ratio(all.bundle, "pnotify", "c"))} with every task. All this is in a bundle, as the`,
    `compiled program is; imported file by file a lifecycle takes ${
      ns(whole(few.files))
    } ns with 1 %`,
    `tracked and ${ns(whole(all.files))} with every task, in place of ${ns(whole(few.bundle))} and`,
    `${ns(whole(all.bundle))}.`,
  ].join("\n");
}

function ns({ value }: Estimate): string {
  return value.toFixed(0);
}

function times(ratio: Estimate): string {
  const { value, low, high } = ratio;
  return `${value.toFixed(2)} times (${low.toFixed(2)} to ${high.toFixed(2)})`;
}
