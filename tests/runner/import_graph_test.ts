import { assertEquals } from "@std/assert";
import { circlesOf, foldersOf, readImports } from "./import_graph.ts";

const runner = new URL("../../runner/", import.meta.url);
const replay = new URL("../../replay/", import.meta.url);

Deno.test("runner/ has no circle of folders, by values or types", async () => {
  const folders = foldersOf(await readImports(runner));
  assertEquals(circlesOf(folders), []);
  assertEquals([...folders.get("execute")!].sort(), ["engine", "replay", "sandbox", "scenario"]);
});

Deno.test("runner/ has no circle of files, by values or types", async () => {
  const files = await readImports(runner);
  assertEquals(files.get("cli/commands.ts")!.has("cli/run.ts"), true);
  assertEquals(circlesOf(files), []);
});

Deno.test("replay/ has no circle of files, by values or types", async () => {
  assertEquals(circlesOf(await readImports(replay)), []);
});

Deno.test("circlesOf() names the arrows of a circle, and not those that lead to it", () => {
  const graph = new Map([
    ["main", new Set(["cli/run"])],
    ["cli/run", new Set(["cli/printer", "report"])],
    ["cli/printer", new Set(["cli/run"])],
    ["report", new Set<string>()],
  ]);
  assertEquals(circlesOf(graph), ["cli/printer -> cli/run", "cli/run -> cli/printer"]);
  assertEquals(circlesOf(new Map([["a", new Set(["b"])], ["b", new Set<string>()]])), []);
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
