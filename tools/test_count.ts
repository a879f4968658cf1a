/**
 * Sums what test runs say at their end, for `.ci/run`:
 *
 *     deno run -R tools/test_count.ts STATUS:LOG...
 *
 * Each argument is the exit status of a run and the file with its output. Prints `N passed, N failed`
 * (and `, N skipped`), and exits with 1 when anything failed.
 *
 * @module
 */

/** How many tests did what. */
export interface TestCount {
  /** Those that passed. */
  passed: number;
  /** Those that failed. */
  failed: number;
  /** Those that were ignored. */
  skipped: number;
}

/** One run of tests. */
export interface TestRun {
  /** Its exit status. */
  status: number;
  /** What it wrote. */
  output: string;
}

const steps = String.raw`(?: \([^)]*\))?`;
// The last line of `deno test`, and the same told by tools/ok.ts.
const patterns = [
  String.raw`^(?:ok|FAILED) \| (\d+) passed${steps} \| (\d+) failed${steps}(?: \| (\d+) ignored)?`,
  String.raw`^(?:ok|FAILED) .*\((\d+) passed, (\d+) failed(?:, (\d+) skipped)?\)$`,
].map((pattern) => new RegExp(pattern, "gm"));

/** The tests that an output tells of, or null when it tells of none. */
export function countTests(output: string): TestCount | null {
  // deno-lint-ignore no-control-regex
  const plain = output.replaceAll(/\x1b\[[\d;]*m/g, "").replaceAll("\r", "");
  const lines = patterns.flatMap((pattern) => [...plain.matchAll(pattern)]);
  if (lines.length === 0) return null;
  const sum = (group: number) => lines.reduce((total, line) => total + Number(line[group] ?? 0), 0);
  return { passed: sum(1), failed: sum(2), skipped: sum(3) };
}

/**
 * The sum over all runs. A run that failed without a failed test, or that tells of no test at all,
 * counts as one that failed: nothing that went wrong may end in `0 failed`.
 */
export function sumRuns(runs: TestRun[]): TestCount {
  const sum: TestCount = { passed: 0, failed: 0, skipped: 0 };
  for (const { status, output } of runs) {
    const count = countTests(output) ?? { passed: 0, failed: 1, skipped: 0 };
    sum.passed += count.passed;
    sum.failed += status !== 0 ? Math.max(count.failed, 1) : count.failed;
    sum.skipped += count.skipped;
  }
  return sum;
}

/** `N passed, N failed`, and `, N skipped` when there are some. */
export function formatCount({ passed, failed, skipped }: TestCount): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

if (import.meta.main) {
  const runs = Deno.args.map((arg) => {
    const [, status, file] = arg.match(/^(\d+):(.+)$/)!;
    return { status: Number(status), output: Deno.readTextFileSync(file) };
  });
  const sum = sumRuns(runs);
  console.log(formatCount(sum));
  Deno.exit(sum.failed === 0 && sum.passed > 0 ? 0 : 1);
}
