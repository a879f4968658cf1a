import type { ExploreResult } from "./explore_result.ts";

/** The result of an exploration as a few lines. */
export function describeExploration(
  result: Omit<ExploreResult, "text">,
  { preemptions = 2, limit = 20_000, only }: {
    preemptions?: number;
    limit?: number;
    only?: string;
  },
): string {
  const { schedules, infeasible, traces, complete, failed } = result;
  const bound = preemptions === 1 ? "1 preemption" : `${preemptions} preemptions`;
  const lines = [
    only !== undefined
      ? `the schedule ${only}: ${infeasible > 0 ? "infeasible" : "ran to its end"}`
      : `${schedules} schedules with at most ${bound}, ${infeasible} infeasible, ` +
        `${traces} distinct traces`,
  ];
  if (!complete && only === undefined) {
    lines.push(`stopped at the limit of ${limit} schedules: there are more that were not tried`);
  }
  for (const [name, { verdict, held, of }] of Object.entries(result.predicates)) {
    lines.push(`${verdict}: ${name}${verdict === "sometimes" ? ` (${held} of ${of})` : ""}`);
  }
  lines.push(failed === 0 ? "nothing is broken" : `${failed} break something`);
  for (const { schedule, broken } of result.failures) {
    lines.push(`again with { only: "${schedule}" }:`, ...broken.map((line) => `  ${line}`));
  }
  return lines.join("\n");
}
