import { type HouseRule, PRODUCT_LAYERS } from "./house.ts";

const MOST_LINES = 70;

type AnyFunction =
  | Deno.lint.ArrowFunctionExpression
  | Deno.lint.FunctionDeclaration
  | Deno.lint.FunctionExpression;

/** Keeps functions short enough to be read on one screen. Signature, comments and inner functions count. */
export const functionLength: HouseRule = {
  layers: PRODUCT_LAYERS,
  create(context, file) {
    const check = (node: AnyFunction) => {
      const lines = context.sourceCode.getText(node).split("\n").length;
      if (lines <= MOST_LINES) return;
      context.report({
        node,
        message: `Cannot keep function "${nameOf(node)}" in ${file.path}: it has ${lines} lines, ` +
          `layer ${file.layer} wants at most ${MOST_LINES}`,
      });
    };
    return {
      FunctionDeclaration: check,
      FunctionExpression: check,
      ArrowFunctionExpression: check,
    };
  },
};

function nameOf(node: AnyFunction): string {
  if (node.id) return node.id.name;
  const owner: Deno.lint.Node = node.parent;
  if (owner.type === "VariableDeclarator" && owner.id.type === "Identifier") return owner.id.name;
  const isMember = owner.type === "MethodDefinition" || owner.type === "Property" ||
    owner.type === "PropertyDefinition";
  if (!isMember) return "anonymous";
  if (owner.key.type === "PrivateIdentifier") return `#${owner.key.name}`;
  return owner.key.type === "Identifier" ? owner.key.name : "computed";
}
