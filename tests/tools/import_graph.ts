/** Which nodes each node points at. */
export type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/** What an import brings: `values`, or what is imported as a type alone as well. */
export type Kind = "values" | "values and types";

/** Imports and exports at the start of a line, whether they are of types, and what stands between the quotes. */
const STATEMENT = /^(?:import|export)\b(\s+type\b)?(?:[^;"]*?\bfrom)?\s*"(\.[^"]+)"/gm;
const LAZY_IMPORT = /\bimport\(\s*"(\.[^"]+)"/g;

/** The paths that a text imports, `import()` included. */
export function importsOf(text: string, kind: Kind): string[] {
  const statements = [...text.matchAll(STATEMENT)]
    .filter(([, type]) => type === undefined || kind === "values and types")
    .map(([, , path]) => path);
  return [...statements, ...[...text.matchAll(LAZY_IMPORT)].map(([, path]) => path)];
}

/**
 * Reads which files of a folder import which, from the source text.
 *
 * @param folder The folder.
 * @param kind Which imports count.
 * @returns The files below it, by their paths from there. What they import from outside is left out.
 */
export function readImports(folder: URL, kind: Kind): Graph {
  return new Map([...listSources(folder, "")].map((path) => {
    const file = new URL(path, folder);
    const imports = importsOf(Deno.readTextFileSync(file), kind)
      .map((specifier) => new URL(specifier, file).href)
      .filter((target) => target.startsWith(folder.href))
      .map((target) => target.slice(folder.href.length));
    return [path, new Set(imports)];
  }));
}

function* listSources(folder: URL, below: string): Iterable<string> {
  for (const { name, isDirectory } of Deno.readDirSync(new URL(below, folder))) {
    if (isDirectory) yield* listSources(folder, `${below}${name}/`);
    else if (name.endsWith(".ts")) yield below + name;
  }
}

/** Takes files of one folder together: `cli/run.ts` belongs to `cli`, and `main.ts` stands for itself. */
export function foldersOf(files: Graph): Graph {
  const folderOf = (path: string) => path.includes("/") ? path.slice(0, path.indexOf("/")) : path;
  const folders = new Map<string, Set<string>>();
  for (const [file, imports] of files) {
    const folder = folderOf(file);
    const targets = folders.get(folder) ?? new Set();
    folders.set(folder, targets);
    for (const target of imports) if (folderOf(target) !== folder) targets.add(folderOf(target));
  }
  return folders;
}

/** The strongly connected components of more than one node (Tarjan), largest first. */
export function circlesOf(graph: Graph): string[][] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const circles: string[][] = [];
  const visit = (node: string): void => {
    order.set(node, order.size);
    lowest.set(node, order.get(node)!);
    stack.push(node);
    for (const target of graph.get(node)!) {
      if (!graph.has(target)) continue;
      if (!order.has(target)) visit(target);
      if (stack.includes(target)) {
        lowest.set(node, Math.min(lowest.get(node)!, lowest.get(target)!));
      }
    }
    if (lowest.get(node) !== order.get(node)) return;
    const circle = stack.splice(stack.indexOf(node));
    if (circle.length > 1) circles.push(circle.sort());
  };
  for (const node of graph.keys()) if (!order.has(node)) visit(node);
  return circles.sort((a, b) => b.length - a.length);
}
