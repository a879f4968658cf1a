/** `Deno.lint.Node` leaves these two out. */
type Node = Deno.lint.Node | Deno.lint.AccessorProperty | Deno.lint.TSParameterProperty;

/**
 * Tells whether an identifier reads a global: it stands where a value or a type is used, and nothing around it declares
 * that name. A parameter or a variable called `process` is ours; an undeclared one is the host's.
 *
 * Limits: an ambient `declare const x` declares nothing that exists, so it does not count; a `var` is taken to live in
 * its block, and type parameters are not looked at, because nobody names one after a host object.
 *
 * @param node The identifier.
 */
export function isGlobal(node: Deno.lint.Identifier): boolean {
  return isReference(node) && !isDeclared(node.name, node);
}

/** Property names, labels, parameters and the like carry a name without reading it. */
function isReference(node: Deno.lint.Identifier): boolean {
  const parent = node.parent as Node;
  switch (parent.type) {
    case "MemberExpression":
      return parent.object === node || parent.computed;
    case "Property":
      if (parent.key === node) return parent.computed;
      return parent.parent.type === "ObjectExpression";
    case "MethodDefinition":
    case "PropertyDefinition":
    case "AccessorProperty":
    case "TSAbstractMethodDefinition":
    case "TSAbstractPropertyDefinition":
      return parent.key !== node || parent.computed;
    case "TSMethodSignature":
    case "TSPropertySignature":
      return parent.key === node && parent.computed;
    case "VariableDeclarator":
      return parent.id !== node;
    case "AssignmentPattern":
      return parent.right === node;
    case "ArrowFunctionExpression":
      return parent.body === node;
    case "ClassDeclaration":
    case "ClassExpression":
      return parent.superClass === node;
    case "TSQualifiedName":
      return parent.left === node;
    case "TSImportEqualsDeclaration":
      return parent.moduleReference === node;
    case "ExportSpecifier":
      return parent.local === node && !parent.parent.source;
    default:
      return !NAMING_PARENTS.has(parent.type);
  }
}

const NAMING_PARENTS: ReadonlySet<string> = new Set([
  "ArrayPattern",
  "BreakStatement",
  "CatchClause",
  "ContinueStatement",
  "ExportAllDeclaration",
  "FunctionDeclaration",
  "FunctionExpression",
  "ImportAttribute",
  "ImportDefaultSpecifier",
  "ImportNamespaceSpecifier",
  "ImportSpecifier",
  "LabeledStatement",
  "MetaProperty",
  "ObjectPattern",
  "RestElement",
  "TSCallSignatureDeclaration",
  "TSConstructSignatureDeclaration",
  "TSConstructorType",
  "TSDeclareFunction",
  "TSEmptyBodyFunctionExpression",
  "TSEnumDeclaration",
  "TSEnumMember",
  "TSFunctionType",
  "TSImportType",
  "TSIndexSignature",
  "TSInterfaceDeclaration",
  "TSMappedType",
  "TSModuleDeclaration",
  "TSNamedTupleMember",
  "TSNamespaceExportDeclaration",
  "TSParameterProperty",
  "TSTypeAliasDeclaration",
  "TSTypeParameter",
  "TSTypePredicate",
]);

const TYPE_PARENTS: ReadonlySet<string> = new Set([
  "TSClassImplements",
  "TSInterfaceHeritage",
  "TSQualifiedName",
  "TSTypeReference",
]);

function isDeclared(name: string, node: Node): boolean {
  const asType = TYPE_PARENTS.has(parentOf(node)?.type ?? "");
  for (let scope = parentOf(node); scope !== null; scope = parentOf(scope)) {
    if (declaresName(scope, name, asType)) return true;
  }
  return false;
}

function parentOf(node: Node): Node | null {
  return "parent" in node ? node.parent ?? null : null;
}

function declaresName(scope: Node, name: string, asType: boolean): boolean {
  switch (scope.type) {
    case "Program":
    case "BlockStatement":
    case "TSModuleBlock":
      return scope.body.some((statement) => statementDeclares(statement, name, asType));
    case "SwitchStatement":
      return scope.cases.some((each) =>
        each.consequent.some((statement) => statementDeclares(statement, name, asType))
      );
    case "ForStatement":
      return !!scope.init && statementDeclares(scope.init, name, asType);
    case "ForInStatement":
    case "ForOfStatement":
      return statementDeclares(scope.left, name, asType);
    case "CatchClause":
      return !!scope.param && patternBinds(scope.param, name);
    case "FunctionExpression":
      if (scope.id?.name === name) return true;
      return scope.params.some((param) => patternBinds(param, name));
    case "FunctionDeclaration":
    case "ArrowFunctionExpression":
      return scope.params.some((param) => patternBinds(param, name));
    case "ClassExpression":
      return scope.id?.name === name;
    default:
      return false;
  }
}

function statementDeclares(statement: Node, name: string, asType: boolean): boolean {
  switch (statement.type) {
    case "ExportNamedDeclaration":
    case "ExportDefaultDeclaration":
      return !!statement.declaration &&
        statementDeclares(statement.declaration, name, asType);
    case "ImportDeclaration":
      return statement.specifiers.some((specifier) => specifier.local.name === name);
    case "VariableDeclaration":
      return !statement.declare &&
        statement.declarations.some((each) => patternBinds(each.id, name));
    case "FunctionDeclaration":
    case "ClassDeclaration":
      return !statement.declare && statement.id?.name === name;
    case "TSEnumDeclaration":
      return !statement.declare && statement.id.name === name;
    case "TSImportEqualsDeclaration":
      return statement.id.name === name;
    case "TSModuleDeclaration":
      return !statement.declare && statement.id.type === "Identifier" && statement.id.name === name;
    case "TSInterfaceDeclaration":
    case "TSTypeAliasDeclaration":
      return asType && statement.id.name === name;
    default:
      return false;
  }
}

function patternBinds(pattern: Node, name: string): boolean {
  switch (pattern.type) {
    case "Identifier":
      return pattern.name === name;
    case "AssignmentPattern":
      return patternBinds(pattern.left, name);
    case "RestElement":
      return patternBinds(pattern.argument, name);
    case "TSParameterProperty":
      return patternBinds(pattern.parameter, name);
    case "ArrayPattern":
      return pattern.elements.some((element) => !!element && patternBinds(element, name));
    case "ObjectPattern":
      return pattern.properties.some((property) =>
        patternBinds(property.type === "Property" ? property.value : property, name)
      );
    default:
      return false;
  }
}
