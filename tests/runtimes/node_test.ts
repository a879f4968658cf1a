import { assertEquals } from "@std/assert";
import { bundleProgram, findProgram } from "./bundle.ts";
import { run } from "./program.ts";

const node = await findProgram("node");
if (node === null) console.log("node is not installed: the library is not tried in it");

Deno.test({
  name: "the inner layers do the same in Node as in Deno",
  ignore: node === null,
  async fn() {
    const program = await bundleProgram(new URL("program.ts", import.meta.url).href);
    try {
      const code = `import { run } from ${
        JSON.stringify("file://" + program)
      }; process.stdout.write(run());`;
      const { stdout, stderr } = await new Deno.Command(node!, {
        args: ["--input-type=module", "--eval", code],
      }).output();
      assertEquals(new TextDecoder().decode(stderr), "");
      assertEquals(new TextDecoder().decode(stdout), run());
    } finally {
      await Deno.remove(program);
    }
  },
});
