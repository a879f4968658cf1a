import { Task } from "../../kernel/task.ts";
import type { Json } from "./plan.ts";

const MOST_DEPTH = 8;
const MOST_ITEMS = 200;
const MOST_TEXT = 2000;

/**
 * Makes plain data of any value of a module. Depth and size are bounded, and cycles are cut. A task becomes
 * `comm[pid]`, and an object of a class its fields.
 *
 * @param value Anything.
 * @returns Plain data.
 */
export function toJson(value: unknown): Json {
  return convert(value, 0, []);
}

function convert(value: unknown, depth: number, above: readonly unknown[]): Json {
  if (value === null || value === undefined) return null;
  if (typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (typeof value === "string") {
    return value.length > MOST_TEXT ? `${value.slice(0, MOST_TEXT)}...` : value;
  }
  if (typeof value !== "object") return String(value);
  if (value instanceof Task) return String(value);
  if (depth >= MOST_DEPTH || above.includes(value)) return "...";
  const path = [...above, value];
  const inner = (item: unknown) => convert(item, depth + 1, path);
  if (value instanceof Map) {
    const entries = [...value].slice(0, MOST_ITEMS);
    return Object.fromEntries(entries.map(([key, item]) => [String(key), inner(item)]));
  }
  if (value instanceof Set) return [...value].slice(0, MOST_ITEMS).map(inner);
  if (Array.isArray(value)) return value.slice(0, MOST_ITEMS).map(inner);
  const entries = Object.entries(value).filter(([, item]) => typeof item !== "function");
  return Object.fromEntries(entries.slice(0, MOST_ITEMS).map(([key, item]) => [key, inner(item)]));
}

/**
 * A value in one short line.
 *
 * @param value Anything.
 * @returns For example `{jid: 7, members: [1, 2]}`.
 */
export function shortJson(value: unknown): string {
  const text = format(toJson(value));
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/**
 * A value in one line, without quotes around plain words.
 *
 * @param value Plain data.
 * @returns For example `{jid: 7}`.
 */
export function format(value: Json): string {
  if (typeof value === "string") {
    return /^[\w./$+-][\w ./$+-]*$/.test(value) ? value : JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(format).join(", ")}]`;
  if (typeof value !== "object" || value === null) return String(value);
  return `{${Object.entries(value).map(([key, item]) => `${key}: ${format(item)}`).join(", ")}}`;
}

/**
 * Compares plain data.
 *
 * @param a One value.
 * @param b The other.
 * @returns Whether they are equal, whatever the order of keys.
 */
export function isEqual(a: Json, b: Json): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length &&
      a.every((item, i) => isEqual(item, b[i]));
  }
  const left = a as Readonly<Record<string, Json>>;
  const right = b as Readonly<Record<string, Json>>;
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && isEqual(left[key], right[key]));
}

/**
 * Whether plain data has all fields of other plain data.
 *
 * @param whole The data that is looked at.
 * @param part The fields that it must have.
 * @returns Whether every field of the part is in the whole, at any depth.
 */
export function includes(whole: Json, part: Json): boolean {
  if (Array.isArray(part)) {
    return Array.isArray(whole) && whole.length === part.length &&
      part.every((item, i) => includes(whole[i], item));
  }
  if (typeof part !== "object" || part === null) return isEqual(whole, part);
  if (typeof whole !== "object" || whole === null || Array.isArray(whole)) return false;
  const object = whole as Readonly<Record<string, Json>>;
  return Object.entries(part).every(([key, item]) =>
    Object.hasOwn(object, key) && includes(object[key], item)
  );
}
