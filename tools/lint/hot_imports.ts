import type { HouseRule, Layer } from "./_house.ts";

/** Every line of these files may run in a lifecycle. */
const HOT: ReadonlySet<string> = new Set([
  "kernel/exec.ts",
  "kernel/exit.ts",
  "kernel/family.ts",
  "kernel/fork.ts",
  "kernel/release.ts",
  "kernel/signal.ts",
  "kernel/wait.ts",
  "pnotify/unwatched.ts",
]);

/** Classes are imported as everywhere, for they are types as well; so are the tables, which are named as classes are. */
const isClass = /^[A-Z][A-Za-z]*[a-z]/;

/**
 * Keeps functions and constants of other files from being imported by name where it costs: in the hot files they are
 * taken out of a namespace, into constants of the file ("Hot imports" in docs/decisions.md).
 */
export const hotImports: HouseRule = {
  layers: new Set<Layer>(["kernel", "pnotify"]),
  create(context, file) {
    if (!HOT.has(file.path)) return {};
    return {
      ImportDeclaration(node) {
        if (node.importKind === "type") return;
        for (const specifier of node.specifiers) {
          if (specifier.type !== "ImportSpecifier" || specifier.importKind === "type") continue;
          const { name } = specifier.local;
          if (isClass.test(name)) continue;
          context.report({
            node: specifier,
            message:
              `Cannot import "${name}" by name in ${file.path}: every lifecycle would read ` +
              `it anew, \`const { ${name} } = ...\` out of \`import * as ...\` is wanted`,
          });
        }
      },
    };
  },
};
