/**
 * Stand-in for `@std/testing/mock`: spies and stubs.
 *
 * @module
 */

import { assertEquals, AssertionError, assertIsError } from "./assert.ts";

/** A misuse of a spy or stub. */
export class MockError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "MockError";
  }
}

/** What happened in one call. */
export interface SpyCall<
  // deno-lint-ignore no-explicit-any
  Self = any,
  // deno-lint-ignore no-explicit-any
  Args extends unknown[] = any[],
  // deno-lint-ignore no-explicit-any
  Return = any,
> {
  /** The arguments. */
  args: Args;
  /** What the function threw. */
  error?: Error;
  /** What the function returned. */
  returned?: Return;
  /** What the function was a method of. */
  self?: Self;
}

/** A function that remembers its calls. */
export interface Spy<
  // deno-lint-ignore no-explicit-any
  Self = any,
  // deno-lint-ignore no-explicit-any
  Args extends unknown[] = any[],
  // deno-lint-ignore no-explicit-any
  Return = any,
> {
  (this: Self, ...args: Args): Return;
  /** What it stands for. */
  original: (this: Self, ...args: Args) => Return;
  /** The calls so far. */
  calls: SpyCall<Self, Args, Return>[];
  /** Whether the original is back in its place. */
  restored: boolean;
  /** Puts the original back. */
  restore(): void;
}

/** A method that remembers its calls. */
export interface MethodSpy<
  // deno-lint-ignore no-explicit-any
  Self = any,
  // deno-lint-ignore no-explicit-any
  Args extends unknown[] = any[],
  // deno-lint-ignore no-explicit-any
  Return = any,
> extends Spy<Self, Args, Return>, Disposable {}

/** A method with another body that remembers its calls. */
export interface Stub<
  // deno-lint-ignore no-explicit-any
  Self = any,
  // deno-lint-ignore no-explicit-any
  Args extends unknown[] = any[],
  // deno-lint-ignore no-explicit-any
  Return = any,
> extends MethodSpy<Self, Args, Return> {
  /** The other body. */
  fake: (this: Self, ...args: Args) => Return;
}

/** The parameters of a method. */
export type GetParametersFromProp<Self, Prop extends keyof Self> = Self[Prop] extends
  (...args: infer Args) => unknown ? Args : unknown[];

/** What a method returns. */
export type GetReturnFromProp<Self, Prop extends keyof Self> =
  // deno-lint-ignore no-explicit-any
  Self[Prop] extends (...args: any[]) => infer Return ? Return : unknown;

// deno-lint-ignore no-explicit-any
type AnyFunction = (this: any, ...args: any[]) => any;

/** A spy on nothing, on a function, or on a method. */
export function spy<
  // deno-lint-ignore no-explicit-any
  Self = any,
  // deno-lint-ignore no-explicit-any
  Args extends unknown[] = any[],
  Return = undefined,
>(): Spy<Self, Args, Return>;
export function spy<Self, Args extends unknown[], Return>(
  func: (this: Self, ...args: Args) => Return,
): Spy<Self, Args, Return>;
export function spy<Self, Prop extends keyof Self>(
  self: Self,
  property: Prop,
): MethodSpy<Self, GetParametersFromProp<Self, Prop>, GetReturnFromProp<Self, Prop>>;
export function spy(target?: unknown, property?: PropertyKey): Spy {
  if (property !== undefined) return replaceMethod(target as object, property, "spy on", undefined);
  const original = (target ?? (() => {})) as AnyFunction;
  return recorder(original, original, () => {
    throw new MockError("Cannot restore: function cannot be restored");
  }, () => false);
}

/** Replaces a method until it is restored; without `func` the method does nothing. */
export function stub<Self, Prop extends keyof Self>(
  self: Self,
  property: Prop,
  func?: (
    this: Self,
    ...args: GetParametersFromProp<Self, Prop>
  ) => GetReturnFromProp<Self, Prop>,
): Stub<Self, GetParametersFromProp<Self, Prop>, GetReturnFromProp<Self, Prop>> {
  return replaceMethod(self as object, property, "stub", func ?? (() => {})) as Stub<
    Self,
    GetParametersFromProp<Self, Prop>,
    GetReturnFromProp<Self, Prop>
  >;
}

function replaceMethod(
  self: object,
  property: PropertyKey,
  action: "spy on" | "stub",
  fake: AnyFunction | undefined,
): Stub {
  const original = Reflect.get(self, property);
  const mayBeNew = action === "stub" && original === undefined;
  if (typeof original !== "function" && !mayBeNew) {
    throw new MockError(`Cannot ${action}: property is not an instance method`);
  }
  if (isSpy(original)) {
    throw new MockError(`Cannot ${action}: already spying on instance method`);
  }
  const descriptor = Object.getOwnPropertyDescriptor(self, property);
  if (descriptor && !descriptor.configurable) {
    throw new MockError(`Cannot ${action}: non-configurable instance method`);
  }
  let restored = false;
  const restore = () => {
    if (restored) throw new MockError("Cannot restore: instance method already restored");
    if (descriptor) Object.defineProperty(self, property, descriptor);
    else Reflect.deleteProperty(self, property);
    restored = true;
  };
  const value = recorder(original, fake ?? original, restore, () => restored);
  Object.defineProperty(self, property, {
    configurable: true,
    enumerable: descriptor?.enumerable ?? false,
    value,
    writable: descriptor?.writable ?? false,
  });
  return value;
}

function recorder(
  original: AnyFunction,
  body: AnyFunction,
  restore: () => void,
  isRestored: () => boolean,
): Stub {
  const calls: SpyCall[] = [];
  function record(this: unknown, ...args: unknown[]): unknown {
    const call: SpyCall = { args };
    if (this) call.self = this;
    // Pushed when it is over, so that calls are in the order in which they ended.
    try {
      call.returned = body.apply(this, args);
    } catch (error) {
      call.error = error as Error;
      calls.push(call);
      throw error;
    }
    calls.push(call);
    return call.returned;
  }
  Object.defineProperties(record, {
    calls: { enumerable: true, value: calls },
    fake: { enumerable: true, value: body },
    original: { enumerable: true, value: original },
    restore: { enumerable: true, value: restore },
    restored: { enumerable: true, get: isRestored },
    [Symbol.dispose]: { value: restore },
  });
  return record as unknown as Stub;
}

function isSpy(value: unknown): boolean {
  return typeof value === "function" && "calls" in value && "restored" in value;
}

/** Claims the number of calls. */
export function assertSpyCalls<Self, Args extends unknown[], Return>(
  spy: Spy<Self, Args, Return>,
  expectedCalls: number,
): void {
  const actual = spy.calls.length;
  if (actual === expectedCalls) return;
  const which = actual < expectedCalls
    ? "not called as much as expected"
    : "called more than expected";
  throw withDiff(`Spy ${which}:`, () => assertEquals(actual, expectedCalls));
}

/** What a call should have been; what is left out may be anything. */
export interface ExpectedSpyCall<
  // deno-lint-ignore no-explicit-any
  Self = any,
  // deno-lint-ignore no-explicit-any
  Args extends unknown[] = any[],
  // deno-lint-ignore no-explicit-any
  Return = any,
> {
  /** The arguments. */
  args?: [...Args, ...unknown[]];
  /** What the function was a method of. */
  self?: Self;
  /** What it returned. */
  returned?: Return;
  /** What it threw. */
  error?: {
    /** The error's class. */
    // deno-lint-ignore no-explicit-any
    Class?: new (...args: any[]) => Error;
    /** A part of its message. */
    msgIncludes?: string;
  };
}

/** Claims what the call number `callIndex` was. */
export function assertSpyCall<Self, Args extends unknown[], Return>(
  spy: Spy<Self, Args, Return>,
  callIndex: number,
  expected: ExpectedSpyCall<Self, Args, Return> = {},
): void {
  const call = callAt(spy, callIndex);
  if (expected.args) {
    const wanted: unknown = expected.args;
    claim("Spy not called with expected args:", () => assertEquals<unknown>(call.args, wanted));
  }
  if ("self" in expected) {
    claim(
      expected.self
        ? "Spy not called as method on expected self:"
        : "Spy not expected to be called as method on object:",
      () => assertEquals<unknown>(call.self, expected.self),
    );
  }
  if ("returned" in expected && "error" in expected) {
    throw new TypeError("Do not expect error and return, only one should be expected");
  }
  if ("returned" in expected) {
    if (call.error) {
      throw new AssertionError("Spy call did not return expected value, an error was thrown.");
    }
    claim(
      "Spy call did not return expected value:",
      () => assertEquals<unknown>(call.returned, expected.returned),
    );
  }
  if ("error" in expected) {
    if ("returned" in call) {
      throw new AssertionError("Spy call did not throw an error, a value was returned.");
    }
    assertIsError(call.error, expected.error?.Class, expected.error?.msgIncludes);
  }
}

/** Claims one argument of a call, and gives it back. */
export function assertSpyCallArg<Self, Args extends unknown[], Return, ExpectedArg>(
  spy: Spy<Self, Args, Return>,
  callIndex: number,
  argIndex: number,
  expected: ExpectedArg,
): ExpectedArg {
  const actual = callAt(spy, callIndex).args[argIndex];
  assertEquals<unknown>(actual, expected);
  return actual as ExpectedArg;
}

/** Claims the arguments of a call, and gives them back. */
export function assertSpyCallArgs<
  Self,
  Args extends unknown[],
  Return,
  ExpectedArgs extends unknown[],
>(spy: Spy<Self, Args, Return>, callIndex: number, expected: ExpectedArgs): ExpectedArgs {
  const { args } = callAt(spy, callIndex);
  assertEquals<unknown>(args, expected);
  return args as unknown[] as ExpectedArgs;
}

function callAt<Self, Args extends unknown[], Return>(
  spy: Spy<Self, Args, Return>,
  index: number,
): SpyCall<Self, Args, Return> {
  if (index < spy.calls.length) return spy.calls[index];
  throw new AssertionError("Spy not called as much as expected");
}

function claim(headline: string, check: () => void): void {
  try {
    check();
  } catch {
    throw withDiff(headline, check);
  }
}

/** The error of a failed check, with its first line replaced. */
function withDiff(headline: string, check: () => void): AssertionError {
  let message = "";
  try {
    check();
  } catch (error) {
    message = (error as Error).message;
  }
  return new AssertionError([headline, ...message.split("\n").slice(1)].join("\n"));
}

/** A function that returns what it is a method of. */
export function returnsThis<
  // deno-lint-ignore no-explicit-any
  Self = any,
  // deno-lint-ignore no-explicit-any
  Args extends unknown[] = any[],
>(): (this: Self, ...args: Args) => Self {
  return function (this: Self): Self {
    return this;
  };
}

/** A function that returns one of its arguments. */
export function returnsArg<
  Arg,
  // deno-lint-ignore no-explicit-any
  Self = any,
>(idx: number): (this: Self, ...args: Arg[]) => Arg | undefined {
  return (...args) => args[idx];
}

/** A function that returns, or throws, the next of the values at each call. */
export function returnsNext<
  Return,
  // deno-lint-ignore no-explicit-any
  Self = any,
  // deno-lint-ignore no-explicit-any
  Args extends unknown[] = any[],
>(values: Iterable<Return | Error>): (this: Self, ...args: Args) => Return {
  const iterator = values[Symbol.iterator]();
  let calls = 0;
  return () => {
    const { done, value } = iterator.next();
    if (done) throw new MockError(`Not expected to be called more than ${calls} time(s)`);
    calls++;
    if (value instanceof Error) throw value;
    return value;
  };
}
