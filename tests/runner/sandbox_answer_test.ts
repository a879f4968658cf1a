import { assert, assertEquals } from "@std/assert";
import { ALL_FACILITIES } from "../../runner/engine/all_facilities.ts";
import { describeModule } from "../../runner/engine/describe.ts";
import type { RunResult, ScenarioPlan } from "../../runner/engine/plan.ts";
import { ScenarioRun } from "../../runner/engine/run.ts";
import { shippedModules } from "../../runner/engine/shipped.ts";
import { modulesOf } from "../../runner/execute/execute.ts";
import { ReplaySession } from "../../runner/replay/session.ts";
import { readInfo, readResult } from "../../runner/sandbox/answer.ts";
import { readOutcome } from "../../runner/sandbox/replay_answer.ts";
import { fields, list, oneOf, record, tagged, text } from "../../runner/sandbox/shape.ts";
import { parseScenarios } from "../../runner/scenario/parse.ts";

const SCENARIO = `scenario: Of everything a little
tasks: [init, init/sh]
modules: [job, test_module]
steps:
  - call: { job.create: { task: sh } }
  - fork: { parent: sh, as: child }
  - exec: { task: child, path: /bin/make }
  - setsid: child
  - setuid: { task: child, uid: 7 }
  - rename: { task: child, comm: cc1 }
  - kill: { task: child, signal: SIGKILL }
  - unload: test_module
expect:
  - alive: child
  - trace: |
      nothing of the kind
`;

function planOf(text: string): ScenarioPlan {
  const world = {
    shipped: shippedModules(),
    resolve: (path: string) => path,
    display: (path: string) => path,
    exists: () => true,
  };
  const { plans, diagnostics } = parseScenarios("case.yaml", text, world);
  assertEquals(diagnostics, []);
  return plans[0];
}

const PLAN = planOf(SCENARIO);

/** A result as it comes out of a sandbox. */
function answer(): RunResult {
  return viaJson(new ScenarioRun(PLAN, modulesOf(PLAN), ALL_FACILITIES).run());
}

const viaJson = <T>(value: T): T => JSON.parse(JSON.stringify(value));

type Container = Record<string | number, unknown>;

/** Every part of a value: what it is in, its key, and its path. */
function* partsOf(value: unknown, path: string): Generator<[Container, string | number, string]> {
  if (typeof value !== "object" || value === null) return;
  const isList = Array.isArray(value);
  for (const key of isList ? value.keys() : Object.keys(value)) {
    const inner = isList ? `${path}[${key}]` : path === "" ? String(key) : `${path}.${key}`;
    yield [value as Container, key, inner];
    yield* partsOf((value as Container)[key], inner);
  }
}

/** What stands under no name of ours: keys that the answer brings along. */
const FREE = /^(actualTraces|.*\.balance|report\.summary\.exit_codes|report\.warning_counts)\b/;

/** Puts something else in the place of each part, and looks whether the path that is told leads there. */
function assertPathsLead(value: unknown, read: (value: unknown) => string | null): number {
  let told = 0;
  for (const [container, key, path] of partsOf(value, "")) {
    if (FREE.test(path)) continue;
    const right = container[key];
    // No form takes it but one that takes anything.
    container[key] = { "\\u001b[31m": [] };
    const wrong = read(value);
    container[key] = right;
    if (wrong === null) continue;
    told++;
    // Where an object is taken for another one, the first of its own members is missing.
    assert(wrong === path || wrong.startsWith(`${path}.`), `${wrong} for ${path}`);
  }
  return told;
}

Deno.test("readResult() takes what a run comes to", () => {
  const { value, wrong } = readResult(answer(), PLAN);
  assertEquals([wrong, value?.status, value?.title], [null, "failed", "Of everything a little"]);
});

Deno.test("readResult() names the part that is wrong, whichever it is", () => {
  const told = assertPathsLead(answer(), (value) => readResult(value, PLAN).wrong);
  assert(told > 500, `${told}`);
});

Deno.test("readResult() names the type of a trace event that it does not know", () => {
  const result = answer();
  const index = result.trace.findIndex(({ type }) => type === "event");
  (result.trace[index] as unknown as { event: Container }).event.type = "no-such-event";
  assertEquals(readResult(result, PLAN), { value: null, wrong: `trace[${index}].event.type` });
});

Deno.test("readResult() names the member of a trace event that is missing", () => {
  const result = answer();
  const index = result.trace.findIndex((item) =>
    item.type === "event" && item.event.type === "fork"
  );
  delete (result.trace[index] as unknown as { event: Container }).event.parentPid;
  assertEquals(readResult(result, PLAN).wrong, `trace[${index}].event.parentPid`);
});

Deno.test("readResult() names a report that is said to be unexpected, and is not there", () => {
  assertEquals(readResult({ ...answer(), unexpected: [7] }, PLAN).wrong, "unexpected[0]");
});

Deno.test("readResult() refuses a tree that is too deep to walk, with a path that is bounded", () => {
  const result = answer();
  let [node] = result.tree as unknown as Container[];
  for (let depth = 0; depth < 3000; depth++) node.children = [node = { ...node, children: [] }];
  const { wrong } = readResult(result, PLAN);
  assertEquals(wrong?.length, 203);
  assert(wrong!.startsWith("tree[0].children[0].children[0]."));
});

Deno.test("readResult() has no path for what is no result at all", () => {
  for (const value of [null, undefined, 7, "x", []]) {
    assertEquals(readResult(value, PLAN), { value: null, wrong: "" });
  }
});

Deno.test("readInfo() names the part that is wrong, whichever it is", () => {
  const shipped = shippedModules();
  const info = viaJson(describeModule(shipped.get("job")!, shipped));
  assertEquals(readInfo(info), { value: info, wrong: null });
  assert(assertPathsLead(info, (value) => readInfo(value).wrong) > 20);
});

Deno.test("readOutcome() names the part that is wrong, whichever it is", () => {
  const request = {
    recording: "mine.strace",
    pid: null,
    modules: [{ name: "job", isFile: false }],
    params: [],
    check: false,
    keep: true,
    tree: true,
    timeline: true,
    width: 80,
  };
  const session = new ReplaySession(request, shippedModules());
  session.push("5 1.0 fork() = 6\n5 1.1 rubbish\n6 1.2 +++ exited with 3 +++\n");
  const outcome = viaJson(session.finish());
  assertEquals(readOutcome(outcome, request).value?.report.recording, "mine.strace");
  assert(assertPathsLead(outcome, (value) => readOutcome(value, request).wrong) > 50);
});

Deno.test("record() does not repeat a key that the value brings along", () => {
  assertEquals(record(text)({ fine: "x", "\u001b[2J": 7 }), ".*");
});

Deno.test("tagged() names the tag when it is inherited, and the member when the form is known", () => {
  const shape = list(tagged("type", { a: fields({ size: oneOf({ big: true }) }) }));
  assertEquals(shape([{ type: "a", size: "big" }, { type: "toString" }]), "[1].type");
  assertEquals(shape([{ type: "a", size: "toString" }]), "[0].size");
  assertEquals(shape([null]), "[0]");
});
