import { type HouseRule, INNER_LAYERS } from "./house.ts";

type Node = Deno.lint.Node;

const COLLECTIONS: ReadonlySet<string> = new Set(["Array", "Map", "Set", "WeakMap", "WeakSet"]);

/**
 * Keeps worlds apart: two kernels in one program share no variable, so state lives in the kernel that owns it. Found
 * are module-level `let` and `var`, static fields that can change, and constants that start out as an empty collection,
 * for those exist to be filled. A filled table passes, and so does an empty one that is frozen, `as const`, or declared
 * `readonly` or `Readonly...`.
 */
export const noModuleState: HouseRule = {
  layers: INNER_LAYERS,
  create(context, file) {
    const report = (node: Node, name: string, found: string) =>
      context.report({
        node,
        message: `Cannot keep "${name}" in ${file.path}: it is ${found} that every kernel would ` +
          `share, in layer ${file.layer} a frozen constant or a field of the kernel is wanted`,
      });
    return {
      VariableDeclaration(node) {
        if (node.declare || !isAtModuleLevel(node)) return;
        for (const { id, init } of node.declarations) {
          const name = context.sourceCode.getText(id).replace(/:.*$/s, "");
          if (node.kind === "let" || node.kind === "var") report(id, name, "a variable");
          else if (isFillable(init, typeOf(id))) report(id, name, "a collection");
        }
      },
      PropertyDefinition(node) {
        if (!node.static || node.declare) return;
        const name = context.sourceCode.getText(node.key);
        if (!node.readonly) report(node.key, name, "a static field");
        else if (isFillable(node.value, node.typeAnnotation?.typeAnnotation)) {
          report(node.key, name, "a collection");
        }
      },
    };
  },
};

function isAtModuleLevel(node: Deno.lint.VariableDeclaration): boolean {
  const parent = node.parent;
  if (parent.type === "ExportNamedDeclaration") return parent.parent.type === "Program";
  return parent.type === "Program";
}

function typeOf(id: Deno.lint.VariableDeclarator["id"]): Node | undefined {
  return id.typeAnnotation?.typeAnnotation;
}

function isFillable(init: Node | null, type: Node | undefined): boolean {
  if (!init || isReadonlyType(type)) return false;
  switch (init.type) {
    case "TSAsExpression":
    case "TSSatisfiesExpression":
      return !isReadonlyType(init.typeAnnotation) && isFillable(init.expression, undefined);
    case "ArrayExpression":
      return init.elements.length === 0;
    case "ObjectExpression":
      return init.properties.length === 0;
    case "NewExpression":
      return init.callee.type === "Identifier" && COLLECTIONS.has(init.callee.name) &&
        (init.arguments.length === 0 || init.callee.name === "Array");
    case "CallExpression":
      return init.callee.type === "MemberExpression" &&
        init.callee.object.type === "Identifier" && init.callee.object.name === "Object" &&
        init.callee.property.type === "Identifier" && init.callee.property.name === "create";
    default:
      return false;
  }
}

function isReadonlyType(type: Node | undefined): boolean {
  if (type?.type === "TSTypeOperator") return type.operator === "readonly";
  if (type?.type !== "TSTypeReference" || type.typeName.type !== "Identifier") return false;
  return type.typeName.name === "const" || type.typeName.name.startsWith("Readonly");
}
