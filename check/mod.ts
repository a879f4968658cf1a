/** Checks of whole worlds: every order of a few operations, every single fault, and the rules that always hold. @module */
export { explore } from "./explore.ts";
export type { Attempt, ExploreOptions, Run } from "./explore_options.ts";
export type { ExploreFailure, ExploreResult, PredicateResult } from "./explore_result.ts";
export { checkInvariants } from "./invariants.ts";
export { type SweepFailure, sweepFaults, type SweepOptions, type SweepResult } from "./sweep.ts";
