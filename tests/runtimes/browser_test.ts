import { assertEquals } from "@std/assert";
import { bundleProgram, findProgram } from "./bundle.ts";
import { run } from "./program.ts";

const browser = await findProgram("chromium", "chromium-browser");
if (browser === null) {
  console.log("chromium is not installed: the library is not tried in a browser");
}

/** What the browser needs to start in a test: no sandbox for root, no network. */
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--dump-dom",
];

Deno.test({
  name: "the inner layers do the same in a browser as in Deno",
  ignore: browser === null,
  async fn() {
    const program = await bundleProgram(new URL("program.ts", import.meta.url).href);
    const profile = await Deno.makeTempDir();
    const page = `${profile}/page.html`;
    const code = (await Deno.readTextFile(program)).replaceAll("</script", "<\\/script");
    const exported = code.replace(/export\s*\{[^}]*\};?\s*$/, "");
    await Deno.writeTextFile(
      page,
      `<!doctype html><meta charset="utf-8"><pre id="result"></pre><script type="module">
${exported}
document.getElementById("result").textContent = encodeURIComponent(run());
</script>`,
    );
    try {
      const { stdout } = await new Deno.Command(browser!, {
        args: [...FLAGS, `--user-data-dir=${profile}/profile`, `file://${page}`],
        stderr: "null",
      }).output();
      const found = new TextDecoder().decode(stdout).match(/<pre id="result">([^<]*)<\/pre>/);
      assertEquals(decodeURIComponent(found?.[1] ?? "no result"), run());
    } finally {
      await Deno.remove(program);
      await Deno.remove(profile, { recursive: true }).catch(() => {});
    }
  },
});
