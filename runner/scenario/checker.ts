import type { Json, Position } from "../engine/plan.ts";
import type { Fields, Shape } from "../engine/shape.ts";
import { readScalar, type ScalarShape, wantedOf } from "./check_scalar.ts";
import { CheckContext } from "./context.ts";
import type { ListNode, MapEntry, MapNode, Node } from "./node.ts";
import { nearest, suggestion } from "./suggest.ts";

/** Collects the places of the parts of a value, by JSON pointer. */
export type PositionSink = Record<string, Position>;

/** Checks shapes that belong to a part of the format: steps, expectations, calls. */
export type SpecialShapes = (
  node: Node,
  shape: Shape & { readonly type: "steps" | "expectations" | "call" | "file" },
) => Json | undefined;

/**
 * Checks parts of a scenario against shapes, and makes plain data of them. A wrong part is reported and becomes
 * undefined. The other parts are checked as well, so one run shows every mistake.
 */
export class Checker extends CheckContext {
  /** Checks the special shapes. */
  special: SpecialShapes = () => undefined;

  /**
   * Checks a part.
   *
   * @param node The part.
   * @param shape Its shape.
   * @param at Collects places.
   * @param pointer Its place in the value, as a JSON pointer.
   * @param what The name of the part, for messages.
   * @returns Plain data, or undefined when it is wrong.
   */
  check(
    node: Node,
    shape: Shape,
    at: PositionSink,
    pointer: string,
    what: string,
  ): Json | undefined {
    at[pointer] = this.at(node);
    switch (shape.type) {
      case "record":
        return this.#record(node, shape, at, pointer, what);
      case "list":
        return this.#list(node, shape, at, pointer, what);
      case "map":
        return this.#map(node, shape, at, pointer, what);
      case "either":
        return this.#either(node, shape.of, at, pointer, what);
      case "json":
        return this.json(node);
      case "steps":
      case "expectations":
      case "call":
      case "file":
        return this.special(node, shape);
      default:
        return this.#scalar(node, shape, what);
    }
  }

  #scalar(node: Node, shape: ScalarShape, what: string): Json | undefined {
    if (node.kind !== "scalar" || node.value === null) {
      return this.wrongShape(node, wantedOf(shape), what);
    }
    return readScalar(this, node, shape, what);
  }

  #record(
    node: Node,
    shape: Shape & { readonly type: "record" },
    at: PositionSink,
    pointer: string,
    what: string,
  ): Json | undefined {
    if (node.kind === "map") return this.fields(node, shape.fields, at, pointer, what);
    const short = shape.short === undefined ? undefined : shape.fields[shape.short];
    if (short === undefined || (node.kind === "scalar" && node.value === null)) {
      return this.wrongShape(node, `a map with ${listWords(Object.keys(shape.fields))}`, what);
    }
    const value = this.check(node, short.shape, at, `${pointer}/${shape.short}`, shape.short!);
    return value === undefined ? undefined : { [shape.short!]: value };
  }

  /** Checks the fields of a map whose keys are fixed. */
  fields(
    map: MapNode,
    fields: Fields,
    at: PositionSink,
    pointer: string,
    what: string,
  ): Json | undefined {
    const result: Record<string, Json> = {};
    const meant = new Set<string | null>();
    let isRight = true;
    for (const entry of map.entries) {
      const field = Object.hasOwn(fields, entry.key) ? fields[entry.key] : undefined;
      if (field === undefined) {
        this.unknownKey(entry, Object.keys(fields), what);
        meant.add(nearest(entry.key, Object.keys(fields)));
        isRight = false;
        continue;
      }
      const value = this.check(entry.value, field.shape, at, `${pointer}/${entry.key}`, entry.key);
      if (value === undefined) isRight = false;
      else result[entry.key] = value;
    }
    for (const [name, field] of Object.entries(fields)) {
      const isThere = map.entries.some(({ key }) => key === name);
      if (!field.required || isThere || meant.has(name)) continue;
      const where = this.where === "" ? what : this.where;
      this.mistake(map, `Missing key "${name}" in ${where}`, `${name}: ${field.doc}`);
      isRight = false;
    }
    return isRight ? result : undefined;
  }

  /** Reports an unknown key. */
  unknownKey(entry: MapEntry, keys: readonly string[], what: string): void {
    const where = this.where === "" ? what : this.where;
    const title = `Unknown key "${entry.key}" in ${where}`;
    const notes = keys.length > 12 ? [`known are ${keys.join(", ")}`] : [];
    this.mistake(entry.keyAt, title, suggestion(entry.key, keys, "key"), { notes });
  }

  #list(
    node: Node,
    shape: Shape & { readonly type: "list" },
    at: PositionSink,
    pointer: string,
    what: string,
  ): Json | undefined {
    if (node.kind !== "list") {
      const isOne = shape.single && !(node.kind === "scalar" && node.value === null);
      if (!isOne) return this.wrongShape(node, "a list", what);
      const only = this.check(node, shape.of, at, `${pointer}/0`, what);
      return only === undefined ? undefined : [only];
    }
    const list = this.#items(node, shape.of, at, pointer, what);
    if (list !== undefined && list.length < (shape.min ?? 0)) {
      return this.mistake(node, `Too short a list for ${what}`, `at least ${shape.min} are wanted`);
    }
    return list;
  }

  #items(
    node: ListNode,
    of: Shape,
    at: PositionSink,
    pointer: string,
    what: string,
  ): Json[] | undefined {
    const values = node.items.map((item, i) => this.check(item, of, at, `${pointer}/${i}`, what));
    return values.includes(undefined) ? undefined : values as Json[];
  }

  #map(
    node: Node,
    shape: Shape & { readonly type: "map" },
    at: PositionSink,
    pointer: string,
    what: string,
  ): Json | undefined {
    if (node.kind !== "map") return this.wrongShape(node, "a map", what);
    const result: [string, Json][] = [];
    let isRight = true;
    for (const { key, keyAt, value } of node.entries) {
      const name = this.check(keyAt, shape.keys, {}, "", what);
      const inner = this.check(value, shape.values, at, `${pointer}/${key}`, `value of "${key}"`);
      if (name === undefined || inner === undefined) isRight = false;
      else result.push([key, inner]);
    }
    // fromEntries() makes an ordinary field even of the key __proto__.
    return isRight ? Object.fromEntries(result) : undefined;
  }

  #either(
    node: Node,
    shapes: readonly Shape[],
    at: PositionSink,
    pointer: string,
    what: string,
  ): Json | undefined {
    const fitting = shapes.filter((shape) => fits(node, shape));
    if (fitting.length === 0) {
      return this.wrongShape(node, listWords(shapes.map(wantedOf), "or"), what);
    }
    // The first scalar shape that fits counts. If none fits, the last shape reports the mistake.
    for (const shape of fitting.slice(0, -1)) {
      const trial = new Checker(this.source, () => {});
      trial.scope = this.scope;
      trial.special = this.special;
      const value = trial.check(node, shape, at, pointer, what);
      if (value !== undefined) return value;
    }
    return this.check(node, fitting.at(-1)!, at, pointer, what);
  }

  /** Makes plain data of any part. A name behind a `$` must have been introduced. */
  json(node: Node): Json | undefined {
    if (node.kind === "list") {
      const values = node.items.map((item) => this.json(item));
      return values.includes(undefined) ? undefined : values as Json[];
    }
    if (node.kind === "map") {
      const entries = node.entries.map(({ key, value }) => [key, this.json(value)] as const);
      if (entries.some(([, value]) => value === undefined)) return undefined;
      return Object.fromEntries(entries as [string, Json][]);
    }
    const value = node.written ?? node.value;
    if (typeof value === "string" && value.startsWith("$") && !value.startsWith("$$")) {
      const name = value.slice(1).split(".")[0];
      if (!this.scope.names.has(name)) {
        const names = [...this.scope.names.keys()];
        const title = `Unknown name "$${name}" in ${this.where}`;
        return this.mistake(node, title, suggestion(name, names, "task or value"));
      }
    }
    return value;
  }
}

/** Whether a part may have a shape. Only its outside is looked at. */
function fits(node: Node, shape: Shape): boolean {
  if (shape.type === "json") return true;
  if (shape.type === "either") return shape.of.some((alternative) => fits(node, alternative));
  if (shape.type === "record" || shape.type === "map") {
    return node.kind === "map" || (shape.type === "record" && shape.short !== undefined);
  }
  if (shape.type === "list") return node.kind === "list" || shape.single === true;
  return node.kind === "scalar";
}

/** Joins words: `a, b and c`. */
export function listWords(words: readonly string[], last: string = "and"): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} ${last} ${words.at(-1)}`;
}
