import type { exploreLanes } from "./exploring.ts";
import type { ScenarioPlan } from "./plan.ts";
import type { ReplayInto } from "./replayed.ts";

/** What only some scenarios need. It takes time to load, so it is loaded for those alone, and null otherwise. */
export interface Facilities {
  /** Runs the lanes of `concurrently` in every order. */
  readonly exploreLanes: typeof exploreLanes | null;
  /** Does the step `replay`. */
  readonly replayInto: ReplayInto | null;
}

/** Which facilities a scenario needs. */
function needsOf({ steps, concurrently }: ScenarioPlan): Record<keyof Facilities, boolean> {
  const lanes = concurrently?.lanes ?? [];
  const all = [...steps, ...lanes.flatMap((lane) => lane.steps)];
  return {
    exploreLanes: concurrently !== null,
    replayInto: all.some(({ verb }) => verb === "replay"),
  };
}

/**
 * Loads what a scenario needs.
 *
 * @param plan The scenario.
 * @returns What it needs, and null for the rest.
 */
export async function loadFacilities(plan: ScenarioPlan): Promise<Facilities> {
  const needs = needsOf(plan);
  return {
    exploreLanes: needs.exploreLanes ? (await import("./exploring.ts")).exploreLanes : null,
    replayInto: needs.replayInto ? (await import("./replay_into.ts")).replayInto : null,
  };
}

/**
 * Checks that what a scenario needs was loaded.
 *
 * @param plan The scenario.
 * @param facilities What was loaded.
 * @throws {TypeError} Naming what is missing.
 */
export function checkFacilities(plan: ScenarioPlan, facilities: Facilities): void {
  const needs = needsOf(plan);
  for (const name of ["exploreLanes", "replayInto"] as const) {
    if (!needs[name] || facilities[name] !== null) continue;
    throw new TypeError(
      `Cannot run "${plan.title}": it needs ${name}, what loadFacilities() loads is wanted`,
    );
  }
}
