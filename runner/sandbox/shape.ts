/** Whether a value is of some form. */
export type Shape = (value: unknown) => boolean;

/** Any text. */
export const text: Shape = (value) => typeof value === "string";

/** A number; JSON has no other than finite ones. */
export const number: Shape = (value) => typeof value === "number";

/** True or false. */
export const flag: Shape = (value) => typeof value === "boolean";

/** Anything that JSON can say. */
export const anything: Shape = (value) => value !== undefined;

/** One of some texts. */
export function oneOf(...texts: readonly string[]): Shape {
  return (value) => texts.includes(value as string);
}

/** A form, or null. */
export function orNull(shape: Shape): Shape {
  return (value) => value === null || shape(value);
}

/** A form, or nothing at all. */
export function optional(shape: Shape): Shape {
  return (value) => value === undefined || shape(value);
}

/** A list of a form. */
export function list(shape: Shape): Shape {
  return (value) => Array.isArray(value) && value.every(shape);
}

/** An object with these fields, and perhaps others. */
export function fields(shapes: Readonly<Record<string, Shape>>): Shape {
  const entries = Object.entries(shapes);
  return (value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
    const object = value as Record<string, unknown>;
    return entries.every(([name, shape]) =>
      shape(Object.hasOwn(object, name) ? object[name] : undefined)
    );
  };
}

/** An object whose values all have a form. */
export function record(shape: Shape): Shape {
  return (value) =>
    typeof value === "object" && value !== null && !Array.isArray(value) &&
    Object.values(value).every(shape);
}

/** An object whose field says which of several forms it has. */
export function tagged(tag: string, shapes: Readonly<Record<string, Shape>>): Shape {
  return (value) => {
    const name = (value as Record<string, unknown> | null)?.[tag];
    return typeof name === "string" && Object.hasOwn(shapes, name) && shapes[name](value);
  };
}
