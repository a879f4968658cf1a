/**
 * Stand-in for `@std/assert/equal`.
 *
 * @module
 */

type Pair = [left: object, right: object];

/** Deep equality as `assertEquals` understands it. */
export function equal(a: unknown, b: unknown): boolean {
  return compare(a, b, []);
}

function compare(a: unknown, b: unknown, open: Pair[]): boolean {
  if (a === b || Object.is(a, b)) return true;
  if (!isObject(a) || !isObject(b)) return false;
  if (a instanceof Date && b instanceof Date) return Object.is(a.getTime(), b.getTime());
  if (prototypeOf(a) !== prototypeOf(b)) return false;
  if (a instanceof WeakMap || a instanceof WeakSet) {
    throw new TypeError(`Cannot compare ${a instanceof WeakMap ? "WeakMap" : "WeakSet"} instances`);
  }
  if (a instanceof WeakRef && b instanceof WeakRef) return compare(a.deref(), b.deref(), open);
  if (isBuffer(a) && isBuffer(b)) return sameItems(new Uint8Array(a), new Uint8Array(b));
  if (isTypedArray(a) && isTypedArray(b)) return sameItems(a, b);
  // A cycle that comes round on both sides at once has shown no difference so far.
  if (open.some(([left, right]) => left === a && right === b)) return true;
  const inside: Pair[] = [...open, [a, b]];
  if (Object.keys(a).length !== Object.keys(b).length) return false;
  if (isKeyed(a) && isKeyed(b)) return sameEntries(a, b, inside);
  if (isWrittenWhole(a)) return String(a) === String(b);
  return sameProperties(a, b, inside);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** An object without a prototype is as good as a plain one. */
function prototypeOf(value: object): object {
  return Object.getPrototypeOf(value) ?? Object.prototype;
}

function isBuffer(value: object): value is ArrayBuffer | SharedArrayBuffer {
  return value instanceof ArrayBuffer || value instanceof SharedArrayBuffer;
}

function isTypedArray(value: object): value is Uint8Array {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

function isKeyed(value: object): value is Set<unknown> | Map<unknown, unknown> {
  return value instanceof Set || value instanceof Map;
}

/** What keeps its state out of reach, but tells it as text. */
function isWrittenWhole(value: object): boolean {
  return [RegExp, URL, URLSearchParams, Intl.Locale]
    .some((type) => Object.getPrototypeOf(value) === type.prototype);
}

function sameItems(a: ArrayLike<unknown>, b: ArrayLike<unknown>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i] && !Object.is(a[i], b[i])) return false;
  }
  return true;
}

function sameEntries(
  a: Set<unknown> | Map<unknown, unknown>,
  b: Set<unknown> | Map<unknown, unknown>,
  open: Pair[],
): boolean {
  if (a.size !== b.size) return false;
  for (const [key, value] of a.entries()) {
    if (!isObject(key) && typeof key !== "function") {
      if (!b.has(key)) return false;
      if (b instanceof Map && !compare(value, b.get(key), open)) return false;
      continue;
    }
    const found = [...b.entries()].some(([otherKey, other]) =>
      compare(key, otherKey, open) && (b instanceof Set || compare(value, other, open))
    );
    if (!found) return false;
  }
  return true;
}

function sameProperties(a: object, b: object, open: Pair[]): boolean {
  for (const key of new Set([...comparedKeys(a), ...comparedKeys(b)])) {
    if ((key in a) !== (key in b)) return false;
    if (!compare(Reflect.get(a, key), Reflect.get(b, key), open)) return false;
  }
  return true;
}

/** Of plain objects what can be listed; of class instances also what getters and methods give. */
function comparedKeys(value: object): PropertyKey[] {
  const prototype = prototypeOf(value);
  if (prototype === Object.prototype || prototype === Array.prototype) {
    return Reflect.ownKeys(value)
      .filter((key) => Object.prototype.propertyIsEnumerable.call(value, key));
  }
  const keys: PropertyKey[] = [];
  let at: object | null = value;
  while (at !== null && at !== Object.prototype && at !== Array.prototype) {
    keys.push(...Reflect.ownKeys(at));
    at = Object.getPrototypeOf(at);
  }
  return keys;
}
