import { assert, assertEquals } from "@std/assert";
import { PRODUCT_FOLDERS } from "../../tools/lint/house.ts";
import { readConfig } from "../../tools/with_std.ts";
import { circlesOf, foldersOf, type Graph, importsOf, readImports } from "./import_graph.ts";

/**
 * How many files of a top folder may import each other in a circle when types count. A task has a kernel, and a kernel has
 * tasks. Lower a limit when you open a circle; a folder that is not named has none.
 */
const LIMITS: Readonly<Record<string, number>> = { kernel: 14, pnotify: 3 };

const urlOf = (folder: string) => new URL(`../../${folder}/`, import.meta.url);

function check(graph: Graph, limit: number): void {
  const circles = circlesOf(graph);
  const files = circles.flat().length;
  // Written as a comparison of lists, so that a failure names the files.
  assertEquals(files > limit ? circles : [], [], `${files} files, at most ${limit}`);
}

for (const folder of PRODUCT_FOLDERS) {
  // So files are evaluated in the order of their imports.
  Deno.test(`imports of ${folder}/ make no circle by values`, () => {
    check(readImports(urlOf(folder), "values"), 0);
  });

  const limit = LIMITS[folder] ?? 0;
  Deno.test(`imports of ${folder}/ make circles of at most ${limit} files when types count`, () => {
    check(readImports(urlOf(folder), "values and types"), limit);
  });
}

Deno.test("runner/ has no circle of folders, by values or types", () => {
  const files = readImports(urlOf("runner"), "values and types");
  assert(files.get("cli/commands.ts")!.has("cli/run.ts"));
  const folders = foldersOf(files);
  assertEquals(circlesOf(folders), []);
  assertEquals([...folders.get("execute")!].sort(), ["engine", "replay", "sandbox", "scenario"]);
});

Deno.test("kernel.ts is imported in kernel/ by its entry and, for a module's environment, by module.ts", () => {
  const importers = [...readImports(urlOf("kernel"), "values and types")]
    .filter(([, imports]) => imports.has("kernel.ts"))
    .map(([path]) => path);
  assertEquals(importers.sort(), ["mod.ts", "module.ts"]);
});

Deno.test("deno.json publishes every folder of what people run", () => {
  const folders = readConfig().publish.include
    .filter((path) => path.endsWith("/")).map((path) => path.slice(0, -1));
  assertEquals(folders, [...PRODUCT_FOLDERS]);
});

Deno.test("circlesOf() finds each circle, and nothing in a line or a tree", () => {
  const graph = new Map(
    Object.entries({
      a: ["b", "c"],
      b: ["c", "elsewhere"],
      c: ["d"],
      d: ["b"],
      e: ["a", "f"],
      f: ["e"],
      g: ["g"],
    }).map(([node, targets]) => [node, new Set(targets)]),
  );
  assertEquals(circlesOf(graph), [["b", "c", "d"], ["e", "f"]]);
});

Deno.test("importsOf() tells imports of types from those of values", () => {
  const text = 'import type { A } from "./a.ts";\nimport {\n  b,\n  type B,\n} from "../b.ts";\n' +
    'import { type C } from "./c.ts";\nexport * from "./d.ts";\nexport type { E } from "./e.ts";\n' +
    'import "./f.ts";\nimport { g } from "@std/assert";\n// import { h } from "./h.ts";\n' +
    ' * import { i } from "./i.ts";\n';
  assertEquals(importsOf(text, "values"), ["../b.ts", "./c.ts", "./d.ts", "./f.ts"]);
  assertEquals(importsOf(text, "values and types").length, 6);
});

Deno.test("importsOf() finds import()", () => {
  const text = 'const load = async () => (await import("./run.ts")).run;\n';
  assertEquals(importsOf(text, "values"), ["./run.ts"]);
});

Deno.test("foldersOf() takes the files of a folder together when they are deeper in it", () => {
  const files = new Map([
    ["main.ts", new Set(["cli/run.ts"])],
    ["cli/run.ts", new Set(["cli/io.ts", "engine/run.ts"])],
    ["engine/verbs/world.ts", new Set(["engine/run.ts"])],
  ]);
  assertEquals(
    [...foldersOf(files)].map(([folder, targets]) => [folder, [...targets]]),
    [["main.ts", ["cli"]], ["cli", ["engine"]], ["engine", []]],
  );
});
