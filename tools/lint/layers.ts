import {
  ALL_LAYERS,
  type HouseFile,
  type HouseRule,
  isRelative,
  type Layer,
  PACKAGE_NAME,
  PRODUCT_LAYERS,
  resolveImport,
  WORKSHOP_LAYERS,
} from "./house.ts";
import { importVisitor } from "./imports.ts";

/** Imports go one way: `kernel <- pnotify <- check, modules, replay <- live <- runner`. */
const MAY_IMPORT: Readonly<Record<Layer, readonly Layer[]>> = Object.freeze<
  Record<Layer, readonly Layer[]>
>({
  kernel: ["kernel"],
  pnotify: ["kernel", "pnotify"],
  check: ["kernel", "pnotify", "check"],
  modules: ["kernel", "pnotify", "modules"],
  replay: ["kernel", "pnotify", "replay"],
  live: ["kernel", "pnotify", "replay", "live"],
  runner: [...PRODUCT_LAYERS, "scenarios", "root"],
  "mod.ts": ["kernel", "pnotify", "check"],
  scenarios: ["scenarios"],
  examples: ["examples"],
  tests: [...ALL_LAYERS],
  bench: [...ALL_LAYERS].filter((layer) => layer !== "tests"),
  tools: ["tools"],
  root: [...ALL_LAYERS].filter((layer) => !WORKSHOP_LAYERS.has(layer)),
  other: [...ALL_LAYERS].filter((layer) => !WORKSHOP_LAYERS.has(layer)),
});

/** Keeps imports on their one way through the house. */
export const layers: HouseRule = {
  layers: ALL_LAYERS,
  create(context, file) {
    return importVisitor((specifier, node) => {
      if (specifier === null) return;
      const fault = faultOf(file, specifier);
      if (fault === null) return;
      context.report({ node, message: `Cannot import "${specifier}" in ${file.path}: ${fault}` });
    });
  },
};

function faultOf(file: HouseFile, specifier: string): string | null {
  const target = resolveImport(file, specifier);
  if (file.layer === "examples") return exampleFault(specifier, target);
  if (target === null) {
    return isRelative(specifier) ? "it leads out of the repository, a file in it is wanted" : null;
  }
  const allowed = MAY_IMPORT[file.layer];
  if (!allowed.includes(target.layer)) {
    return `${target.path} is in layer ${target.layer}, layer ${file.layer} may import only ${
      allowed.join(", ")
    }`;
  }
  return null;
}

function exampleFault(specifier: string, target: HouseFile | null): string | null {
  if (specifier === PACKAGE_NAME || specifier.startsWith(`${PACKAGE_NAME}/`)) return null;
  if (isRelative(specifier) && target?.layer === "examples") return null;
  return `an example shows what its reader would write, "${PACKAGE_NAME}" or a file in examples/ is wanted`;
}
