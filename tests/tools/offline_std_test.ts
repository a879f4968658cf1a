// What the tests and the runner rely on in @std. These tests import it by name, so they hold for the
// stand-ins of tools/offline and for the real packages alike: whichever the run was started with.

import {
  assert,
  assertArrayIncludes,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertNotEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { pooledMap } from "@std/async/pool";
import { parseArgs } from "@std/cli/parse-args";
import { unicodeWidth } from "@std/cli/unicode-width";
import { FakeTime } from "@std/testing/time";
import { assertType, type IsExact } from "@std/testing/types";

/** The message of the AssertionError that `fn` throws, without colors. */
function failure(fn: () => unknown): string {
  const error = assertThrows(fn);
  // The name rather than the class: assertThrows itself is under test.
  if (!(error instanceof Error) || error.name !== "AssertionError") throw error;
  // deno-lint-ignore no-control-regex
  return error.message.replaceAll(/\x1b\[[\d;]*m/g, "");
}

async function failureOf(promise: Promise<unknown>): Promise<string> {
  const outcome = await promise.then(() => null, (error: unknown) => error);
  return failure(() => {
    if (outcome) throw outcome;
  });
}

// ---- @std/assert: equality

/** Whether assertEquals() takes the two for equal. */
function equal(a: unknown, b: unknown): boolean {
  try {
    assertEquals(a, b);
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === "AssertionError") return false;
    throw error;
  }
}

const equalPairs: [what: string, a: unknown, b: unknown, isEqual: boolean][] = [
  ["NaN and NaN", NaN, NaN, true],
  ["0 and -0", 0, -0, true],
  ["1 and '1'", 1, "1", false],
  ["1n and 1", 1n, 1, false],
  ["null and undefined", null, undefined, false],
  ["nested plain values", { a: [1, { b: "c" }] }, { a: [1, { b: "c" }] }, true],
  ["a different leaf", { a: [1, { b: "c" }] }, { a: [1, { b: "d" }] }, false],
  ["keys in another order", { a: 1, b: 2 }, { b: 2, a: 1 }, true],
  ["an undefined property and none", { a: undefined }, {}, false],
  ["a hole and undefined", [, 1], [undefined, 1], false],
  ["arrays of other lengths", [1, 2], [1, 2, 3], false],
  ["an array and its likeness", [1], { 0: 1 }, false],
  ["no prototype and a plain object", Object.create(null), {}, true],
  ["symbol keys", { [Symbol.iterator]: 1 }, { [Symbol.iterator]: 2 }, false],
  ["sets in another order", new Set([1, 2]), new Set([2, 1]), true],
  ["sets of equal objects", new Set([{ a: 1 }]), new Set([{ a: 1 }]), true],
  ["sets of other objects", new Set([{ a: 1 }]), new Set([{ a: 2 }]), false],
  ["maps in another order", new Map([[1, "a"], [2, "b"]]), new Map([[2, "b"], [1, "a"]]), true],
  ["maps with another value", new Map([[1, "a"]]), new Map([[1, "b"]]), false],
  ["maps with equal keys", new Map([[{ k: 1 }, 1]]), new Map([[{ k: 1 }, 1]]), true],
  ["a map and a set", new Map(), new Set(), false],
  ["equal dates", new Date(5), new Date(5), true],
  ["other dates", new Date(5), new Date(6), false],
  ["regexps with other flags", /a/g, /a/i, false],
  ["equal URLs", new URL("http://a/"), new URL("http://a"), true],
  ["equal bytes", new Uint8Array([1, 2]), new Uint8Array([1, 2]), true],
  ["other bytes", new Uint8Array([1, 2]), new Uint8Array([1, 3]), false],
  ["bytes and words", new Uint8Array(2), new Uint16Array(2), false],
  ["equal buffers", new Uint8Array([1]).buffer, new Uint8Array([1]).buffer, true],
  ["two functions", () => 1, () => 1, false],
];

for (const [what, a, b, isEqual] of equalPairs) {
  Deno.test(`equal() is ${isEqual} for ${what}`, () => {
    assertStrictEquals(equal(a, b), isEqual);
    assertStrictEquals(equal(b, a), isEqual);
  });
}

class Hidden {
  #value: number;
  constructor(value: number) {
    this.#value = value;
  }
  get value(): number {
    return this.#value;
  }
}

Deno.test("equal() compares class instances by their getters", () => {
  assert(equal(new Hidden(1), new Hidden(1)));
  assert(!equal(new Hidden(1), new Hidden(2)));
  assert(!equal(new Hidden(1), { value: 1 }));
});

Deno.test("equal() ends when values are circular", () => {
  const ring = (value: number) => {
    const object: Record<string, unknown> = { value };
    object.self = object;
    return object;
  };
  assert(equal(ring(1), ring(1)));
  assert(!equal(ring(1), ring(2)));
});

Deno.test("equal() throws TypeError when both are a WeakMap", () => {
  assertThrows(() => equal(new WeakMap(), new WeakMap()), TypeError, "Cannot compare WeakMap");
});

Deno.test("assertEquals() passes when the values are deeply equal", () => {
  assertEquals({ a: [1, 2] }, { a: [1, 2] });
});

Deno.test("assertEquals() shows both sides when they differ", () => {
  const message = failure(() => assertEquals([1, 2, 3], [1, 3]));
  assert(message.startsWith("Values are not equal.\n"), message);
  assertStringIncludes(message, "[Diff] Actual / Expected");
  assertMatch(message, /^- +2,$/m);
  assert(!/^- +[13],$/m.test(message), message);
});

Deno.test("assertEquals() marks lines of texts when they differ", () => {
  const message = failure(() => assertEquals("one\ntwo\n", "one\ntoo\n"));
  assertMatch(message, /^ +one/m);
  assertMatch(message, /^- +two/m);
  assertMatch(message, /^\+ +too/m);
});

Deno.test("assertEquals() puts the caller's message after its own", () => {
  assert(failure(() => assertEquals(1, 2, "why")).startsWith("Values are not equal: why\n"));
});

Deno.test("assertNotEquals() throws when the values are deeply equal", () => {
  assertNotEquals({ a: 1 }, { a: 2 });
  assertStringIncludes(failure(() => assertNotEquals([1], [1])), "not to be: [\n  1,\n].");
});

Deno.test("assertStrictEquals() throws when the values are two objects", () => {
  const object = {};
  assertStrictEquals(object, object);
  assertStrictEquals(NaN, NaN);
  assertStringIncludes(failure(() => assertStrictEquals({}, {})), "not reference-equal");
});

Deno.test("assertStrictEquals() throws when the values are 0 and -0", () => {
  assertStringIncludes(failure(() => assertStrictEquals(0, -0)), "Values are not strictly equal.");
});

// ---- @std/assert: the rest

Deno.test("assert() throws AssertionError with the message when the value is falsy", () => {
  assert("x");
  assertStrictEquals(failure(() => assert(0, "said")), "said");
  assertStrictEquals(failure(() => assert(null)), "");
});

Deno.test("assert() narrows the type", () => {
  const value = [1].at(0);
  assert(value);
  assertType<IsExact<typeof value, number>>(true);
});

Deno.test("assertInstanceOf() throws with both names when the class is another", () => {
  assertInstanceOf(new RangeError(), Error);
  assertStringIncludes(
    failure(() => assertInstanceOf(new Date(), RegExp)),
    'an instance of "RegExp" but was "Date".',
  );
  assertStringIncludes(failure(() => assertInstanceOf(null, Date)), 'but was "null"');
  assertStringIncludes(failure(() => assertInstanceOf(Date, Date)), "was not an instanced object");
});

Deno.test("assertMatch() throws with text and pattern when there is no match", () => {
  assertMatch("pid 7", /\d/);
  assertStringIncludes(failure(() => assertMatch("pid", /\d/)), '"pid" to match: "/\\d/"');
});

Deno.test("assertStringIncludes() throws with both texts when the part is missing", () => {
  assertStringIncludes("abc", "b");
  assertStringIncludes(failure(() => assertStringIncludes("abc", "x")), '"abc" to contain: "x"');
});

Deno.test("assertArrayIncludes() names what is missing", () => {
  assertArrayIncludes([1, { a: 1 }, NaN], [{ a: 1 }, NaN]);
  assertMatch(failure(() => assertArrayIncludes([1, 2], [2, 3])), /missing: \[\s+3,\s+\]/);
});

Deno.test("assertThrows() gives back what was thrown", () => {
  const thrown = new RangeError("too far");
  const caught = assertThrows(() => {
    throw thrown;
  }, RangeError);
  assertStrictEquals(caught, thrown);
  assertType<IsExact<typeof caught, RangeError>>(true);
});

Deno.test("assertThrows() throws when nothing is thrown", () => {
  assertStrictEquals(failure(() => assertThrows(() => 1)), "Expected function to throw.");
  assertStringIncludes(failure(() => assertThrows(() => 1, Error, "", "said")), "throw: said");
});

Deno.test("assertThrows() throws when class or message are others", () => {
  const boom = () => {
    throw new RangeError("too far");
  };
  assertStringIncludes(
    failure(() => assertThrows(boom, TypeError)),
    'Expected error to be instance of "TypeError", but was "RangeError".',
  );
  assertStringIncludes(
    failure(() => assertThrows(boom, RangeError, "too near")),
    'Expected error message to include "too near", but got "too far".',
  );
});

Deno.test("assertThrows() accepts what is no Error only without a class", () => {
  const boom = () => {
    throw "text";
  };
  assertStrictEquals(assertThrows(boom), "text");
  assertStringIncludes(failure(() => assertThrows(boom, Error)), "A non-Error object was thrown.");
});

Deno.test("assertRejects() gives back what was rejected", async () => {
  const error = await assertRejects(() => Promise.reject(new TypeError("no")), TypeError, "no");
  assertType<IsExact<typeof error, TypeError>>(true);
  assertStrictEquals(error.message, "no");
});

Deno.test("assertRejects() rejects when the promise does not", async () => {
  const resolves = () => Promise.resolve(1);
  assertStrictEquals(await failureOf(assertRejects(resolves)), "Expected function to reject.");
});

Deno.test("assertRejects() rejects when the function throws", async () => {
  const throws = () => {
    throw new Error("at once");
  };
  assertStringIncludes(
    await failureOf(assertRejects(throws, Error)),
    "Function throws when expected to reject.",
  );
});

Deno.test("assertRejects() rejects when class or message are others", async () => {
  const rejects = () => Promise.reject(new RangeError("too far"));
  assertStringIncludes(await failureOf(assertRejects(rejects, TypeError)), 'was "RangeError"');
  assertStringIncludes(await failureOf(assertRejects(rejects, RangeError, "near")), '"near"');
});

// ---- @std/testing/types

Deno.test("assertType() takes what the types say", () => {
  assertType<IsExact<{ a: 1 } & { b: 2 }, { a: 1; b: 2 }>>(true);
  assertType<IsExact<string, unknown>>(false);
  // deno-lint-ignore no-explicit-any
  assertType<IsExact<any, number>>(false);
  // @ts-expect-error the types are not the same
  assertType<IsExact<1, 2>>(true);
});

// ---- @std/testing/time

Deno.test("FakeTime stands still until it is told to move", () => {
  using time = new FakeTime(1000);
  assertEquals([Date.now(), new Date().getTime(), time.now, time.start], [1000, 1000, 1000, 1000]);
  time.tick(5);
  assertEquals([Date.now(), time.now, time.start], [1005, 1005, 1000]);
  assertStrictEquals(new Date(7).getTime(), 7);
});

Deno.test("FakeTime calls timers in the order in which they are due", () => {
  using time = new FakeTime(0);
  const calls: string[] = [];
  setTimeout(() => calls.push(`b ${Date.now()}`), 20);
  setTimeout((name: string) => calls.push(`${name} ${Date.now()}`), 10, "a");
  setTimeout(() => calls.push(`c ${Date.now()}`), 20);
  const cleared = setTimeout(() => calls.push("cleared"), 15);
  clearTimeout(cleared);
  time.tick(19);
  assertEquals(calls, ["a 10"]);
  time.tick(1);
  assertEquals(calls, ["a 10", "b 20", "c 20"]);
});

Deno.test("FakeTime repeats intervals until they are cleared", () => {
  using time = new FakeTime(0);
  const calls: number[] = [];
  const id = setInterval(() => calls.push(Date.now()), 10);
  time.tick(35);
  clearInterval(id);
  time.tick(35);
  assertEquals(calls, [10, 20, 30]);
});

Deno.test("FakeTime.tickAsync() lets promises settle first", async () => {
  using time = new FakeTime(0);
  let isDone = false;
  const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  const waiting = Promise.resolve().then(() => wait(50)).then(() => isDone = true);
  await time.tickAsync(50);
  await waiting;
  assert(isDone);
});

Deno.test("FakeTime fakes AbortSignal.timeout()", () => {
  using time = new FakeTime(0);
  const signal = AbortSignal.timeout(10);
  time.tick(10);
  assertStrictEquals(signal.reason.name, "TimeoutError");
});

Deno.test("FakeTime refuses to go back, to nest and to be restored twice", () => {
  const before = globalThis.setTimeout;
  const time = new FakeTime(10);
  assertThrows(() => time.now = 9, RangeError, "Cannot set current time in the past");
  const nested = assertThrows(() => new FakeTime(), Error, "time is already faked");
  time.restore();
  const again = assertThrows(() => time.restore(), Error, "time is already restored");
  assertEquals([nested.name, again.name], ["TimeError", "TimeError"]);
  assertStrictEquals(globalThis.setTimeout, before);
});

// ---- @std/cli

Deno.test("parseArgs() sorts flags, values and operands", () => {
  const args = parseArgs(["-v", "--out", "file", "run", "7", "--seed=42", "x"], {
    boolean: ["v"],
    string: ["out", "seed"],
  });
  assertEquals(args, { _: ["run", 7, "x"], v: true, out: "file", seed: "42" });
  assertType<IsExact<typeof args.v, boolean>>(true);
  assertType<IsExact<typeof args.out, string | undefined>>(true);
  assertType<IsExact<typeof args._, (string | number)[]>>(true);
});

Deno.test("parseArgs() fills in defaults, and false for flags", () => {
  const args = parseArgs([], {
    boolean: ["quiet", "color"],
    string: ["level"],
    default: { color: true, level: "info" },
  });
  assertEquals(args, { _: [], quiet: false, color: true, level: "info" });
  assertType<IsExact<typeof args.level, string>>(true);
});

Deno.test("parseArgs() collects what may be given more than once", () => {
  const args = parseArgs(["--use=a", "--use", "b"], {
    string: ["use", "not"],
    collect: ["use", "not"],
  });
  assertEquals(args, { _: [], use: ["a", "b"], not: [] });
  assertType<IsExact<typeof args.use, string[]>>(true);
});

Deno.test("parseArgs() keeps the last value of what is not collected", () => {
  assertEquals(parseArgs(["--n=1", "--n=2"], { string: ["n"] }), { _: [], n: "2" });
});

Deno.test("parseArgs() sets every name of an option", () => {
  assertEquals(
    parseArgs(["-o", "x", "-h"], {
      boolean: ["help"],
      string: ["out"],
      alias: { out: "o", help: ["h", "?"] },
    }),
    { _: [], out: "x", o: "x", help: true, h: true, "?": true } as Record<string, unknown>,
  );
});

Deno.test("parseArgs() turns off what is negatable", () => {
  const options = { boolean: ["color"], negatable: ["color"], default: { color: true } } as const;
  assertEquals<unknown>(parseArgs(["--no-color"], { ...options, boolean: ["color"] }), {
    _: [],
    color: false,
  });
  assertEquals<unknown>(parseArgs(["--no-lock"]), { _: [], "no-lock": true });
});

Deno.test("parseArgs() reports what it does not know", () => {
  const seen: unknown[] = [];
  const args = parseArgs(["--wat", "--known", "1", "op"], {
    string: ["known"],
    unknown: (arg, key, value) => {
      seen.push([arg, key, value]);
      return key === undefined;
    },
  });
  assertEquals(seen, [["--wat", "wat", true], ["op", undefined, undefined]]);
  assertEquals(args, { _: ["op"], known: "1" });
});

Deno.test("parseArgs() stops at the first operand when it is told to", () => {
  assertEquals(
    parseArgs(["-a", "cmd", "-b", "7"], { boolean: ["a"], stopEarly: true }),
    { _: ["cmd", "-b", "7"], a: true },
  );
});

Deno.test("parseArgs() keeps what follows a double dash as it is", () => {
  const args = parseArgs(["x", "--", "-y", "7"], { "--": true, boolean: ["y"] });
  assertEquals(args, { _: ["x"], "--": ["-y", "7"], y: false });
  assertType<IsExact<typeof args["--"], string[]>>(true);
  assertEquals<unknown>(parseArgs(["--", "-y", "7"]), { _: ["-y", "7"] });
});

Deno.test("parseArgs() reads numbers unless the option is a string", () => {
  assertEquals<unknown>(parseArgs(["--a=1e3", "--b", "0x10", "-n5", "12"], { string: ["b"] }), {
    _: [12],
    a: 1000,
    b: "0x10",
    n: 5,
  });
});

Deno.test("parseArgs() does not take an option for a value", () => {
  assertEquals<unknown>(parseArgs(["--out", "--flag"], { string: ["out"], boolean: ["flag"] }), {
    _: [],
    out: "",
    flag: true,
  });
});

Deno.test("unicodeWidth() counts columns, not characters", () => {
  assertEquals(
    ["init", "日本", "e\u0301", "🦕", "\n", "├─"].map(unicodeWidth),
    [4, 4, 1, 2, 0, 2],
  );
});

// ---- @std/async

Deno.test("pooledMap() keeps to the limit and to the order", async () => {
  let running = 0;
  let most = 0;
  const results = pooledMap(2, [3, 1, 2, 0], async (n) => {
    most = Math.max(most, ++running);
    for (let i = 0; i < n * 5; i++) await Promise.resolve();
    running--;
    return n * 10;
  });
  assertEquals(await Array.fromAsync(results), [30, 10, 20, 0]);
  assertStrictEquals(most, 2);
});

Deno.test("pooledMap() ends in an AggregateError when a call rejects", async () => {
  const started: number[] = [];
  const results = pooledMap(1, [1, 2, 3], (n) => {
    started.push(n);
    return n === 2 ? Promise.reject(new RangeError("two")) : Promise.resolve(n);
  });
  const error = await assertRejects(() => Array.fromAsync(results), AggregateError);
  assertEquals(error.errors.map(String), ["RangeError: two"]);
  assertEquals(started, [1, 2]);
});

Deno.test("pooledMap() throws RangeError when the limit is not positive", () => {
  assertThrows(() => pooledMap(0, [1], (n) => Promise.resolve(n)), RangeError, "poolLimit");
});
