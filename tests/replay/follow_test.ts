import { assertEquals } from "@std/assert";
import { openRecording } from "../../runner/replay/source.ts";

Deno.test("openRecording() goes on when a followed file grows, until it is enough", async () => {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(path, "one\n");
    const enough = new AbortController();
    const { bytes } = await openRecording(path, enough.signal);
    const decoder = new TextDecoder();
    const seen: string[] = [];
    for await (const chunk of bytes) {
      seen.push(decoder.decode(chunk));
      if (seen.length === 1) await Deno.writeTextFile(path, "two\n", { append: true });
      else enough.abort();
    }
    assertEquals(seen, ["one\n", "two\n"]);
  } finally {
    await Deno.remove(path);
  }
});
