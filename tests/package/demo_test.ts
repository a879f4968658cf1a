import { assertEquals } from "@std/assert";
import { startRegistry } from "./registry.ts";

const GOLDEN = new URL("../golden/output/demo.txt", import.meta.url);

Deno.test("demo shows its recording and its scenarios when the package comes from a registry", async () => {
  await using registry = await startRegistry();
  const project = await Deno.makeTempDir();
  try {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      // It reads no file: all that it shows comes with the modules.
      args: [
        ...["run", "--no-lock", "--no-prompt", "--quiet", "--allow-env"],
        ...["jsr:@pnotify/pnotify@^0.1.0/cli", "demo"],
      ],
      cwd: project,
      env: {
        DENO_DIR: `${project}/deno_dir`,
        DENO_TLS_CA_STORE: "mozilla,system",
        JSR_URL: registry.url,
        NO_COLOR: "1",
      },
    }).output();
    const decoder = new TextDecoder();
    assertEquals([code, decoder.decode(stderr)], [0, ""]);
    assertEquals(decoder.decode(stdout), await Deno.readTextFile(GOLDEN));
  } finally {
    await Deno.remove(project, { recursive: true });
  }
});
