import type { Json } from "../engine/plan.ts";
import type { Checker } from "./checker.ts";
import { describeNode, type Node } from "./node.ts";
import { nearest } from "./suggest.ts";

/**
 * Reads a call of a module: `{ MODULE.CALL: ARGUMENTS }`, or just `MODULE.CALL`.
 *
 * @param checker The checker, with the modules.
 * @param node The part.
 * @returns The module, the call and its arguments.
 */
export function checkCall(checker: Checker, node: Node): Json | undefined {
  const isMap = node.kind === "map" && node.entries.length === 1;
  const isText = node.kind === "scalar" && typeof node.value === "string";
  if (!isMap && !isText) {
    if (node.kind !== "map" || node.entries.length === 0) {
      return checker.wrongShape(node, "a map such as { widget.attach: [3] }", "call");
    }
    const { key, keyAt } = node.entries[1];
    return checker.mistake(keyAt, `Second call "${key}" in step call`, "one call is wanted");
  }
  const name = isMap ? node.entries[0].key : String((node as { value: unknown }).value);
  const nameAt = isMap ? node.entries[0].keyAt : node;
  const dot = name.indexOf(".");
  const module = dot < 0 ? name : name.slice(0, dot);
  const method = name.slice(dot + 1);
  if (dot < 1 || method === "") {
    const title = `Wrong call: found ${describeNode(nameAt)}`;
    return checker.mistake(nameAt, title, "MODULE.CALL is wanted, such as widget.attach");
  }
  if (!checker.scope.modules.has(module)) {
    const near = nearest(module, checker.scope.modules.keys());
    const label = near === null ? "no module of this name is declared" : `did you mean "${near}"?`;
    return checker.mistake(nameAt, `Unknown module "${module}" in step call`, label);
  }
  const list = isMap ? argumentsOf(checker, node.entries[0].value) : [];
  return list === undefined ? undefined : { module, method, with: list };
}

function argumentsOf(checker: Checker, node: Node): Json[] | undefined {
  if (node.kind === "scalar" && node.value === null) return [];
  const value = checker.json(node);
  if (value === undefined) return undefined;
  return node.kind === "list" ? value as Json[] : [value];
}
