import { assert, assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import type { RunResult, ScenarioPlan } from "../../runner/engine/plan.ts";
import { remoteProgram } from "../../runner/execute/remote_program.ts";
import {
  DEFAULT_LIMITS,
  runSandboxed,
  type SandboxLimits,
  type SandboxOutcome,
} from "../../runner/sandbox/mod.ts";
import { sourceCommand } from "../../runner/sandbox/process.ts";
import { filePath, root } from "../../tools/with_std.ts";
import { makeFolder } from "./folder.ts";
import { fileModule, LANES, planOf } from "./plan.ts";

const MODULE = `import { defineEvents, defineModule, PNOTIFY, PNOTIFY_OK } from "@pnotify/pnotify";
const define = (hooks, more = {}) => defineModule({
  name: "mine",
  license: "GPL",
  uses: { pnotify: PNOTIFY },
  load(env) {
    env.pnotify.register(defineEvents({ name: env.name, module: env.name, fork: () => PNOTIFY_OK, ...hooks(env) }));
  },
  unload() {},
  ...more,
});
`;

async function run(text: string, ending: string = "js"): Promise<SandboxOutcome> {
  using folder = makeFolder({ [`mine.${ending}`]: MODULE + text });
  const path = `${folder.path}/mine.${ending}`;
  return await runSandboxed({
    kind: "run",
    plan: planOf([fileModule("mine", path, `mine.${ending}`)]),
  });
}

function resultOf(outcome: SandboxOutcome): RunResult {
  assert(outcome.kind === "result", JSON.stringify(outcome));
  return outcome.result;
}

const textsOf = ({ log }: RunResult) => log.map(({ text }) => text);

Deno.test("runSandboxed() runs a module from a file under the scenario's name for it", async () => {
  const result = resultOf(
    await run(
      "export default define(({ printk }) => ({ exit: (task) => printk(`exit ${task}`) }));",
    ),
  );
  assertStrictEquals(result.status, "passed");
  assertEquals([result.file, result.title, result.seed], ["case.yaml", "a scenario", 7]);
  assertEquals(textsOf(result), ["exit cc1[5]"]);
});

Deno.test("runSandboxed() takes the first module when there is no default export", async () => {
  const result = resultOf(
    await run("export const other = 1;\nexport const mine = define(() => ({}));"),
  );
  assertStrictEquals(result.status, "passed");
});

Deno.test("runSandboxed() gives two modules the same library", async () => {
  using folder = makeFolder({
    "one.js": MODULE + `import { defineSymbol } from "@pnotify/pnotify/kernel";
export default defineModule({
  name: "one", license: "GPL", uses: { pnotify: PNOTIFY }, exports: [defineSymbol("shared")],
  load(env) {
    env.exportSymbol(defineSymbol("shared"), { defineEvents });
    env.pnotify.register(defineEvents({ name: "one", module: "one", fork: () => PNOTIFY_OK }));
  },
  unload() {},
});`,
    "two.js": MODULE + `import { defineSymbol } from "@pnotify/pnotify";
export default defineModule({
  name: "two", license: "GPL", uses: { pnotify: PNOTIFY, shared: defineSymbol("shared") },
  load(env) {
    env.printk(String(env.shared.defineEvents === defineEvents));
    env.pnotify.register(defineEvents({ name: "two", module: "two", fork: () => PNOTIFY_OK }));
  },
  unload() {},
});`,
  });
  const modules = ["one", "two"].map((name) => fileModule(name, `${folder.path}/${name}.js`));
  const result = resultOf(await runSandboxed({ kind: "run", plan: planOf(modules) }));
  assertEquals(textsOf(result), ["true"]);
});

Deno.test("runSandboxed() gives the same bytes for the same seed", async () => {
  const text = `export default define(({ printk }) => ({
  exit: () => printk([Math.random(), Date.now(), performance.now(), crypto.randomUUID(), new Date()].join()),
}));`;
  const [one, other] = await Promise.all([run(text), run(text)]);
  assertStrictEquals(JSON.stringify(one), JSON.stringify(other));
  assertMatch(textsOf(resultOf(one))[0], /^0\.\d+,0,0,[0-9a-f-]{36},Thu Jan 01 1970/);
});

Deno.test("runSandboxed() shows the console in the kernel log, and apart before there is one", async () => {
  const outcome = await run(`console.log("early", { a: [1] });
export default define(() => ({ exit: () => console.error("late", 1, null, new TypeError("x")) }));`);
  assert(outcome.kind === "result");
  assertEquals(outcome.console, ["early {a: [1]}"]);
  assertEquals(outcome.result.log.map(({ level, text }) => [level, text]), [
    ["err", "late 1 null TypeError: x"],
  ]);
});

Deno.test("runSandboxed() shows the frames of a module by its file and line, and no others", async () => {
  const result = resultOf(
    await run(
      `interface Deep { a: number }
export default define((env: any) => ({
  exit(): void {
    env.printk(new Error("here").stack!.split("\\n").slice(1).join("|"));
  },
}));`,
      "ts",
    ),
  );
  const [stack] = textsOf(result);
  assertMatch(stack, /^ {4}at exit \(mine\.ts:15:\d+\)$/);
});

Deno.test("runSandboxed() tells where a file throws while it is loaded", async () => {
  const outcome = await run(`const settings = null;\nsettings.name;`);
  assert(outcome.kind === "refused");
  const { rule, file, line, text, label } = outcome;
  assertEquals({ rule, file, line, text }, {
    rule: "evaluation",
    file: "mine.js",
    line: 13,
    text: "settings.name;",
  });
  assertMatch(label, /Cannot read properties of null/);
});

Deno.test("runSandboxed() tells where a file does not parse", async () => {
  const outcome = await run(`const a = ;`);
  assert(outcome.kind === "refused");
  assertEquals([outcome.rule, outcome.line], ["syntax", 12]);
});

Deno.test("runSandboxed() points at an import that a file does not offer", async () => {
  using folder = makeFolder({
    "main.js": `import {\n  nothing } from "./other.js";\nnothing();`,
    "other.js": "",
  });
  const plan = planOf([fileModule("main", `${folder.path}/main.js`, "main.js")]);
  const outcome = await runSandboxed({ kind: "run", plan });
  assert(outcome.kind === "refused");
  assertStrictEquals(outcome.label, `"other.js" has no export "nothing"`);
});

Deno.test("runSandboxed() stops a step at its limit, and says whose it was", async () => {
  using folder = makeFolder({
    "mine.js": MODULE + "export default define(() => ({ exit() { for (;;); } }));",
  });
  const plan = planOf([fileModule("mine", `${folder.path}/mine.js`)]);
  const result = resultOf(await runSandboxed({ kind: "run", plan, limits: { stepMs: STEP_MS } }));
  assertStrictEquals(result.status, "broken");
  const { module, hook, task, label } = result.lockup!;
  assertEquals([module, hook, task, label?.step], ["mine", "mine.exit", "cc1[5]", 5]);
  assertEquals(result.reports, []);
});

Deno.test("runSandboxed() ends what never answers when its time is up", async () => {
  using folder = makeFolder({ "mine.js": "await new Promise(() => {});" });
  const plan = planOf([fileModule("mine", `${folder.path}/mine.js`, "mine.js")]);
  const outcome = await runSandboxed({ kind: "run", plan, limits: { loadMs: 2000 } });
  assert(outcome.kind === "crashed");
  assertEquals([outcome.title, outcome.notes[0]], [
    "Module mine did not finish loading",
    "while mine.js was loaded",
  ]);
});

Deno.test("runSandboxed() describes a module", async () => {
  using folder = makeFolder({
    "mine.js": MODULE + `export default define(() => ({}), {
  description: "Does little",
  params: { most: { type: "number", default: 3, description: "how many" } },
});`,
  });
  const outcome = await runSandboxed({ kind: "modinfo", path: `${folder.path}/mine.js` });
  assert(outcome.kind === "info", JSON.stringify(outcome));
  const { name, license, description, params, events } = outcome.info;
  assertEquals([name, license, description], ["mine", "GPL", "Does little"]);
  assertEquals(params.map(({ name }) => name), ["most"]);
  assertEquals(events?.map(({ name, hooks }) => [name, hooks]), [["mine", ["fork"]]]);
});

Deno.test("runSandboxed() stops a module that does not say what it is", async () => {
  using folder = makeFolder({
    "mine.js": MODULE + "export default { ...define(() => ({})), get license() { for (;;); } };",
  });
  const path = `${folder.path}/mine.js`;
  const outcome = await runSandboxed({ kind: "modinfo", path, limits: { stepMs: STEP_MS } });
  assert(outcome.kind === "crashed");
  assertMatch(outcome.title, /^Soft lockup/);
});

Deno.test("runSandboxed() kills a program that says nothing when its time and a grace are over", async () => {
  using time = new FakeTime();
  const program = ["/bin/sh", "-c", "exec sleep 3600"] as const;
  const limits = { totalMs: 60_000 };
  const running = runSandboxed({ kind: "run", plan: planOf([]), limits, program });
  await time.tickAsync(limits.totalMs + 10_000);
  const outcome = await running;
  assert(outcome.kind === "crashed", JSON.stringify(outcome));
  assertEquals([outcome.title, outcome.notes], [
    "It took too long",
    ["before it had begun", "it was stopped after 60 s"],
  ]);
});

Deno.test("runSandboxed() reports a child that cannot be started", async () => {
  using folder = makeFolder({ "mine.js": MODULE + "export default define(() => ({}));" });
  const plan = planOf([fileModule("mine", `${folder.path}/mine.js`)]);
  const outcome = await runSandboxed({ kind: "run", plan, program: ["/nonexistent/program"] });
  assert(outcome.kind === "crashed");
  assertMatch(outcome.title, /^The sandbox ended with status 127/);
});

/** Enough for every step on a busy machine: a step that does not loop takes a few milliseconds. */
const STEP_MS = 500;

async function runLanes(
  text: string,
  limits: Partial<SandboxLimits>,
  changes: Partial<ScenarioPlan> = {},
): Promise<SandboxOutcome> {
  using folder = makeFolder({ "mine.js": MODULE + text });
  const modules = [fileModule("mine", `${folder.path}/mine.js`, "mine.js")];
  const plan = planOf(modules, { concurrently: LANES, ...changes });
  return await runSandboxed({ kind: "run", plan, limits });
}

const NESTED_LOOP = `export default define(({ kernel }) => ({
  exec() { if (kernel.context.name === "cpu1") for (;;); },
}));`;

Deno.test("runSandboxed() stops a loop in a lane at the limit of a step, and says in which schedule", async () => {
  // The time of all is far off: what is stopped is the one schedule.
  const limits = { stepMs: STEP_MS, totalMs: 600_000 };
  const result = resultOf(await runLanes(NESTED_LOOP, limits));
  assertStrictEquals(result.status, "broken");
  const { module, hook, task, label, schedule } = result.lockup!;
  assertEquals([module, hook, task, label?.what], ["mine", "mine.exec", "make[4]", "explore"]);
  assertMatch(schedule!, /^two\(\d+:one\)$/);
});

Deno.test("runSandboxed() comes to the same loop when the schedule is given", async () => {
  const limits = { stepMs: STEP_MS, totalMs: 600_000 };
  const { schedule } = resultOf(await runLanes(NESTED_LOOP, limits)).lockup!;
  const concurrently = { ...LANES, only: schedule };
  const again = resultOf(await runLanes(NESTED_LOOP, limits, { concurrently }));
  assertEquals([again.lockup!.hook, again.lockup!.schedule], ["mine.exec", schedule]);
});

Deno.test("runSandboxed() ends a scenario when its time is up", async () => {
  const text = `export default define(() => ({ exec() { for (;;); } }));`;
  const outcome = await runLanes(text, { stepMs: 60_000, totalMs: 5000 });
  assert(outcome.kind === "crashed", JSON.stringify(outcome));
  assertEquals([outcome.title, outcome.notes], [
    "It took too long",
    ["during step 4: exec", "it was stopped after 5 s"],
  ]);
});

Deno.test("runSandboxed() shows in the report of a fault where the module threw", async () => {
  using folder = makeFolder({
    "mine.ts": MODULE + `import { fail } from "./sub/fail.ts";
export default define(() => ({ exec: () => fail({ why: "no" }) }));`,
    "sub/fail.ts": `interface Reason { why: string }
export function fail({ why }: Reason): never {
  throw new TypeError(why);
}`,
  });
  // As messages name it makes no difference.
  for (const written of ["mine.ts", `${folder.path}/mine.ts`]) {
    const plan = planOf([fileModule("mine", `${folder.path}/mine.ts`, written)]);
    const { reports } = resultOf(await runSandboxed({ kind: "run", plan }));
    assertEquals(reports.map(({ place }) => place.stack), ["at fail (sub/fail.ts:3:9)"]);
    assertMatch(reports[0].text, /^ {2}at cpu0 .* \(at fail \(sub\/fail\.ts:3:9\)\), module mine/m);
  }
});

Deno.test("runSandboxed() shows in the report of a misuse where the module called", async () => {
  const text = `export default define(({ kernel }) => ({
  exec() { kernel.tasklistLock.readUnlock(); },
}));`;
  const { reports } = resultOf(await run(text));
  assertEquals(reports.map(({ kind, place }) => [kind, place.stack]), [
    ["lock-not-held", "at exec (mine.js:13:32)"],
  ]);
});

Deno.test("the process of a sandbox from source may read the program, and has no native code", () => {
  const grants = (command: readonly string[]) => command.filter((arg) => /^(-A|--allow)/.test(arg));
  const folder = filePath(root);
  assertEquals(grants(sourceCommand(DEFAULT_LIMITS)), [`--allow-read=${folder}`]);
  const remote = remoteProgram(
    "https://jsr.io/@pnotify/pnotify/0.1.0/runner/execute/remote_program.ts",
  );
  assertEquals(grants(remote!), ["--allow-import=jsr.io"]);
});
