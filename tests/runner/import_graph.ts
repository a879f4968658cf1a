/** Which nodes each node points at. */
export type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/** What stands between the quotes of imports and exports, of values and of types, at the start and in `import()`. */
const SPECIFIERS: readonly RegExp[] = [
  /^(?:import|export)\s[^;"]*?\bfrom\s+"(\.[^"]+)"/gm,
  /^import\s+"(\.[^"]+)"/gm,
  /\bimport\(\s*"(\.[^"]+)"/g,
];

/**
 * Reads which files of a folder import which, from the source text.
 *
 * @param folder The folder.
 * @returns The files below it, by their paths from there. What they import from outside is left out.
 */
export async function readImports(folder: URL): Promise<Graph> {
  const graph = new Map<string, Set<string>>();
  for await (const path of listSources(folder, "")) {
    const text = await Deno.readTextFile(new URL(path, folder));
    const imports = SPECIFIERS.flatMap((pattern) => [...text.matchAll(pattern)])
      .map(([, specifier]) => new URL(specifier, new URL(path, folder)).href)
      .filter((target) => target.startsWith(folder.href))
      .map((target) => target.slice(folder.href.length));
    graph.set(path, new Set(imports));
  }
  return graph;
}

async function* listSources(folder: URL, below: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(new URL(below, folder))) {
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

/**
 * Finds what is in a circle, or between two of them: what stays when nodes that point at nothing are taken away, and
 * nodes that nothing points at.
 *
 * @param graph The graph.
 * @returns The arrows that stay, sorted; none when there is no circle.
 */
export function circlesOf(graph: Graph): string[] {
  let rest = [...graph].flatMap(([from, targets]) => [...targets].map((to) => ({ from, to })));
  for (let before = -1; before !== rest.length;) {
    before = rest.length;
    const sources = new Set(rest.map(({ from }) => from));
    const targets = new Set(rest.map(({ to }) => to));
    rest = rest.filter(({ from, to }) => sources.has(to) && targets.has(from));
  }
  return rest.map(({ from, to }) => `${from} -> ${to}`).sort();
}
