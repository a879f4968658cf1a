import { assertEquals } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { openRecording } from "../../runner/replay/source.ts";

/** Moves the fake time on until something has happened in real time. */
async function tickUntil(time: FakeTime, isDone: () => boolean): Promise<void> {
  while (!isDone()) {
    await time.tickAsync(1000);
    // A turn of the event loop: a file is read outside of any fake time.
    await Deno.stat(".");
  }
}

Deno.test("openRecording() goes on when a followed file grows, until it is enough", async () => {
  const path = await Deno.makeTempFile();
  using time = new FakeTime();
  try {
    await Deno.writeTextFile(path, "one\n");
    const enough = new AbortController();
    const { bytes } = await openRecording(path, enough.signal);
    const decoder = new TextDecoder();
    const seen: string[] = [];
    const reading = (async () => {
      for await (const chunk of bytes) seen.push(decoder.decode(chunk));
    })();
    await tickUntil(time, () => seen.length === 1);
    await Deno.writeTextFile(path, "two\n", { append: true });
    await tickUntil(time, () => seen.length === 2);
    enough.abort();
    await reading;
    assertEquals(seen, ["one\n", "two\n"]);
  } finally {
    await Deno.remove(path);
  }
});
