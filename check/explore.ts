import { KernelError } from "../kernel/errno.ts";
import type { ExploreOptions } from "./explore_options.ts";
import type { ExploreResult } from "./explore_result.ts";
import { describeExploration } from "./explore_text.ts";
import { AllSchedules, OneSchedule } from "./explorer.ts";
import { Findings } from "./findings.ts";
import {
  formatSchedule,
  OPERATION_NAME,
  parseSchedule,
  type ScheduledOperation,
} from "./schedule.ts";
import { runSchedule, type ScheduleOutcome } from "./schedule_run.ts";

/**
 * Runs operations that may happen at the same time. It tries them in every order, and runs each inside every other one
 * at every preemption point, up to a bound. There is a preemption point where a lock is taken or dropped, at each
 * callout, and at each step of a walk over all tasks. A nested operation has a simulated CPU of its own and runs to its
 * end. If it would have to wait for the operation that it interrupts, the placement is infeasible, and is counted.
 *
 * Each schedule runs in a new world, so the result depends on the options alone. After each schedule the explorer
 * checks the invariants ({@linkcode checkInvariants}) and tests the predicates. Then it unloads everything and shuts
 * the kernel down. Whatever is broken, and each report of the kernel, is a failure.
 *
 * @typeParam S What the setup makes.
 * @param options What to explore.
 * @returns The result, as data and as text.
 * @throws {KernelError} EINVAL for a bad name, bound or limit, or when `only` is no schedule of these operations.
 * @example
 * ```ts
 * import { defineEvents, explore, PNOTIFY_OK } from "@pnotify/pnotify";
 * import { assertEquals } from "@std/assert";
 * const result = explore({
 *   setup: ({ kernel }) => ({
 *     shell: kernel.fork(kernel.init),
 *     audit: defineEvents({ name: "audit", init: () => PNOTIFY_OK, fork: () => PNOTIFY_OK }),
 *   }),
 *   operations: {
 *     register: ({ pnotify, state }) => pnotify.register(state.audit),
 *     fork: ({ kernel, state }) => kernel.fork(state.shell),
 *   },
 *   predicates: {
 *     "everybody is subscribed": ({ kernel, pnotify, state }) =>
 *       pnotify.subscriptionCount(state.audit) === kernel.taskCount - 1,
 *   },
 *   check: ({ state }) => state.shell.state === "R" ? [] : ["the shell does not run"],
 *   guard: (_attempt, run) => run(),
 * });
 * assertEquals(result.failures, []);
 * assertEquals(result.predicates["everybody is subscribed"].verdict, "always");
 * ```
 */
export function explore<S>(options: ExploreOptions<S>): ExploreResult {
  const names = Object.keys(options.operations);
  checkOptions(options, names);
  const findings = new Findings(Object.keys(options.predicates ?? {}));
  let complete = false;
  if (options.only !== undefined) {
    const schedule = parseSchedule(options.only, names);
    const outcome = runSchedule(options, new OneSchedule(schedule));
    checkReached(schedule, outcome);
    findings.add(options, outcome);
  } else {
    const schedules = new AllSchedules(options.preemptions ?? 2);
    const limit = options.limit ?? 20_000;
    for (let tried = 0; tried < limit && !complete; tried++) {
      findings.add(options, runSchedule(options, schedules));
      complete = !schedules.advance();
    }
  }
  const result = { ...findings.result(), complete };
  return { ...result, text: describeExploration(result, options) };
}

function checkOptions<S>(options: ExploreOptions<S>, names: readonly string[]): void {
  const refuse = (found: string, wanted: string) =>
    new KernelError("EINVAL", { action: "explore", found, wanted });
  const badName = names.find((name) => !OPERATION_NAME.test(name));
  if (badName !== undefined) {
    throw refuse(`an operation is called "${badName}"`, "letters, digits, _, - and . are wanted");
  }
  if (names.length === 0) throw refuse("there is no operation", "one at least is wanted");
  for (const bound of ["preemptions", "limit"] as const) {
    const value = options[bound];
    if (value === undefined || (Number.isInteger(value) && value >= 0)) continue;
    throw refuse(`${bound} is ${value}`, "an integer that is not negative is wanted");
  }
}

/** Refuses a schedule with a preemption point that was not reached. It is probably from another version. */
function checkReached(
  planned: readonly ScheduledOperation[],
  { schedule, ended }: ScheduleOutcome,
): void {
  const [line, ran] = [formatSchedule(planned), formatSchedule(schedule)];
  if (!ended || line === ran) return;
  throw new KernelError("EINVAL", {
    action: "replay schedule",
    name: line,
    found: `only ${ran} came about`,
    wanted: "preemption points that are reached are wanted",
  });
}
