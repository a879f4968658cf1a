/*
 * Freezes the built-in objects of the language. A module then cannot change what the kernel relies on.
 *
 * An assignment cannot shadow a frozen property of a prototype. `error.name = "Mine"` or `item.toString = f` would fail
 * in honest code. Properties of prototypes therefore become accessors. The setter defines the property on the object of
 * the assignment, as an assignment does where nothing is frozen.
 */

type Key = string | symbol;
type Bag = Record<Key, unknown>;

/** The built-in objects without a global name. User code reaches them by syntax alone. */
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
 * Freezes values and everything that can be reached from them. Prototypes get accessors first.
 *
 * @param roots The values: the globals that stay.
 */
export function hardenIntrinsics(roots: readonly unknown[]): void {
  const reached = new Set<object>();
  const queue: unknown[] = [...roots, ...hiddenIntrinsics()];
  while (queue.length > 0) {
    const value = queue.pop();
    if (!isObject(value) || reached.has(value) || value === globalThis) continue;
    reached.add(value);
    queue.push(Object.getPrototypeOf(value));
    for (const key of Reflect.ownKeys(value)) {
      const descriptor = Reflect.getOwnPropertyDescriptor(value, key)!;
      queue.push(descriptor.value, descriptor.get, descriptor.set);
    }
  }
  const prototypes = [...reached].filter(isPrototype);
  for (const prototype of prototypes) allowShadowing(prototype as Bag);
  for (const value of reached) freeze(value);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null || typeof value === "function";
}

/** Whether an object is the prototype of a constructor. Prototypes of iterators have no constructor, and are none. */
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
    // These are methods in shorthand. They have no prototype and cannot be constructed.
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
 * Whether the engine itself reads a property to construct or iterate arrays, promises and regular expressions. As an
 * accessor it would be slow or wrong.
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
  // The runtime sets this property while it makes errors of its own.
  for (const key of Reflect.ownKeys(Error)) {
    const descriptor = Reflect.getOwnPropertyDescriptor(Error, key)!;
    if (key === "stackTraceLimit" || !("value" in descriptor)) continue;
    Object.defineProperty(Error, key, { writable: false, configurable: false });
  }
  Object.preventExtensions(Error);
}
