import { type HouseRule, INNER_LAYERS } from "./house.ts";

/** Keeps TypeScript that stripping types cannot erase out of the inner layers: it would not run as it stands in Node. */
export const erasableOnly: HouseRule = {
  layers: INNER_LAYERS,
  create(context, file) {
    const report = (node: Deno.lint.Node, found: string, wanted: string) =>
      context.report({
        node,
        message:
          `Cannot use ${found} in ${file.path}: in layer ${file.layer} stripping the types ` +
          `must leave JavaScript, ${wanted} is wanted`,
      });
    return {
      TSEnumDeclaration(node) {
        if (!node.declare) report(node.id, "an enum", "a frozen table or a union of literals");
      },
      TSModuleDeclaration(node) {
        // The inner parts of `namespace a.b` are declarations too; one report is enough.
        if (node.declare || node.parent.type as string === "TSModuleDeclaration") return;
        report(node.id, "a namespace", "a file");
      },
      TSParameterProperty(node) {
        report(node, "a parameter property", "a field that the constructor sets");
      },
      Decorator: (node) => report(node, "a decorator", "a plain call"),
      AccessorProperty: (node) => report(node.key, "an accessor field", "a getter and a setter"),
      TSImportEqualsDeclaration: (node) => report(node, '"import ... ="', "a plain import"),
      TSExportAssignment: (node) => report(node, '"export ="', "a named export"),
      TSTypeAssertion: (node) => report(node, "a type in angle brackets", '"as"'),
    };
  },
};
