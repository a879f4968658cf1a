/*
 * Freezes what the language itself provides, so that a module cannot change the ground that the kernel stands on.
 *
 * A frozen property of a prototype cannot be shadowed by assignment: `error.name = "Mine"` or `thing.toString = f` would
 * fail in honest code. Properties of prototypes therefore become accessors whose setter defines the property on the object
 * that was assigned to, which is what assignment does while nothing is frozen.
 */

type Key = string | symbol;
type Bag = Record<Key, unknown>;

/** What the language makes without naming it: reachable from user code by syntax alone. */
function hiddenIntrinsics(): object[] {
  const getPrototype = Object.getPrototypeOf;
  const iterators = [
    [][Symbol.iterator](),
    new Map()[Symbol.iterator](),
    new Set()[Symbol.iterator](),
    ""[Symbol.iterator](),
    "".matchAll(/./g),
    (function* () {})(),
    (async function* () {})(),
    Iterator.from({ next: () => ({ done: true as const, value: undefined }) }),
    [].values().map((value) => value),
  ];
  const functions = [function* () {}, async function () {}, async function* () {}, () => {}];
  return [
    ...iterators,
    ...iterators.map((iterator) => getPrototype(iterator)),
    ...functions.flatMap((made) => [getPrototype(made), getPrototype(made).constructor]),
    getPrototype(Uint8Array),
  ];
}

/**
 * Freezes the given values and everything that can be reached from them, prototypes with care.
 *
 * @param roots Where to begin: the globals that stay.
 */
export function hardenIntrinsics(roots: readonly unknown[]): void {
  const seen = new Set<object>();
  const queue: unknown[] = [...roots, ...hiddenIntrinsics()];
  while (queue.length > 0) {
    const value = queue.pop();
    if (!isObject(value) || seen.has(value) || value === globalThis) continue;
    seen.add(value);
    queue.push(Object.getPrototypeOf(value));
    for (const key of Reflect.ownKeys(value)) {
      const descriptor = Reflect.getOwnPropertyDescriptor(value, key)!;
      queue.push(descriptor.value, descriptor.get, descriptor.set);
    }
  }
  const prototypes = [...seen].filter(isPrototype);
  for (const prototype of prototypes) allowShadowing(prototype as Bag);
  for (const value of seen) freeze(value);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null || typeof value === "function";
}

/** A prototype is what some constructor calls so; iterators have prototypes without one. */
function isPrototype(value: object): boolean {
  const { constructor } = value as { constructor?: unknown };
  if (typeof constructor !== "function") return false;
  return Object.hasOwn(value, "constructor") && constructor.prototype === value;
}

function allowShadowing(prototype: Bag): void {
  for (const key of Reflect.ownKeys(prototype)) {
    const descriptor = Reflect.getOwnPropertyDescriptor(prototype, key)!;
    if (!descriptor.configurable || !("value" in descriptor) || !descriptor.writable) continue;
    if (mustStayData(prototype, key)) continue;
    const { value, enumerable } = descriptor;
    // Methods in shorthand, as these have no prototype and cannot be constructed.
    const accessor = {
      get() {
        return value;
      },
      set(this: unknown, assigned: unknown) {
        shadow(this, prototype, key, assigned);
      },
    };
    Object.freeze(accessor.get);
    Object.freeze(accessor.set);
    Object.defineProperty(prototype, key, {
      get: accessor.get,
      set: accessor.set,
      enumerable,
      configurable: false,
    });
  }
}

/**
 * The engine looks at these itself, and is slow or wrong where they are no plain data: what arrays, promises and regular
 * expressions are constructed and iterated with.
 */
function mustStayData(prototype: Bag, key: Key): boolean {
  if (typeof key === "symbol") return true;
  const engine: readonly unknown[] = [Array.prototype, Promise.prototype, RegExp.prototype];
  if (!engine.includes(prototype)) return false;
  return key === "constructor" || key === "then" || key === "exec" || key === "flags";
}

function shadow(target: unknown, prototype: Bag, key: Key, value: unknown): void {
  if (!isObject(target) || target === prototype) {
    throw new TypeError(`Cannot assign to read only property '${String(key)}'`);
  }
  if (Object.hasOwn(target, key)) {
    (target as Bag)[key] = value;
    return;
  }
  Object.defineProperty(target, key, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}

function freeze(value: object): void {
  if (value !== Error) {
    Object.freeze(value);
    return;
  }
  // Built-in code of the runtime sets this one while it makes errors of its own.
  for (const key of Reflect.ownKeys(Error)) {
    const descriptor = Reflect.getOwnPropertyDescriptor(Error, key)!;
    if (key === "stackTraceLimit" || !("value" in descriptor)) continue;
    Object.defineProperty(Error, key, { writable: false, configurable: false });
  }
  Object.preventExtensions(Error);
}
