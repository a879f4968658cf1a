import type { Expectation } from "./expectation.ts";
import { HOOK_EXPECTATIONS } from "./expectations/hooks.ts";
import { KERNEL_EXPECTATIONS } from "./expectations/kernel.ts";
import { REPLAY_EXPECTATIONS } from "./expectations/replay.ts";
import { SUBSCRIPTION_EXPECTATIONS } from "./expectations/subscriptions.ts";
import { TASK_EXPECTATIONS } from "./expectations/tasks.ts";

/** Every kind of expectation, in the order in which help lists them. */
export const EXPECTATIONS: readonly Expectation[] = Object.freeze([
  ...HOOK_EXPECTATIONS,
  ...SUBSCRIPTION_EXPECTATIONS,
  ...TASK_EXPECTATIONS,
  ...REPLAY_EXPECTATIONS,
  ...KERNEL_EXPECTATIONS,
]);

const BY_KIND: ReadonlyMap<string, Expectation> = new Map(
  EXPECTATIONS.map((expectation) => [expectation.kind, expectation]),
);

/**
 * Finds a kind of expectation.
 *
 * @param kind Its word.
 * @returns The kind, or null.
 */
export function findExpectation(kind: string): Expectation | null {
  return BY_KIND.get(kind) ?? null;
}
