import { assertEquals, assertThrows } from "@std/assert";
import { modulesOf } from "../../runner/execute/execute.ts";
import { type Facilities, loadFacilities } from "../../runner/engine/facilities.ts";
import type { ScenarioPlan } from "../../runner/engine/plan.ts";
import { ScenarioRun } from "../../runner/engine/run.ts";
import { shippedModules } from "../../runner/engine/shipped.ts";
import { parseScenarios } from "../../runner/scenario/parse.ts";

const LANES = `concurrently:
  cpu0: [{ fork: sh }]
  cpu1: [{ rename: { task: sh, comm: shell } }]
`;
const REPLAY = `steps: [{ replay: build.strace }]
`;
const REPLAY_IN_LANE = `concurrently:
  cpu0: [{ fork: sh }]
  cpu1: [{ replay: build.strace }]
`;
const NOTHING: Facilities = { exploreLanes: null, replayInto: null };

function planOf(body: string): ScenarioPlan {
  const { plans, diagnostics } = parseScenarios(
    "case.yaml",
    `scenario: Some\ntasks: [init, init/sh]\n${body}`,
    {
      shipped: shippedModules(),
      resolve: (path) => path,
      display: (path) => path,
      exists: () => true,
    },
  );
  assertEquals(diagnostics, []);
  return plans[0];
}

for (
  const [what, body, expected] of [
    ["neither lanes nor a recording", "steps: [{ fork: sh }]\n", []],
    ["lanes", LANES, ["exploreLanes"]],
    ["a recording", REPLAY, ["replayInto"]],
    ["a recording in a lane", REPLAY_IN_LANE, ["exploreLanes", "replayInto"]],
  ] as const
) {
  Deno.test(`loadFacilities() loads what is needed when a scenario has ${what}`, async () => {
    const facilities = await loadFacilities(planOf(body));
    const loaded = Object.entries(facilities).filter(([, facility]) => facility !== null);
    assertEquals(loaded.map(([name]) => name), [...expected]);
  });

  Deno.test(`ScenarioRun ${expected.length === 0 ? "takes" : "refuses"} a scenario with ${what} when nothing was loaded`, () => {
    const plan = planOf(body);
    const make = () => void new ScenarioRun(plan, modulesOf(plan), NOTHING);
    if (expected.length === 0) make();
    else assertThrows(make, TypeError, `Cannot run "Some": it needs ${expected[0]}`);
  });
}
