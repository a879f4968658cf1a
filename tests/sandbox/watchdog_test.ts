import { assertEquals, assertThrows } from "@std/assert";
import { SoftLockup } from "../../runner/engine/plan.ts";
import { runSandboxed } from "../../runner/sandbox/mod.ts";
import type { SandboxProgram } from "../../runner/sandbox/deno_command.ts";
import { createWatchdog, PATIENCE, STEP_HOOK } from "../../runner/sandbox/watchdog.ts";
import { makeFolder } from "./folder.ts";
import { planOf } from "./plan.ts";

const LIMIT_MS = 20;

/** Has a watchdog stop a loop that gets some CPU time in all, and tells whether it calls that starved. */
function isStarvedAfter(cpuTimeMs: number, patience: number): boolean {
  const readings = [0, cpuTimeMs];
  const watchdog = createWatchdog(() => LIMIT_MS, patience, () => readings.shift()!);
  const global = globalThis as Record<string, unknown>;
  global[STEP_HOOK] = watchdog.hook;
  const loop = () => {
    for (;;);
  };
  try {
    assertThrows(() => watchdog.guard({ step: 1, what: "loop" }, loop), SoftLockup);
  } finally {
    delete global[STEP_HOOK];
  }
  return watchdog.isStarved();
}

Deno.test("createWatchdog() does not call a step starved when it had CPU time", () => {
  assertEquals(isStarvedAfter(LIMIT_MS / 2, PATIENCE[0]), false);
});

Deno.test("createWatchdog() calls a step starved when it had hardly any CPU time", () => {
  assertEquals(isStarvedAfter(LIMIT_MS / 10, PATIENCE[0]), true);
});

Deno.test("createWatchdog() calls no step starved when its patience is at an end", () => {
  assertEquals(isStarvedAfter(0, PATIENCE.at(-1)!), false);
});

/** A program that notes the patience of each job in a file, and says that the job was starved until there is so much. */
function starvedUntil(enough: number, notes: string): SandboxProgram {
  const script = `read -r job
value() { printf %s "$job" | sed "s/.*\\"$1\\":\\"*\\([^,\\"}]*\\).*/\\1/"; }
patience=$(value patience)
echo "$patience" >>"${notes}"
answer='{"kind":"starved"}'
[ "$patience" -lt ${enough} ] || answer='{"kind":"crashed","why":"total","text":""}'
echo "$(value nonce) $answer"`;
  return ["/bin/sh", "-c", script];
}

for (const enough of [1, 4, 16]) {
  Deno.test(`runSandboxed() tries with more patience until a job is not starved when that takes ${enough} times the limit`, async () => {
    using folder = makeFolder({ notes: "" });
    const notes = `${folder.path}/notes`;
    const outcome = await runSandboxed({
      kind: "run",
      plan: planOf([]),
      program: starvedUntil(enough, notes),
    });
    assertEquals(outcome.kind === "crashed" && outcome.title, "It took too long");
    const attempts = (await Deno.readTextFile(notes)).trim().split("\n").map(Number);
    assertEquals(attempts, PATIENCE.filter((patience) => patience <= enough));
  });
}
