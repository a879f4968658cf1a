/** A number, and where it lies in nine of ten repetitions. */
export interface Estimate {
  /** The number. */
  readonly value: number;
  /** Five of a hundred are below. */
  readonly low: number;
  /** Five of a hundred are above. */
  readonly high: number;
}

const RESAMPLES = 2000;

/** The value in the middle. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new TypeError("Cannot take the median: there are no values");
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Estimates something that is computed from several series, each of them measured once a round. It is computed in every
 * round by itself, for what slows a machine down slows all that is measured in one round, and the median is taken. The
 * interval comes from drawing rounds again and again (a bootstrap); the same series always give the same interval.
 *
 * @param series The series, all of one length.
 * @param compute Gets one round's value of each.
 * @returns The estimate.
 */
export function estimate(
  series: readonly (readonly number[])[],
  compute: (...values: number[]) => number,
): Estimate {
  const rounds = series[0].length;
  const computed = Array.from(
    { length: rounds },
    (_, round) => compute(...series.map((values) => values[round])),
  );
  const draw = generator(rounds);
  const seen: number[] = [];
  for (let i = 0; i < RESAMPLES; i++) {
    seen.push(median(Array.from({ length: rounds }, () => computed[draw()])));
  }
  seen.sort((a, b) => a - b);
  return {
    value: median(computed),
    low: seen[Math.floor(RESAMPLES * 0.05)],
    high: seen[Math.ceil(RESAMPLES * 0.95) - 1],
  };
}

/** Whole numbers below a limit, always the same ones. */
function generator(limit: number): () => number {
  let state = 12345;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor(state / 2 ** 32 * limit);
  };
}
