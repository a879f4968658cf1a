import { literalText } from "./imports.ts";
import { isGlobal } from "./scope.ts";

/**
 * Takes off what changes nothing about which object is meant: `?.`, `!`, `as` and `satisfies`.
 *
 * @param node Any expression.
 */
export function bare(node: Deno.lint.Node): Deno.lint.Node {
  switch (node.type) {
    case "ChainExpression":
    case "TSAsExpression":
    case "TSNonNullExpression":
    case "TSSatisfiesExpression":
      return bare(node.expression);
    default:
      return node;
  }
}

/**
 * The name of the member that an expression takes, written with a dot or with a literal in brackets.
 *
 * @param node The member expression.
 * @returns `null` when the name is computed or private.
 */
export function memberName(node: Deno.lint.MemberExpression): string | null {
  if (node.computed) return literalText(node.property);
  return node.property.type === "Identifier" ? node.property.name : null;
}

/**
 * Visits what is taken from a global object: `Math.random`, `Math["random"]` and `const { random } = Math`.
 *
 * @param visit Gets the name of the global, the name of its member, and the node to report it at.
 */
export function globalMemberVisitor(
  visit: (object: string, member: string, at: Deno.lint.Node) => void,
): Deno.lint.LintVisitor {
  return {
    MemberExpression(node) {
      const name = memberName(node);
      const object = bare(node.object);
      if (name === null || object.type !== "Identifier" || !isGlobal(object)) return;
      visit(object.name, name, node);
    },
    VariableDeclarator(node) {
      if (node.id.type !== "ObjectPattern" || !node.init) return;
      const object = bare(node.init);
      if (object.type !== "Identifier" || !isGlobal(object)) return;
      for (const property of node.id.properties) {
        if (property.type !== "Property") continue;
        const name = property.key.type === "Identifier"
          ? property.key.name
          : literalText(property.key);
        if (name !== null) visit(object.name, name, property);
      }
    },
  };
}
