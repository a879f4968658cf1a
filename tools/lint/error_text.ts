import { type HouseRule, PRODUCT_LAYERS } from "./house.ts";

type Node = Deno.lint.Node;

/** Which argument of each class is its text. */
const TEXT_ARGUMENT: Readonly<Record<string, number>> = Object.freeze({
  KernelError: 1,
  KernelBug: 0,
  Error: 0,
  RangeError: 0,
  TypeError: 0,
});

/** The parts of a message that `KernelError` puts together: `Cannot <action> "name": <found>, <wanted>`. */
const PARTS: ReadonlySet<string> = new Set(["action", "found", "wanted"]);

const CONTRACTION = /\b\w+(?:n['’]t|['’](?:re|ll|ve|m|d))\b/i;

/**
 * Keeps error messages in one voice: upper case first, no period at the end, no contraction. Only text that stands in
 * the call is seen; a message built elsewhere is not.
 */
export const errorText: HouseRule = {
  layers: PRODUCT_LAYERS,
  create(context, file) {
    const report = (node: Node, text: string, found: string) =>
      context.report({
        node,
        message:
          `Cannot accept error text "${text}" in ${file.path}: ${found} is wanted in layer ` +
          file.layer,
      });
    return {
      NewExpression(node) {
        const kind = node.callee.type === "Identifier" ? node.callee.name : "";
        const argument = Object.hasOwn(TEXT_ARGUMENT, kind)
          ? node.arguments[TEXT_ARGUMENT[kind]]
          : undefined;
        if (argument === undefined) return;
        if (argument.type === "ObjectExpression") return checkParts(argument, report);
        const text = textOf(argument);
        const fault = text === null ? null : faultOf(text) ?? firstLetterFault(text, "upper");
        if (text !== null && fault !== null) report(argument, text, fault);
      },
    };
  },
};

function checkParts(
  details: Deno.lint.ObjectExpression,
  report: (node: Node, text: string, found: string) => void,
): void {
  for (const property of details.properties) {
    if (property.type !== "Property" || property.key.type !== "Identifier") continue;
    const part = property.key.name;
    const text = PARTS.has(part) ? textOf(property.value) : null;
    if (text === null) continue;
    const fault = faultOf(text) ?? (part === "action" ? firstLetterFault(text, "lower") : null);
    if (fault !== null) report(property.value, text, fault);
  }
}

function faultOf(text: string): string | null {
  const contraction = CONTRACTION.exec(text);
  if (contraction !== null) return `"${contraction[0]}" written out`;
  return /[^.]\.\s*$/.test(text) ? "an end without a period" : null;
}

/** An action follows `Cannot`, so it begins in lower case; a whole message begins a sentence. */
function firstLetterFault(text: string, wanted: "upper" | "lower"): string | null {
  const letter = /^\p{L}/u.exec(text)?.[0];
  if (letter === undefined) return null;
  const isUpper = letter === letter.toUpperCase();
  return isUpper === (wanted === "upper") ? null : `a first letter in ${wanted} case`;
}

/** The text of a literal, a template or a sum of both, with `${}` for what is not known here. */
function textOf(node: Node): string | null {
  if (node.type === "Literal") return typeof node.value === "string" ? node.value : null;
  if (node.type === "TemplateLiteral") {
    return node.quasis.map((quasi) => quasi.cooked).join("${}");
  }
  if (node.type !== "BinaryExpression" || node.operator !== "+") return null;
  const left = textOf(node.left);
  const right = textOf(node.right);
  return left === null && right === null ? null : `${left ?? "${}"}${right ?? "${}"}`;
}
