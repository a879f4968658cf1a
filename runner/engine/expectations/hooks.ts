import {
  defineExpectation,
  entries,
  type Expectation,
  items,
  type Problem,
} from "../expectation.ts";
import type { Json } from "../plan.ts";
import type { HookCall } from "../recorder.ts";
import type { Scene } from "../scene.ts";
import { COUNT, MODULE, type Shape, STRING } from "../shape.ts";

/** A call of a hook in an expectation, as the checker hands it over. */
interface ExpectedCall {
  readonly text: string;
  readonly hook: string;
  readonly task: string;
  /** The verdict, as `PNOTIFY_OK`. Null for any. */
  readonly verdict: string | null;
  /** Whether the call is part of a roll-back. Null for both. */
  readonly rollback: boolean | null;
}

const CALLS: Shape = {
  type: "map",
  keys: MODULE,
  values: { type: "list", of: { type: "hook-call" }, single: true },
};

function callsOf(scene: Scene, module: string): HookCall[] {
  return scene.recorder.calls.filter((call) => scene.belongsTo(call.events, module));
}

function matches(call: HookCall, expected: ExpectedCall): boolean {
  return call.hook === expected.hook && call.task === expected.task &&
    (expected.verdict === null || call.verdict === expected.verdict) &&
    (expected.rollback === null || call.rollback === expected.rollback);
}

function describe(call: HookCall): string {
  const verdict = call.verdict === null || call.verdict === "PNOTIFY_OK" ? "" : ` ${call.verdict}`;
  return `${call.hook} ${call.task}${verdict}${call.rollback ? " rollback" : ""}`;
}

function actualCalls(module: string, calls: readonly HookCall[]): string {
  if (calls.length === 0) return `${module} was never called`;
  const shown = calls.slice(-12).map((call) => `${describe(call)} (event ${call.sequence})`);
  const before = calls.length > 12 ? `${calls.length - 12} calls, ` : "";
  return `${module} was called: ${before}${shown.join(", ")}`;
}

function countOf(calls: number): string {
  return calls === 1 ? "1 call" : `${calls} calls`;
}

function checkInOrder(scene: Scene, module: string, expected: Json, base: string): Problem[] {
  const calls = callsOf(scene, module);
  let next = 0;
  for (const { item, pointer } of items(expected)) {
    const call = item as unknown as ExpectedCall;
    const index = calls.findIndex((happened, i) => i >= next && matches(happened, call));
    if (index < 0) {
      const earlier = calls.find((happened) => matches(happened, call));
      return [{
        pointer: `${base}${pointer}`,
        title: `Expected ${module} to be called with "${call.text}": it was ${
          earlier === undefined ? "not" : "called so earlier only"
        }`,
        label: earlier === undefined ? "no such call" : `only at event ${earlier.sequence}`,
        notes: [actualCalls(module, calls)],
      }];
    }
    next = index + 1;
  }
  return [];
}

function checkExactly(scene: Scene, module: string, expected: Json, base: string): Problem[] {
  const calls = callsOf(scene, module);
  const list = expected as unknown as readonly ExpectedCall[];
  const notes = [actualCalls(module, calls)];
  for (let i = 0; i < list.length; i++) {
    if (i < calls.length && matches(calls[i], list[i])) continue;
    const actual = i < calls.length ? describe(calls[i]) : "nothing";
    const pointer = `${base}/${i}`;
    const title = `Expected call ${i + 1} of ${module} to be "${list[i].text}": actual "${actual}"`;
    return [{ pointer, title, label: `actual ${actual}`, notes }];
  }
  if (calls.length === list.length) return [];
  const extra = calls[list.length];
  return [{
    pointer: base,
    title: `Expected ${countOf(list.length)} of ${module}: actual ${calls.length}`,
    label: `also ${describe(extra)} at event ${extra.sequence}`,
    notes,
  }];
}

function checkNotCalled(scene: Scene, module: string, expected: Json, base: string): Problem[] {
  const calls = callsOf(scene, module);
  return items(expected).flatMap(({ item, pointer }) => {
    const call = item as unknown as ExpectedCall;
    const actual = calls.find((happened) => matches(happened, call));
    if (actual === undefined) return [];
    return [{
      pointer: `${base}${pointer}`,
      title: `Expected ${module} not to be called with "${call.text}": it was`,
      label: `called at event ${actual.sequence}`,
      notes: [actualCalls(module, calls)],
    }];
  });
}

function perModule(
  check: (scene: Scene, module: string, expected: Json, base: string) => Problem[],
): Expectation["check"] {
  return (scene, expected) =>
    entries(expected).flatMap(({ key, value, pointer }) => check(scene, key, value, pointer));
}

function checkCounts(scene: Scene, module: string, expected: Json, base: string): Problem[] {
  const calls = callsOf(scene, module);
  return entries(expected).flatMap(({ key, value, pointer }) => {
    const actual = calls.filter((call) => call.hook === key).length;
    if (actual === value) return [];
    return [{
      pointer: `${base}${pointer}`,
      title: `Expected ${countOf(value as number)} of ${module}.${key}: actual ${actual}`,
      label: `actual ${actual}`,
      notes: [actualCalls(module, calls)],
    }];
  });
}

/** The expectations about calls of hooks. */
export const HOOK_EXPECTATIONS: readonly Expectation[] = Object.freeze([
  defineExpectation({
    kind: "calls",
    group: "hooks",
    summary: "A module's hooks were called in this order; other calls may come in between",
    shape: CALLS,
    example: "calls: { job: [fork make, exec make, exit make] }",
    check: perModule(checkInOrder),
  }),
  defineExpectation({
    kind: "exact_calls",
    group: "hooks",
    summary: "A module's hooks were called in this order, and no other ever",
    shape: CALLS,
    example: "exact_calls: { first: [fork child ok, exit child rollback] }",
    check: perModule(checkExactly),
  }),
  defineExpectation({
    kind: "not_called",
    group: "hooks",
    summary: "A module's hooks were never called so",
    shape: CALLS,
    example: "not_called: { job: [exec sh] }",
    check: perModule(checkNotCalled),
  }),
  defineExpectation({
    kind: "call_counts",
    group: "hooks",
    summary: "A module's hooks were called so many times",
    shape: { type: "map", keys: MODULE, values: { type: "map", keys: STRING, values: COUNT } },
    example: "call_counts: { job: { fork: 3, exit: 3 } }",
    check: perModule(checkCounts),
  }),
]);
