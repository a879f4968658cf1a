import { assertEquals } from "@std/assert";
import { checkStrace, runTraced } from "../../runner/cli/strace_recorder.ts";
import { readData, replayText } from "./support.ts";

const found = await checkStrace("strace");
const flags = found.ok ? found.flags : [];
// Where strace is missing or not allowed, there is nothing to try.
const ignore = !found.ok;

async function record(...command: string[]): Promise<{ status: number; text: string }> {
  const path = await Deno.makeTempFile();
  try {
    const status = await runTraced(["strace", ...flags], path, command);
    return { status, text: await readData(new URL(`file://${path}`)) };
  } finally {
    await Deno.remove(path);
  }
}

Deno.test({ name: "runTraced() makes a recording that can be replayed", ignore }, async () => {
  const { status, text } = await record("sh", "-c", "(exit 3); true; exit 4");
  const { replay } = replayText(text);
  assertEquals([status, replay.warnings.kept], [4, []]);
  assertEquals(replay.summary.exit_codes, { "3": 1, "4": 1 });
});

Deno.test({ name: "runTraced() passes on by which signal a command ended", ignore }, async () => {
  const { status, text } = await record("sh", "-c", "kill -TERM $$");
  assertEquals([status, replayText(text).replay.summary.exit_codes], [143, { "sig15": 1 }]);
});

Deno.test({ name: "runTraced() passes signals on to the command", ignore }, async () => {
  const ready = await Deno.makeTempFile();
  const script = 'trap "exit 9" USR1; echo yes >"$1"; while :; do sleep 0.05; done';
  const running = record("sh", "-c", script, "sh", ready);
  while (await Deno.readTextFile(ready) === "") await new Promise((go) => setTimeout(go, 20));
  // The one who records is this process: the signal comes to it, and must get further.
  Deno.kill(Deno.pid, "SIGUSR1");
  const { status } = await running;
  await Deno.remove(ready);
  assertEquals(status, 9);
});

Deno.test("checkStrace() says that strace is missing", async () => {
  assertEquals(await checkStrace("no-such-strace"), {
    ok: false,
    why: "no-such-strace is not installed",
    hint: "apt install strace, or the like, provides it",
  });
});

Deno.test("checkStrace() says that strace is refused, in its words", async () => {
  const check = await checkStrace("false");
  assertEquals([check.ok, !check.ok && check.why], [false, "strace is refused: "]);
});
