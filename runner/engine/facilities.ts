import type { exploreLanes } from "./exploring.ts";
import type { ScenarioPlan } from "./plan.ts";
import type { ReplayInto } from "./replayed.ts";

/** The parts of the engine that only some scenarios need. They take time to load. In other scenarios they are null. */
export interface Facilities {
  /** Runs the lanes of `concurrently` in every order. */
  readonly exploreLanes: typeof exploreLanes | null;
  /** Does the step `replay`. */
  readonly replayInto: ReplayInto | null;
}

/** Which facilities a scenario needs. */
function needsOf({ steps, concurrently }: ScenarioPlan): Record<keyof Facilities, boolean> {
  const lanes = concurrently?.lanes ?? [];
  const everyStep = [...steps, ...lanes.flatMap((lane) => lane.steps)];
  return {
    exploreLanes: concurrently !== null,
    replayInto: everyStep.some(({ verb }) => verb === "replay"),
  };
}

/**
 * Loads the facilities that a scenario needs.
 *
 * @param plan The scenario.
 * @returns The facilities, each null where it is not needed.
 */
export async function loadFacilities(plan: ScenarioPlan): Promise<Facilities> {
  const needs = needsOf(plan);
  return {
    exploreLanes: needs.exploreLanes ? (await import("./exploring.ts")).exploreLanes : null,
    replayInto: needs.replayInto ? (await import("./replay_into.ts")).replayInto : null,
  };
}

/**
 * Checks that the facilities of a scenario were loaded.
 *
 * @param plan The scenario.
 * @param facilities The facilities.
 * @throws {TypeError} When a facility is missing.
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
