import { assertEquals } from "@std/assert";

/**
 * How many files of a top folder import each other in a circle. By values there are none, so that files are evaluated in
 * the order of their imports. By types there may be a few: a task has a kernel, and a kernel has tasks. Lower a limit
 * when you open a circle.
 */
const LIMITS: Readonly<Record<string, { readonly types: number; readonly values: number }>> = {
  kernel: { types: 14, values: 0 },
  pnotify: { types: 3, values: 0 },
  check: { types: 0, values: 0 },
  modules: { types: 0, values: 0 },
  replay: { types: 0, values: 0 },
  runner: { types: 4, values: 0 },
};

/** The files that each file imports, by path. */
type Graph = ReadonlyMap<string, readonly string[]>;

const root = new URL("../../", import.meta.url);
const statement = /^(?:import|export)\b(\s+type\b)?(?:[^;"]*?\bfrom)?\s*"(\.[^"]+)";/gm;

/** What a text imports: by values, or with what is imported as a type alone. */
function importsOf(text: string, path: string, withTypes: boolean): string[] {
  return [...text.matchAll(statement)]
    .filter(([, type]) => withTypes || type === undefined)
    .map(([, , specifier]) => new URL(specifier, new URL(path, root)).href.replace(root.href, ""));
}

function* filesOf(folder: string): Iterable<string> {
  for (const { name, isDirectory } of Deno.readDirSync(new URL(folder, root))) {
    if (isDirectory) yield* filesOf(`${folder}${name}/`);
    else if (name.endsWith(".ts")) yield `${folder}${name}`;
  }
}

function graphOf(folder: string, withTypes: boolean): Graph {
  return new Map([...filesOf(`${folder}/`)].map((path) => {
    const text = Deno.readTextFileSync(new URL(path, root));
    return [path, importsOf(text, path, withTypes)];
  }));
}

/** The strongly connected components of more than one file (Tarjan), largest first. */
function circlesOf(graph: Graph): string[][] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const circles: string[][] = [];
  const visit = (file: string): void => {
    order.set(file, order.size);
    lowest.set(file, order.get(file)!);
    stack.push(file);
    for (const other of graph.get(file)!) {
      if (!graph.has(other)) continue;
      if (!order.has(other)) visit(other);
      if (stack.includes(other)) {
        lowest.set(file, Math.min(lowest.get(file)!, lowest.get(other)!));
      }
    }
    if (lowest.get(file) !== order.get(file)) return;
    const circle = stack.splice(stack.indexOf(file));
    if (circle.length > 1) circles.push(circle.sort());
  };
  for (const file of graph.keys()) if (!order.has(file)) visit(file);
  return circles.sort((a, b) => b.length - a.length);
}

function check(circles: string[][], limit: number): void {
  const files = circles.flat();
  // Written as a comparison of lists, so that a failure names the files.
  assertEquals(files.length > limit ? circles : [], [], `${files.length} files, at most ${limit}`);
}

for (const [folder, { types, values }] of Object.entries(LIMITS)) {
  Deno.test(`imports of ${folder}/ make no circle by values`, () => {
    check(circlesOf(graphOf(folder, false)), values);
  });

  Deno.test(`imports of ${folder}/ make circles of at most ${types} files when types count`, () => {
    check(circlesOf(graphOf(folder, true)), types);
  });
}

Deno.test("kernel.ts is imported in kernel/ by its entry and, for a module's environment, by module.ts", () => {
  const importers = [...graphOf("kernel", true)]
    .filter(([, imports]) => imports.includes("kernel/kernel.ts"))
    .map(([path]) => path);
  assertEquals(importers.sort(), ["kernel/mod.ts", "kernel/module.ts"]);
});

Deno.test("circlesOf() finds each circle, and nothing in a line or a tree", () => {
  const graph = new Map([
    ["a", ["b", "c"]],
    ["b", ["c", "elsewhere"]],
    ["c", ["d"]],
    ["d", ["b"]],
    ["e", ["a", "f"]],
    ["f", ["e"]],
    ["g", ["g"]],
  ]);
  assertEquals(circlesOf(graph), [["b", "c", "d"], ["e", "f"]]);
});

Deno.test("importsOf() tells imports of types from those of values", () => {
  const text = 'import type { A } from "./a.ts";\nimport {\n  b,\n  type B,\n} from "../b.ts";\n' +
    'import { type C } from "./c.ts";\nexport * from "./d.ts";\nexport type { E } from "./e.ts";\n' +
    'import "./f.ts";\nimport { g } from "@std/assert";\n// import { h } from "./h.ts";\n' +
    ' * import { i } from "./i.ts";\n';
  assertEquals(importsOf(text, "x/y.ts", false), ["b.ts", "x/c.ts", "x/d.ts", "x/f.ts"]);
  assertEquals(importsOf(text, "x/y.ts", true).length, 6);
});
