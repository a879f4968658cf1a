import { type HouseRule, INNER_LAYERS, isRelative } from "./house.ts";
import { importVisitor } from "./imports.ts";

/** Keeps packages, built-in modules and URLs out of the inner layers: they also load where none of those exist. */
export const innerNoPackages: HouseRule = {
  layers: INNER_LAYERS,
  create(context, file) {
    return importVisitor((specifier, node) => {
      if (specifier !== null && isRelative(specifier)) return;
      const found = specifier === null ? "a computed specifier" : `"${specifier}"`;
      context.report({
        node,
        message: `Cannot import ${found} in ${file.path}: layer ${file.layer} has no ` +
          `dependencies, a relative path such as "./errno.ts" is wanted`,
      });
    });
  },
};
