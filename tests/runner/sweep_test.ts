import { assertEquals } from "@std/assert";
import { sweepFaults } from "../../check/sweep.ts";
import { modulesOf } from "../../runner/execute/execute.ts";
import { parseFile, shippedScenarios } from "../../runner/execute/files.ts";
import type { ScenarioPlan } from "../../runner/engine/plan.ts";
import { replayInto } from "../../runner/engine/replay_into.ts";
import { Scene } from "../../runner/engine/scene.ts";
import { runStep, StepFailed } from "../../runner/engine/step.ts";
import type { World } from "../../pnotify/boot.ts";

/** Scenarios that misuse the kernel on purpose are no test of what a fault leaves behind. */
function wantsReports({ expect }: ScenarioPlan): boolean {
  return expect.some(({ kind }) => ["reports", "faults", "lockdep"].includes(kind));
}

/** Scenarios with faults of their own would not know the sweep's from theirs. */
function isSwept(plan: ScenarioPlan): boolean {
  const verbs = plan.steps.map(({ verb }) => verb);
  return !wantsReports(plan) && !verbs.includes("inject") && !verbs.includes("storm");
}

/** A step that a fault makes fail, or makes the next one fail, ends the scenario. */
function play(plan: ScenarioPlan, world: World): void {
  const scene = new Scene(plan, modulesOf(plan), { world, keepTrace: false, replayInto });
  try {
    scene.makeTasks();
    for (const { name, preload } of plan.modules) if (preload) scene.load(name);
    for (const step of plan.steps) if (step.verb !== "expect") runStep(scene, step);
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
  }
}

for (const file of shippedScenarios()) {
  const { plans } = await parseFile(file);
  for (const plan of plans.filter(isSwept)) {
    Deno.test(`sweepFaults() breaks nothing in ${file.name} "${plan.title}" when any point fails`, () => {
      const { debug: _, ...kernel } = plan.kernel;
      const options = { boot: { ...kernel, seed: plan.seed } };
      const { failures } = sweepFaults((world) => play(plan, world), options);
      assertEquals(failures, []);
    });
  }
}
