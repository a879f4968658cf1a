import { assert, assertEquals, assertThrows } from "@std/assert";
import { defineModule, type KernelModule } from "../../kernel/module.ts";
import { defineSymbol } from "../../kernel/symbol.ts";
import { defineEvents } from "../../pnotify/events.ts";
import { PNOTIFY } from "../../pnotify/pnotify.ts";
import { PNOTIFY_OK } from "../../pnotify/verdict.ts";
import { modulesOf } from "../../runner/execute/execute.ts";
import { ALL_FACILITIES } from "../../runner/engine/all_facilities.ts";
import {
  type RunResult,
  type ScenarioPlan,
  SoftLockup,
  type StepLabel,
} from "../../runner/engine/plan.ts";
import { type RunOptions, ScenarioRun } from "../../runner/engine/run.ts";
import { shippedModules } from "../../runner/engine/shipped.ts";
import { isEqual, toJson } from "../../runner/engine/to_json.ts";
import { parseScenarios } from "../../runner/scenario/parse.ts";

const WORLD = {
  shipped: shippedModules(),
  resolve: (path: string) => path,
  display: (path: string) => path,
  exists: () => true,
};

/** Reads one scenario that has no mistakes. */
function planOf(text: string): ScenarioPlan {
  const { plans, diagnostics } = parseScenarios("case.yaml", text, WORLD);
  assertEquals(diagnostics, []);
  return plans[0];
}

function run(text: string, options: RunOptions = {}): RunResult {
  const plan = planOf(text);
  return new ScenarioRun(plan, modulesOf(plan), ALL_FACILITIES, options).run();
}

const SIMPLE = `scenario: Simple
tasks: [init, init/sh]
modules: [test_module]
steps:
  - fork: { parent: sh, as: child }
  - exit: child
expect:
  - exited: { child: 0 }
`;

Deno.test("ScenarioRun.run() executes everything through its guard", () => {
  const labels: StepLabel[] = [];
  const result = run(SIMPLE, {
    guard: (label, step) => {
      labels.push(label);
      step();
    },
  });
  assertEquals(result.status, "passed");
  assertEquals(labels.map(({ what }) => what), [
    "boot",
    "load test_module",
    "fork",
    "exit",
    "shutdown",
    "expect exited",
  ]);
});

Deno.test("ScenarioRun.run() reports a soft lockup when its guard stops a step", () => {
  const result = run(SIMPLE, {
    guard: (label, step) => {
      step();
      if (label.what === "exit") throw new SoftLockup("");
    },
  });
  assertEquals(result.status, "broken");
  assertEquals(result.lockup?.label?.step, 2);
  assertEquals([result.expectations, result.tree.length, result.failures.length], [0, 0, 0]);
});

Deno.test("ScenarioRun.run() lets through what its guard throws when that is no lockup", () => {
  const guard = () => {
    throw new RangeError("mine");
  };
  assertEquals(run(SIMPLE, { guard }).failures[0].title, "mine");
});

Deno.test("ScenarioRun.progress() names module, hook and task when a hook is in progress", () => {
  const plan = planOf(`scenario: Looking in
tasks: [init, init/sh]
modules: { mine: ./mine.ts }
steps:
  - fork: { parent: sh, as: child }
`);
  const seen: string[] = [];
  const mine = defineModule({
    name: "mine",
    license: "GPL",
    uses: { pnotify: PNOTIFY },
    load: ({ pnotify, name }) => {
      const look = () => {
        const { module, hook, task, label } = scenario.progress();
        seen.push(`${module} ${hook} ${task} ${label?.what}`);
        return PNOTIFY_OK;
      };
      pnotify.register(defineEvents({ name, module: name, init: () => PNOTIFY_OK, fork: look }));
    },
    unload: () => {},
  });
  const modules = new Map([["mine", mine as unknown as KernelModule]]);
  const scenario = new ScenarioRun(plan, modules, ALL_FACILITIES);
  assertEquals(scenario.run().status, "passed");
  assertEquals(seen, ["mine mine.fork sh[4] fork"]);
});

Deno.test("ScenarioRun.run() gives plain data when a module keeps what is none", () => {
  const SYMBOL = defineSymbol<object>("odd");
  const cycle: Record<string, unknown> = { big: 10n, call: () => {}, nan: NaN, map: new Map() };
  cycle.self = cycle;
  const odd = defineModule({
    name: "odd",
    license: "GPL",
    exports: [SYMBOL],
    load: ({ exportSymbol }) => exportSymbol(SYMBOL, { cycle: () => cycle }),
    unload: () => {},
  });
  const plan = planOf(`scenario: Odd
modules: { odd: ./odd.ts }
steps:
  - call: { odd.cycle: , as: found }
expect:
  - values_include: { found: { big: "10", nan: NaN, self: "..." } }
`);
  const result = new ScenarioRun(
    plan,
    new Map([["odd", odd as unknown as KernelModule]]),
    ALL_FACILITIES,
  ).run();
  assertEquals(JSON.parse(JSON.stringify(result)), result);
});

Deno.test("ScenarioRun.run() blames a module when its call breaks down", () => {
  const SYMBOL = defineSymbol<object>("bad");
  const bad = defineModule({
    name: "bad",
    license: "GPL",
    exports: [SYMBOL],
    load: ({ exportSymbol }) =>
      exportSymbol(SYMBOL, {
        breaks: () => {
          throw new TypeError("no good");
        },
      }),
    unload: () => {},
  });
  const plan = planOf(`scenario: Bad
modules: { bad: ./bad.ts }
steps:
  - call: bad.breaks
    fails: EFAULT
`);
  const result = new ScenarioRun(
    plan,
    new Map([["bad", bad as unknown as KernelModule]]),
    ALL_FACILITIES,
  ).run();
  assertEquals([result.status, result.reports[0].module], ["broken", "bad"]);
});

Deno.test("ScenarioRun.run() ends in the same unseed when it runs twice", () => {
  assertEquals(run(SIMPLE).unseed, run(SIMPLE).unseed);
  assert(run(SIMPLE).unseed !== run(SIMPLE.replace("exit: child", "exit: sh")).unseed);
});

Deno.test("ScenarioRun.run() runs just one schedule when one is asked for", () => {
  const plan = planOf(`scenario: One schedule
tasks: [init, init/a, init/b]
concurrently: { cpu0: [{ exit: a }], cpu1: [{ exit: b }] }
expect: { sometimes: [{ alive: a }] }
`);
  const concurrently = { ...plan.concurrently!, only: "cpu1 cpu0" };
  const result = new ScenarioRun({ ...plan, concurrently }, new Map(), ALL_FACILITIES).run();
  assertEquals([result.explored?.schedules, result.status], [1, "passed"]);
});

Deno.test("ScenarioRun.run() fails when the schedule that is asked for is none", () => {
  const plan = planOf(`scenario: No schedule
tasks: [init, init/a, init/b]
concurrently: { cpu0: [{ exit: a }], cpu1: [{ exit: b }] }
`);
  const concurrently = { ...plan.concurrently!, only: "cpu7" };
  const result = new ScenarioRun({ ...plan, concurrently }, new Map(), ALL_FACILITIES).run();
  assert(result.status !== "passed");
  assertEquals(result.failures.length, 1);
});

Deno.test("parseScenarios() loads a module at the start unless a step does", () => {
  const preload = (steps: string) =>
    planOf(`scenario: Loads\nmodules: [widget]\nsteps: [${steps}]\n`).modules[0].preload;
  assertEquals(preload(""), true);
  assertEquals(preload("{ unload: widget }, { load: widget }"), true);
  assertEquals(preload("{ load: widget }, { unload: widget }"), false);
});

Deno.test("parseScenarios() writes repetitions out when they are nested", () => {
  const plan = planOf(`scenario: Rounds
tasks: [init, init/sh]
steps:
  - repeat:
      times: 2
      index: n
      steps:
        - fork: { parent: sh, as: "t{n}-{i}" }
          repeat: 2
`);
  assertEquals(plan.steps.map(({ as }) => as), ["t1-1", "t1-2", "t2-1", "t2-2"]);
});

Deno.test("toJson() cuts what is too deep or too long", () => {
  let deep: unknown = 1;
  for (let i = 0; i < 20; i++) deep = [deep];
  assert(JSON.stringify(toJson(deep)).includes('"..."'));
  assertEquals((toJson(new Array(1000).fill(0)) as number[]).length, 200);
});

Deno.test("isEqual() compares maps whatever the order of their keys", () => {
  assertEquals(isEqual({ a: 1, b: [2] }, { b: [2], a: 1 }), true);
  assertEquals(isEqual({ a: 1 }, { a: 1, b: 2 }), false);
  assertEquals(isEqual([1, 2], [2, 1]), false);
  assertEquals(isEqual({ 0: 1 }, [1]), false);
});

Deno.test("the engine imports nothing but itself and the inner layers", async () => {
  const folder = new URL("../../runner/engine/", import.meta.url);
  const visit = async (at: URL): Promise<void> => {
    for await (const { name, isDirectory } of Deno.readDir(at)) {
      if (isDirectory) await visit(new URL(`${name}/`, at));
      else check(new URL(name, at), await Deno.readTextFile(new URL(name, at)));
    }
  };
  const check = (file: URL, text: string) => {
    for (const [, path] of text.matchAll(/(?:from|import) "([^"]+)"/g)) {
      const target = new URL(path, file).href;
      const root = new URL("../../", import.meta.url).href;
      const inside = target.startsWith(root) ? target.slice(root.length) : path;
      assert(
        /^(runner\/engine|kernel|pnotify|check|modules|replay)\//.test(inside),
        `${file}: ${path}`,
      );
    }
    assert(!/\bDeno\.|\bconsole\.|\bDate\b|Math\.random/.test(text), file.href);
  };
  await visit(folder);
  assertThrows(() => check(folder, 'import "npm:yaml"'));
});

const LANES = `scenario: Lanes
tasks: [init, init/a, init/b]
concurrently: { cpu0: [{ exit: a }], cpu1: [{ exit: b }] }
`;

Deno.test("ScenarioRun.run() guards each schedule by itself, with the time of all steps", () => {
  const labels: StepLabel[] = [];
  let depth = 0;
  const steps = "steps: [{ storm: { parent: a, count: 500 } }]\n";
  const result = run(LANES + steps, {
    guard: (label, step) => {
      if (label.what === "explore") labels.push(label);
      assertEquals(depth++, 0);
      step();
      depth--;
    },
  });
  const { schedules, infeasible } = result.explored!;
  assertEquals([labels.length, labels[0].weight], [schedules + infeasible, 1.5]);
});

Deno.test("ScenarioRun.run() reports a soft lockup with its schedule when a schedule is stopped", () => {
  let tried = 0;
  const result = run(LANES, {
    guard: (label, step) => {
      step();
      if (label.what === "explore" && ++tried === 2) throw new SoftLockup("");
    },
  });
  assertEquals([result.status, tried, result.explored], ["broken", 2, null]);
  assert(/cpu0.*cpu1/.test(result.lockup!.schedule!), result.lockup!.schedule!);
});

Deno.test("ScenarioRun.run() has no schedule in a soft lockup of a step", () => {
  const guard: RunOptions["guard"] = (label, step) => {
    step();
    if (label.what === "exit") throw new SoftLockup("");
  };
  assertEquals(run(SIMPLE, { guard }).lockup!.schedule, null);
});

for (const [hook, isFound] of [["fork", true], ["for", false], ["exit", false]] as const) {
  Deno.test(`faults ${isFound ? "finds" : "does not find"} a fault in fork when the hook is ${hook}`, () => {
    const result = run(`scenario: A hook that throws
tasks: [init, init/sh]
modules: { broken: { script: { fork: { throw: a null pointer } } } }
steps:
  - subscribe: { task: sh, module: broken }
  - fork: sh
    fails: EFAULT
expect:
  - faults: [{ module: broken, hook: ${hook} }]
`);
    assertEquals(result.status === "passed", isFound);
  });
}

Deno.test("exploreLanes() tells whose a finding is when its title has lines that look like another's", () => {
  const result = run(`scenario: A log that is never right
tasks: [init, init/sh]
concurrently:
  cpu0: [{ fork: sh }]
  cpu1: [{ fork: sh }]
expect:
  always:
    - log: ["never 0: x"]
    - log: ["one\\nalways 0: two"]
`);
  assertEquals(result.status, "failed");
  assertEquals(result.failures.map(({ kind, title }) => [kind, title]), [
    ["expectation", 'Expected "never 0: x" in the kernel log: it is not there'],
    ["expectation", 'Expected "one\nalways 0: two" in the kernel log: it is not there'],
  ]);
});
