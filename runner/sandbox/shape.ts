/*
 * User code shares a realm with the kernel, and may change the answer of a sandbox. The host believes what the answer
 * says, and checks its whole form.
 */

/**
 * Checks the form of a value. A path consists of names in the shapes and of indices, as in `.trace[3].type`. It never
 * has a key of the value.
 *
 * @param value The value.
 * @returns Null when the value has the form. Otherwise the path to the first wrong part, empty for the whole value.
 */
export type Shape = (value: unknown) => string | null;

/** A shape for each member of a type. */
export type ShapesOf<T> = { readonly [Key in keyof T]-?: Shape };

/** The whole value is wrong, or right. */
function check(isRight: boolean): string | null {
  return isRight ? null : "";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Any text. */
export const text: Shape = (value) => check(typeof value === "string");

/** A number. JSON has finite numbers only. */
export const number: Shape = (value) => check(typeof value === "number");

/** True or false. */
export const flag: Shape = (value) => check(typeof value === "boolean");

/** Any JSON value. */
export const anything: Shape = (value) => check(value !== undefined);

/** One of several texts: the keys of an object. Its type makes the compiler ask for every text. */
export function oneOf<T extends string>(texts: Readonly<Record<T, unknown>>): Shape {
  return (value) => check(typeof value === "string" && Object.hasOwn(texts, value));
}

/** A form, or null. */
export function orNull(shape: Shape): Shape {
  return (value) => value === null ? null : shape(value);
}

/** A form, or nothing at all. */
export function optional(shape: Shape): Shape {
  return (value) => value === undefined ? null : shape(value);
}

/** A list of a form. */
export function list(shape: Shape): Shape {
  return (value) => {
    if (!Array.isArray(value)) return "";
    for (let i = 0; i < value.length; i++) {
      const wrong = shape(value[i]);
      if (wrong !== null) return `[${i}]${wrong}`;
    }
    return null;
  };
}

/**
 * An object with the members of a type. It may have further members. A member of the type without a shape does not
 * compile.
 */
export function fields<T = Readonly<Record<string, unknown>>>(shapes: ShapesOf<T>): Shape {
  const entries = Object.entries<Shape>(shapes);
  return (value) => {
    if (!isObject(value)) return "";
    for (const [name, shape] of entries) {
      const wrong = shape(Object.hasOwn(value, name) ? value[name] : undefined);
      if (wrong !== null) return `.${name}${wrong}`;
    }
    return null;
  };
}

/** An object whose values all have a form. */
export function record(shape: Shape): Shape {
  return (value) => {
    if (!isObject(value)) return "";
    for (const item of Object.values(value)) {
      const wrong = shape(item);
      // The key comes from the value, so the path does not have it.
      if (wrong !== null) return `.*${wrong}`;
    }
    return null;
  };
}

/** An object whose field says which of several forms it has. */
export function tagged<T extends string>(tag: string, shapes: Readonly<Record<T, Shape>>): Shape {
  return (value) => {
    if (!isObject(value)) return "";
    const name = Object.hasOwn(value, tag) ? value[tag] : undefined;
    if (typeof name !== "string" || !Object.hasOwn(shapes, name)) return `.${tag}`;
    return shapes[name as T](value);
  };
}

/** A value that has several forms at once. */
export function both(...shapes: readonly Shape[]): Shape {
  return (value) => {
    for (const shape of shapes) {
      const wrong = shape(value);
      if (wrong !== null) return wrong;
    }
    return null;
  };
}

/** A value from outside after its check: the value, or what is wrong with it. */
export type Reading<T> =
  | { readonly value: T; readonly wrong: null }
  | { readonly value: null; readonly wrong: string };

/** The longest path in a message. */
const MOST_PATH = 200;

/**
 * Reads a value from outside.
 *
 * @param shape Its form.
 * @param value The value.
 * @returns The value, or the path to the part of it that is wrong, without the first dot. The path is cut where it is very
 * long, and empty for the whole value.
 */
export function read<T>(shape: Shape, value: unknown): Reading<T> {
  const path = shape(value);
  return path === null ? { value: value as T, wrong: null } : wrongAt(path);
}

/** The reading of a value with a wrong part. */
export function wrongAt(path: string): { readonly value: null; readonly wrong: string } {
  const wrong = path.replace(/^\./, "");
  return {
    value: null,
    wrong: wrong.length > MOST_PATH ? `${wrong.slice(0, MOST_PATH)}...` : wrong,
  };
}
