import { assertEquals } from "@std/assert";
import { denoArguments, findWorld } from "../tools/with_std.ts";

const folder = new URL("../examples/", import.meta.url);

/** What an example says that it prints: the comment at its end. */
function expected(source: string): string {
  const comment = source.slice(source.indexOf("// Output:\n") + "// Output:\n".length);
  return comment.replaceAll(/^\/\/ ?/gm, "");
}

for (const { name } of [...Deno.readDirSync(folder)].sort((a, b) => a.name < b.name ? -1 : 1)) {
  if (!name.endsWith(".ts")) continue;
  Deno.test(`examples/${name} prints what it says, without any permission`, async () => {
    const url = new URL(name, folder);
    const source = await Deno.readTextFile(url);
    const { stdout, stderr, success } = await new Deno.Command(Deno.execPath(), {
      args: denoArguments(["run", "--no-prompt", "--quiet", url.href], await findWorld()),
      env: { NO_COLOR: "1" },
    }).output();
    const decoder = new TextDecoder();
    assertEquals(decoder.decode(stderr), "");
    assertEquals(decoder.decode(stdout), expected(source));
    assertEquals(success, true);
  });
}
