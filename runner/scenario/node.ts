/** A part of a scenario file: plain data that knows where it was written. Offsets are into the text of the file. */
export type Node = ScalarNode | ListNode | MapNode;

/** What every part has. */
interface Placed {
  /** Where it begins. */
  readonly start: number;
  /** Where it ends. */
  readonly end: number;
}

/** A text, a number, a truth value or nothing. */
export interface ScalarNode extends Placed {
  readonly kind: "scalar";
  /** What it stands for. */
  readonly value: string | number | boolean | null;
  /** How a number in hexadecimal was written. */
  readonly written?: string;
}

/** A list. */
export interface ListNode extends Placed {
  readonly kind: "list";
  /** Its items. */
  readonly items: readonly Node[];
}

/** A map. */
export interface MapNode extends Placed {
  readonly kind: "map";
  /** Its entries, in order; no key comes twice. */
  readonly entries: readonly MapEntry[];
}

/** An entry of a map. */
export interface MapEntry {
  /** Its key. */
  readonly key: string;
  /** Where the key was written. */
  readonly keyAt: ScalarNode;
  /** Its value. */
  readonly value: Node;
}

/**
 * The entry of a key.
 *
 * @param map The map.
 * @param key The key.
 * @returns The entry, or null.
 */
export function entryOf(map: MapNode, key: string): MapEntry | null {
  return map.entries.find((entry) => entry.key === key) ?? null;
}

/**
 * A part in words, for messages.
 *
 * @param node The part.
 * @returns For example `a list`, `the text "sh"`, `the number 7`.
 */
export function describeNode(node: Node): string {
  if (node.kind !== "scalar") return `a ${node.kind}`;
  const { value } = node;
  if (value === null) return "nothing";
  if (typeof value === "string") {
    const text = value.length > 40 ? `${value.slice(0, 37)}...` : value;
    return `the text ${JSON.stringify(text)}`;
  }
  return `the ${typeof value === "number" ? "number" : "truth value"} ${value}`;
}

/**
 * Replaces a text in every text of a part.
 *
 * @param node The part.
 * @param from What is replaced.
 * @param to What it is replaced with.
 * @returns A copy with the same places.
 */
export function substitute(node: Node, from: string, to: string): Node {
  if (node.kind === "list") {
    return { ...node, items: node.items.map((item) => substitute(item, from, to)) };
  }
  if (node.kind === "map") {
    const entries = node.entries.map((entry) => ({
      ...entry,
      key: entry.key.replaceAll(from, to),
      value: substitute(entry.value, from, to),
    }));
    return { ...node, entries };
  }
  if (typeof node.value !== "string" || !node.value.includes(from)) return node;
  return { ...node, value: node.value.replaceAll(from, to) };
}
