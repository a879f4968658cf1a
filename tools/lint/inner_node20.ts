import { type HouseRule, INNER_LAYERS } from "./house.ts";
import { literalText } from "./imports.ts";
import { bare, globalMemberVisitor, memberName } from "./members.ts";
import { isGlobal } from "./scope.ts";

type Node = Deno.lint.Node;
type Report = (node: Node, found: string, wanted: string) => void;

const NEW_GLOBALS: ReadonlySet<string> = new Set([
  "AsyncDisposableStack",
  "DisposableStack",
  "Float16Array",
  "Iterator",
  "SuppressedError",
  "Temporal",
]);

const NEW_STATICS: ReadonlySet<string> = new Set([
  "Array.fromAsync",
  "Atomics.pause",
  "Error.isError",
  "JSON.isRawJSON",
  "JSON.rawJSON",
  "Map.groupBy",
  "Math.f16round",
  "Math.sumPrecise",
  "Object.groupBy",
  "Promise.try",
  "Promise.withResolvers",
  "RegExp.escape",
  "Uint8Array.fromBase64",
  "Uint8Array.fromHex",
]);

const NEW_METHODS: ReadonlySet<string> = new Set([
  // Set
  "difference",
  "intersection",
  "isDisjointFrom",
  "isSubsetOf",
  "isSupersetOf",
  "symmetricDifference",
  "union",
  // Uint8Array, DataView, ArrayBuffer
  "getFloat16",
  "setFloat16",
  "setFromBase64",
  "setFromHex",
  "toBase64",
  "toHex",
  "transferToFixedLength",
  // Map
  "getOrInsert",
  "getOrInsertComputed",
]);

const ITERATOR_SOURCES: ReadonlySet<string> = new Set(["entries", "keys", "matchAll", "values"]);

const ITERATOR_HELPERS: ReadonlySet<string> = new Set([
  "drop",
  "every",
  "filter",
  "find",
  "flatMap",
  "forEach",
  "map",
  "reduce",
  "some",
  "take",
  "toArray",
]);

/**
 * Keeps syntax and library newer than Node 20 out of the inner layers.
 *
 * Types are not known here, so methods go by name. A call is ours, and passes, when its receiver is `this` or an import,
 * or when the same file gives some object a member of that name. Not seen are an iterator helper on an iterator held in
 * a variable, a method taken without a call, `transfer` of a buffer (too common a word), and a pattern given to `RegExp`
 * as a string. A class of ours whose method shares one of these names is best given another name.
 */
export const innerNode20: HouseRule = {
  layers: INNER_LAYERS,
  create(context, file) {
    const report: Report = (node, found, wanted) =>
      context.report({
        node,
        message: `Cannot use ${found} in ${file.path}: layer ${file.layer} also loads in ` +
          `Node 20, which has none of it, ${wanted}`,
      });
    return {
      ...syntaxVisitor(context, report),
      ...globalMemberVisitor((object, member, node) => {
        const found = `${object}.${member}`;
        if (NEW_STATICS.has(found)) report(node, `"${found}"`, "a loop is wanted");
      }),
      Identifier(node) {
        if (!NEW_GLOBALS.has(node.name) || isErasedType(node) || !isGlobal(node)) return;
        report(node, `"${node.name}"`, "a class of our own is wanted");
      },
      ...methodVisitor(context.sourceCode.ast, report),
    };
  },
};

function syntaxVisitor(context: Deno.lint.RuleContext, report: Report): Deno.lint.LintVisitor {
  return {
    VariableDeclaration(node) {
      if (!node.kind.endsWith("using")) return;
      report(node, `"${node.kind}"`, "try and finally are wanted");
    },
    ImportDeclaration(node) {
      const phase = phaseOf(context.sourceCode.getText(node));
      if (phase !== null) report(node, `"import ${phase}"`, "a plain import is wanted");
    },
    ImportExpression(node) {
      const phase = /^import\s*\.\s*(defer|source)/.exec(context.sourceCode.getText(node));
      if (phase !== null) report(node, `"import.${phase[1]}"`, "a plain import is wanted");
    },
    Literal(node) {
      if (!("regex" in node) || !node.regex) return;
      const fault = patternFault(node.regex.pattern);
      if (fault !== null) report(node, fault, "a pattern without it is wanted");
    },
  };
}

function methodVisitor(program: Deno.lint.Program, report: Report): Deno.lint.LintVisitor {
  const calls: { readonly name: string; readonly node: Deno.lint.MemberExpression }[] = [];
  const ours = new Set<string>();
  const noteMember = (node: { key: Node; computed: boolean }) => {
    const name = node.key.type === "Identifier" && !node.computed
      ? node.key.name
      : literalText(node.key);
    if (name !== null) ours.add(name);
  };
  return {
    MethodDefinition: noteMember,
    PropertyDefinition: noteMember,
    TSAbstractMethodDefinition: noteMember,
    TSMethodSignature: noteMember,
    TSPropertySignature: noteMember,
    Property(node) {
      if (node.parent.type === "ObjectExpression") noteMember(node);
    },
    CallExpression(node) {
      const callee = bare(node.callee);
      if (callee.type !== "MemberExpression") return;
      const name = memberName(callee);
      if (name === null) return;
      if (isIteratorHelper(name, callee)) {
        report(callee, `the iterator helper "${name}"`, "a for-of loop or a spread is wanted");
      } else if (NEW_METHODS.has(name) && !isOurs(bare(callee.object), program)) {
        calls.push({ name, node: callee });
      }
    },
    // A file may call a method above the class that declares it, so the verdict waits for the end.
    "Program:exit"() {
      for (const { name, node } of calls) {
        if (!ours.has(name)) report(node, `the method "${name}"`, "a loop is wanted");
      }
    },
  };
}

/** `Iterator<T>` as a type is as old as iterators; only the value is new. */
function isErasedType(node: Deno.lint.Identifier): boolean {
  const parent = node.parent.type;
  return parent === "TSTypeReference" || parent === "TSInterfaceHeritage" ||
    parent === "TSClassImplements";
}

function isOurs(receiver: Node, program: Deno.lint.Program): boolean {
  if (receiver.type === "ThisExpression" || receiver.type === "Super") return true;
  return receiver.type === "Identifier" &&
    program.body.some((statement) =>
      statement.type === "ImportDeclaration" &&
      statement.specifiers.some((specifier) => specifier.local.name === receiver.name)
    );
}

/** `map.values().map(...)` is one; `Object.values(x).map(...)` is an array's. */
function isIteratorHelper(name: string, callee: Deno.lint.MemberExpression): boolean {
  const call = bare(callee.object);
  if (!ITERATOR_HELPERS.has(name) || call.type !== "CallExpression") return false;
  const source = bare(call.callee);
  if (source.type !== "MemberExpression" || source.object.type === "ThisExpression") return false;
  if (source.object.type === "Identifier" && source.object.name === "Object") return false;
  return ITERATOR_SOURCES.has(memberName(source) ?? "") || isSymbolIterator(source);
}

function isSymbolIterator(node: Deno.lint.MemberExpression): boolean {
  const key = node.property;
  return node.computed && key.type === "MemberExpression" &&
    key.object.type === "Identifier" && key.object.name === "Symbol" &&
    memberName(key) === "iterator";
}

/** The syntax tree does not tell `import defer * as x` from a plain import, so its text must. */
function phaseOf(text: string): string | null {
  return /^import\s+(defer)\s+\*/.exec(text)?.[1] ??
    /^import\s+(source)\s+(?!from\b|,)[\w$]/.exec(text)?.[1] ?? null;
}

function patternFault(pattern: string): string | null {
  // Escapes and classes may hold a "(" that opens nothing.
  const groups = pattern.replace(/\\./gs, "").replace(/\[[^\]]*\]/g, "");
  if (/\(\?[ims]*-?[ims]+:/.test(groups)) return "modifiers inside a regular expression";
  const names = [...groups.matchAll(/\(\?<([^=!>][^>]*)>/g)].map((match) => match[1]);
  if (new Set(names).size < names.length) return "a group name twice in a regular expression";
  return null;
}
