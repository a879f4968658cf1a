/**
 * The folders that have rules, in the order of their imports, and who they are. `inner` also loads in Node 20 and in browsers,
 * `host` needs Deno, `shown` is there to be read, and `workshop` checks the others.
 */
const FOLDERS = {
  kernel: "inner",
  pnotify: "inner",
  check: "inner",
  modules: "inner",
  replay: "inner",
  live: "host",
  runner: "host",
  scenarios: "shown",
  examples: "shown",
  tests: "workshop",
  bench: "workshop",
  tools: "workshop",
} as const;

type Folder = keyof typeof FOLDERS;
type Role = typeof FOLDERS[Folder];

/** Who a file is: in one of the folders, `root` for one beside them, `other` for a folder without rules. */
export type Layer = Folder | "mod.ts" | "root" | "other";

const folders = Object.keys(FOLDERS) as Folder[];

function foldersOf(...roles: Role[]): Folder[] {
  return folders.filter((folder) => roles.includes(FOLDERS[folder]));
}

/** The folders of what people run: published, weighed, and without a circle by values. */
export const PRODUCT_FOLDERS: readonly Folder[] = foldersOf("inner", "host");

/** A file as the rules see it. */
export interface HouseFile {
  /** Path from the root of the repository, with forward slashes: `kernel/fork.ts`. */
  readonly path: string;
  /** The folder part of the path, empty at the root. */
  readonly folder: string;
  /** Who the file is, and so what it may know. */
  readonly layer: Layer;
}

/** A rule that runs in some layers only and knows the file it looks at. */
export interface HouseRule {
  /** Where the rule runs. */
  readonly layers: ReadonlySet<Layer>;
  /** Makes the visitor for one file. */
  create(context: Deno.lint.RuleContext, file: HouseFile): Deno.lint.LintVisitor;
}

/** The layers that also load in Node 20 and in browsers. */
export const INNER_LAYERS: ReadonlySet<Layer> = new Set<Layer>([...foldersOf("inner"), "mod.ts"]);

/** The layers that people run: everything but what checks them. */
export const PRODUCT_LAYERS: ReadonlySet<Layer> = new Set<Layer>([...PRODUCT_FOLDERS, "mod.ts"]);

/** The layers that nothing else may import. */
export const WORKSHOP_LAYERS: ReadonlySet<Layer> = new Set<Layer>(foldersOf("workshop"));

/** Every layer. */
export const ALL_LAYERS: ReadonlySet<Layer> = new Set<Layer>([
  ...folders,
  "mod.ts",
  "root",
  "other",
]);

/** The name under which the library imports itself. */
export const PACKAGE_NAME = "@pnotify/pnotify";

/**
 * The repository root as the prefix that file names of the linter start with.
 *
 * @param root A folder, as a `file:` URL or a path.
 * @returns The path with forward slashes and one at the end.
 */
export function rootPrefix(root: string | URL): string {
  return slashedPath(root.toString()).replace(/\/*$/, "/");
}

/**
 * Finds a linted file in the house.
 *
 * @param prefix What {@linkcode rootPrefix} returned.
 * @param filename The name the linter gives: a path, or a `file:` URL in an editor.
 * @returns The file, or `null` when it lies outside the repository.
 */
export function locate(prefix: string, filename: string): HouseFile | null {
  const path = slashedPath(filename);
  return path.startsWith(prefix) ? fileAt(path.slice(prefix.length)) : null;
}

/**
 * Finds what an import leads to.
 *
 * @param from The importing file.
 * @param specifier The text of the import.
 * @returns The file; `null` for a package, a URL, or a path that leaves the repository.
 */
export function resolveImport(from: HouseFile, specifier: string): HouseFile | null {
  if (specifier === PACKAGE_NAME) return fileAt("mod.ts");
  if (specifier.startsWith(`${PACKAGE_NAME}/`)) {
    return fileAt(specifier.slice(PACKAGE_NAME.length + 1));
  }
  if (!isRelative(specifier)) return null;
  const segments = from.folder === "" ? [] : from.folder.split("/");
  for (const segment of specifier.replace(/[?#].*$/, "").split("/")) {
    if (segment === "." || segment === "") continue;
    if (segment !== "..") segments.push(segment);
    else if (segments.pop() === undefined) return null;
  }
  return fileAt(segments.join("/"));
}

/**
 * Tells a path from a package name or a URL.
 *
 * @param specifier The text of an import.
 */
export function isRelative(specifier: string): boolean {
  return /^\.\.?(\/|$)/.test(specifier);
}

function fileAt(path: string): HouseFile {
  const slash = path.lastIndexOf("/");
  const folder = slash < 0 ? "" : path.slice(0, slash);
  return { path, folder, layer: layerOf(path) };
}

function layerOf(path: string): Layer {
  const [first, ...rest] = path.split("/");
  const folder = folders.find((name) => name === first);
  if (folder !== undefined) return folder;
  if (rest.length > 0) return "other";
  return path === "mod.ts" ? "mod.ts" : "root";
}

/** Done by hand, as `node:url` would make the type check download the types of Node. */
function slashedPath(name: string): string {
  const path = name.startsWith("file:") ? decodeURIComponent(new URL(name).pathname) : name;
  // Windows: a URL puts a slash before the drive, and drive letters come in both cases.
  return path.replaceAll("\\", "/").replace(
    /^\/?([A-Za-z]):/,
    (_, drive) => `${drive.toUpperCase()}:`,
  );
}
