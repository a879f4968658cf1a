/**
 * Visits every way in which a file can name another module: imports, re-exports, dynamic imports, import types and
 * `import x = require("y")`.
 *
 * @param visit Gets the specifier and the node to report it at. The specifier is `null` when it is computed.
 */
export function importVisitor(
  visit: (specifier: string | null, at: Deno.lint.Node) => void,
): Deno.lint.LintVisitor {
  return {
    ImportDeclaration: (node) => visit(node.source.value, node.source),
    ExportAllDeclaration: (node) => visit(node.source.value, node.source),
    ExportNamedDeclaration(node) {
      if (node.source) visit(node.source.value, node.source);
    },
    ImportExpression: (node) => visit(literalText(node.source), node.source),
    TSImportType(node) {
      const argument = node.argument;
      if (argument.type === "TSLiteralType") visit(literalText(argument.literal), argument);
    },
    TSExternalModuleReference: (node) => visit(node.expression.value, node.expression),
  };
}

/**
 * The text of a string literal or of a template without holes.
 *
 * @param node Any node.
 * @returns `null` when the text is not known before the program runs.
 */
export function literalText(node: Deno.lint.Node): string | null {
  if (node.type === "Literal") return typeof node.value === "string" ? node.value : null;
  if (node.type !== "TemplateLiteral" || node.expressions.length > 0) return null;
  return node.quasis[0]?.cooked ?? null;
}
