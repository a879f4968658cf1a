import * as fc from "fast-check";
import { assertEquals } from "@std/assert";
import { type Command, MODULES, Pair, PLANS } from "./world.ts";

const RUNS = 600;
const LONGEST = 60;

/** Small numbers mostly: what is there is little. */
const task = fc.nat({ max: 23 });
const plan = fc.nat({ max: PLANS.length - 1 });
const module = fc.nat({ max: MODULES.length - 1 });
const code = fc.nat({ max: 3 });

const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("fork" as const),
      task,
      kind: fc.constantFrom("process", "thread", "sibling", "vfork"),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("exec" as const),
      task,
      path: fc.constantFrom("sh", "make"),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom("exit", "exitThread"), task, code }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("kill" as const),
      task,
      signal: fc.constantFrom(15, 9, 0),
      group: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("wait" as const),
      task,
      child: fc.option(task),
      noHang: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("setsid", "subreaper"), task }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("subscribe" as const), task, plan }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("unsubscribe" as const), task, plan }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("register" as const), plan }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("unregister" as const), plan, refuse: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("insmod", "rmmod"), module }) },
);

const commands = fc.array(command, { maxLength: LONGEST, size: "max" });

/** Runs the commands in a new world; a failure tells what was done, with pids and outcomes. */
function play(script: readonly Command[], seed = 0): Pair {
  const pair = new Pair(seed);
  try {
    for (const command of script) pair.run(command);
    pair.end();
  } catch (error) {
    const steps = pair.transcript.map((step, index) => `  ${index + 1}. ${step}`).join("\n");
    throw new Error(`After these commands:\n${steps}\n${(error as Error).message}`, {
      cause: error,
    });
  }
  return pair;
}

Deno.test("Kernel and Pnotify agree with the reference model when commands come at random", () => {
  fc.assert(fc.property(commands, (script) => void play(script)), { numRuns: RUNS, seed: 1 });
});

Deno.test("Kernel gives the same trace, byte for byte, when commands and seed are the same", () => {
  fc.assert(
    fc.property(commands, fc.nat(), (script, seed) => {
      const [first, second] = [play(script, seed), play(script, seed)];
      assertEquals(first.trace.join("\n"), second.trace.join("\n"));
    }),
    { numRuns: 40, seed: 2 },
  );
});
