import { assertEquals } from "@std/assert";
import { root } from "../../tools/with_std.ts";

/** The files below a folder whose names begin with an underscore. */
function underscoredIn(folder: URL): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    if (name === ".git" || name === "node_modules") return [];
    const file = new URL(encodeURIComponent(name) + (isDirectory ? "/" : ""), folder);
    const below = isDirectory ? underscoredIn(file) : [];
    return name.startsWith("_") ? [file.href.slice(root.href.length), ...below] : below;
  });
}

Deno.test("no file or folder has a name that begins with an underscore", () => {
  assertEquals(underscoredIn(root), []);
});
