/**
 * Stand-in for `@std/assert`: the assertions that the tests use, with the same names, types and
 * verdicts. Messages begin as the real ones do; only the diff is plainer.
 *
 * @module
 */

import { diffLines, format } from "./format.ts";
import { equal } from "./equal.ts";

// deno-lint-ignore no-explicit-any
type Class<T> = abstract new (...args: any[]) => T;

/** What a failed assertion throws. */
class AssertionError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "AssertionError";
  }
}

/** An array or what can be read like one. */
type ArrayLikeArg<T> = ArrayLike<T> & object;

function ending(msg: string | undefined): string {
  return msg ? `: ${msg}` : ".";
}

export function assert(expr: unknown, msg = ""): asserts expr {
  if (!expr) throw new AssertionError(msg);
}

export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  if (equal(actual, expected)) return;
  throw new AssertionError(`Values are not equal${ending(msg)}\n${difference(actual, expected)}`);
}

export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  if (!equal(actual, expected)) return;
  throw new AssertionError(
    `Expected actual: ${format(actual)} not to be: ${format(expected)}${ending(msg)}`,
  );
}

export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  msg?: string,
): asserts actual is T {
  if (Object.is(actual, expected)) return;
  const written = format(actual);
  if (written === format(expected)) {
    const indented = written.replaceAll(/^/gm, "    ");
    throw new AssertionError(
      `Values have the same structure but are not reference-equal${ending(msg)}\n\n${indented}\n`,
    );
  }
  throw new AssertionError(
    `Values are not strictly equal${ending(msg)}\n${difference(actual, expected)}`,
  );
}

function difference(actual: unknown, expected: unknown): string {
  if (typeof actual === "string" && typeof expected === "string") {
    return diffLines(actual, expected);
  }
  return diffLines(format(actual), format(expected));
}

export function assertInstanceOf<
  // deno-lint-ignore no-explicit-any
  T extends Class<any>,
>(actual: unknown, expectedType: T, msg = ""): asserts actual is InstanceType<T> {
  if (actual instanceof expectedType) return;
  const name = expectedType.name;
  const actualName = typeName(actual);
  const but = actualName === name
    ? ""
    : actualName === "function"
    ? " but was not an instanced object"
    : ` but was "${actualName}"`;
  throw new AssertionError(
    `Expected object to be an instance of "${name}"${but}${ending(msg)}`,
  );
}

function typeName(value: unknown): string {
  if (value === null) return "null";
  return typeof value === "object" ? value.constructor?.name ?? "Object" : typeof value;
}

export function assertMatch(actual: string, expected: RegExp, msg?: string): void {
  if (expected.test(actual)) return;
  throw new AssertionError(
    `Expected actual: "${actual}" to match: "${expected}"${ending(msg)}`,
  );
}

export function assertStringIncludes(actual: string, expected: string, msg?: string): void {
  if (actual.includes(expected)) return;
  throw new AssertionError(
    `Expected actual: "${actual}" to contain: "${expected}"${ending(msg)}`,
  );
}

export function assertArrayIncludes<T>(
  actual: ArrayLikeArg<T>,
  expected: ArrayLikeArg<T>,
  msg?: string,
): void {
  const present = Array.from(actual);
  const missing = Array.from(expected).filter((item) =>
    !present.some((other) => equal(item, other))
  );
  if (missing.length === 0) return;
  throw new AssertionError(
    `Expected actual: "${format(actual)}" to include: "${format(expected)}"${ending(msg)}\n` +
      `missing: ${format(missing)}`,
  );
}

function assertIsError<E extends Error = Error>(
  error: unknown,
  ErrorClass?: Class<E>,
  msgMatches?: string | RegExp,
  msg?: string,
): asserts error is E {
  if (!(error instanceof Error)) {
    throw new AssertionError(`Expected "error" to be an Error object${ending(msg)}`);
  }
  if (ErrorClass && !(error instanceof ErrorClass)) {
    throw new AssertionError(
      `Expected error to be instance of "${ErrorClass.name}", ` +
        `but was "${typeName(error)}"${ending(msg)}`,
    );
  }
  if (!msgMatches || messageMatches(withoutColor(error.message), msgMatches)) return;
  const wanted = msgMatches instanceof RegExp ? `${msgMatches}` : JSON.stringify(msgMatches);
  throw new AssertionError(
    `Expected error message to include ${wanted}, ` +
      `but got ${JSON.stringify(error.message)}${ending(msg)}`,
  );
}

function messageMatches(message: string, wanted: string | RegExp): boolean {
  return wanted instanceof RegExp ? wanted.test(message) : message.includes(withoutColor(wanted));
}

function withoutColor(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replaceAll(/\x1b\[[\d;]*m/g, "");
}

export function assertThrows(fn: () => unknown, msg?: string): unknown;
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClass: Class<E>,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows(
  fn: () => unknown,
  classOrMsg?: Class<Error> | string,
  msgIncludes?: string,
  msg?: string,
): unknown {
  const said = typeof classOrMsg === "string" ? classOrMsg : msg;
  try {
    fn();
  } catch (error) {
    if (typeof classOrMsg === "function") {
      checkCaught(error, classOrMsg, msgIncludes, said, "thrown");
    }
    return error;
  }
  throw new AssertionError(`Expected function to throw${ending(said)}`);
}

export function assertRejects(fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: Class<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects(
  fn: () => PromiseLike<unknown>,
  classOrMsg?: Class<Error> | string,
  msgIncludes?: string,
  msg?: string,
): Promise<unknown> {
  const said = typeof classOrMsg === "string" ? classOrMsg : msg;
  const promise = startPromise(fn, said);
  try {
    await promise;
  } catch (error) {
    if (typeof classOrMsg === "function") {
      checkCaught(error, classOrMsg, msgIncludes, said, "rejected");
    }
    return error;
  }
  throw new AssertionError(`Expected function to reject${ending(said)}`);
}

/** A function that throws, or gives no promise, has not rejected. */
function startPromise(fn: () => PromiseLike<unknown>, msg: string | undefined): unknown {
  let result: unknown;
  try {
    result = fn();
  } catch {
    result = undefined;
  }
  const isPromise = typeof result === "object" && result !== null &&
    typeof Reflect.get(result, "then") === "function";
  if (isPromise) return result;
  throw new AssertionError(`Function throws when expected to reject${ending(msg)}`);
}

function checkCaught(
  error: unknown,
  ErrorClass: Class<Error>,
  msgIncludes: string | undefined,
  msg: string | undefined,
  how: "thrown" | "rejected",
): void {
  if (!(error instanceof Error)) {
    throw new AssertionError(`A non-Error object was ${how}${ending(msg)}`);
  }
  assertIsError(error, ErrorClass, msgIncludes, msg);
}
