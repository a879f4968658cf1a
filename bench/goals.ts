import type { Series } from "./processes.ts";
import type { Estimate } from "./statistics.ts";
import { estimate } from "./statistics.ts";

/**
 * Whether a figure is reached: `within the interval` when its median misses the bound and its interval touches it.
 */
export type Verdict = "reached" | "within the interval" | "not reached";

/** A figure to reach. */
export interface Goal {
  /** What it says. */
  readonly text: string;
  /** The bound. */
  readonly bound: number;
  /** Whether the figure must be at least, or at most, the bound. */
  readonly sense: "at least" | "at most";
  /** The figure. */
  readonly figure: Estimate;
  /** Whether it is reached. */
  readonly verdict: Verdict;
}

/** Contenders whose every event goes through one emitter for all tasks. */
export const GLOBAL_EMITTERS: readonly string[] = ["tapable", "nanoevents", "event_target"];

const AGAINST: readonly { peer: string; bounds: Readonly<Record<number, number>> }[] = [
  { peer: "best global emitter", bounds: { 1: 8, 10: 3.5, 100: 3 } },
  { peer: "chain_map", bounds: { 1: 12, 10: 5, 100: 3 } },
  { peer: "chain_array", bounds: { 1: 5, 10: 2, 100: 1.3 } },
];

/** How many times the C program's lifecycle ours may take, by how many of a hundred tasks are tracked. */
const AGAINST_C: Readonly<Record<number, number>> = { 1: 4.5, 100: 5 };

/** Nanoseconds that a contender adds to a lifecycle without any callouts. */
export function addedCost(series: Series, name: string): Estimate {
  return estimate([series.get(name)!, series.get("none")!], (own, none) => own - none);
}

/** How much more a contender adds than pnotify does: infinitely more where pnotify adds nothing. */
export function addedRatio(series: Series, name: string): Estimate {
  const all = [series.get(name)!, series.get("pnotify")!, series.get("none")!];
  return estimate(all, (peer, own, none) => own > none ? (peer - none) / (own - none) : Infinity);
}

/** Compares what was measured with three modules with the figures to reach. */
export function checkGoals(percent: number, series: Series): Goal[] {
  const goals: Goal[] = [];
  const at = `at ${percent} %`;
  if (percent === 0) {
    const figure = wholeRatio(series, "pnotify", "none");
    goals.push(goal(`whole lifecycle against no callouts ${at}`, 1, "at most", figure));
  }
  for (const { peer, bounds } of AGAINST) {
    const bound = bounds[percent];
    const name = peer === "best global emitter" ? bestOf(series, GLOBAL_EMITTERS) : peer;
    if (bound === undefined || name === null || !series.has(name)) continue;
    const text = `added cost of ${name} against pnotify's ${at}`;
    goals.push(goal(text, bound, "at least", addedRatio(series, name)));
  }
  if (percent >= 1) {
    const peers = [...series.keys()].filter((name) =>
      !["none", "direct", "pnotify", "c"].includes(name)
    );
    const name = bestOf(series, peers);
    if (name !== null) {
      const text = `whole lifecycle with ${name}, the fastest peer, against pnotify's ${at}`;
      goals.push(goal(text, 1, "at least", wholeRatio(series, name, "pnotify")));
    }
  }
  const cBound = AGAINST_C[percent];
  if (cBound !== undefined && series.has("c")) {
    const figure = wholeRatio(series, "pnotify", "c");
    goals.push(goal(`whole lifecycle against C ${at}`, cBound, "at most", figure));
  }
  return goals;
}

function wholeRatio(series: Series, above: string, below: string): Estimate {
  return estimate(
    [series.get(above)!, series.get(below)!],
    (numerator, denominator) => numerator / denominator,
  );
}

/** The one of some contenders with the cheapest lifecycle; null when none of them was measured. */
export function bestOf(series: Series, names: readonly string[]): string | null {
  let best: string | null = null;
  let least = Infinity;
  for (const name of names) {
    const values = series.get(name);
    if (values === undefined) continue;
    const { value } = estimate([values], (ns) => ns);
    if (value >= least) continue;
    least = value;
    best = name;
  }
  return best;
}

function goal(text: string, bound: number, sense: Goal["sense"], figure: Estimate): Goal {
  return { text, bound, sense, figure, verdict: verdictOn(figure, bound, sense) };
}

function verdictOn({ value, low, high }: Estimate, bound: number, sense: Goal["sense"]): Verdict {
  const meets = (figure: number) => sense === "at least" ? figure >= bound : figure <= bound;
  if (meets(value)) return "reached";
  return meets(sense === "at least" ? high : low) ? "within the interval" : "not reached";
}
