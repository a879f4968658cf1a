/** How many letters are changed, added, removed or swapped between two words. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + cost);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) row[j] = Math.min(row[j], before[j - 2] + 1);
    }
    before = last;
    last = row;
  }
  return last[b.length];
}

/**
 * Finds the nearest word of a list.
 *
 * @param word What was written.
 * @param choices What would be right.
 * @returns The nearest word, or null when none is near.
 */
export function nearest(word: string, choices: Iterable<string>): string | null {
  const lower = word.toLowerCase();
  let best: string | null = null;
  let least = Math.max(1, Math.floor(lower.length / 3)) + 1;
  for (const candidate of choices) {
    const near = distance(lower, candidate.toLowerCase());
    if (near < least) {
      best = candidate;
      least = near;
    }
  }
  if (best !== null || lower.length < 3) return best;
  for (const candidate of choices) if (candidate.toLowerCase().startsWith(lower)) return candidate;
  return null;
}

/**
 * Suggests the nearest word, or lists the choices.
 *
 * @param word What was written.
 * @param choices What would be right.
 * @param what The name of the choices, for when no word is near.
 * @returns For example `did you mean "fork"?`, or `one of read, write is wanted`.
 */
export function suggestion(word: string, choices: readonly string[], what: string): string {
  const near = nearest(word, choices);
  if (near !== null) return `did you mean "${near}"?`;
  if (choices.length === 0) return `there is no ${what}`;
  if (choices.length > 12) return `no ${what} of this name`;
  return `${choices.length === 1 ? choices[0] : `one of ${choices.join(", ")}`} is wanted`;
}
