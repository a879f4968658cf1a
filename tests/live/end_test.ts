import { assertEquals } from "@std/assert";
import { liveCommand, testLive } from "./support.ts";

/** Starts a run of which the streams are read, without waiting for its end. */
async function start(options: readonly string[], script: string): Promise<Deno.ChildProcess> {
  const [program, ...args] = await liveCommand();
  return new Deno.Command(program, {
    args: [...args, ...options, "--", "sh", "-c", script],
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
}

/** Reads until a line is whole. */
async function readLine(child: Deno.ChildProcess): Promise<string> {
  const reader = child.stdout.getReader();
  let text = "";
  while (!text.includes("\n")) {
    const { value, done } = await reader.read();
    if (done) break;
    text += new TextDecoder().decode(value);
  }
  reader.releaseLock();
  return text.trim();
}

function isAlive(pid: number): boolean {
  try {
    return !/^State:\t[ZX]/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
  } catch {
    return false;
  }
}

async function untilGone(pid: number): Promise<void> {
  while (isAlive(pid)) await new Promise((go) => setTimeout(go, 20));
}

testLive("a signal for pnotify live goes to the command", async () => {
  const child = await start([], "trap 'exit 9' TERM; echo $$; while :; do sleep 0.05; done");
  await readLine(child);
  child.kill("SIGTERM");
  assertEquals((await child.status).code, 9);
  await child.stdout.cancel();
});

testLive("a second SIGTERM ends pnotify live, and nothing of the command is left", async () => {
  const child = await start([], "trap '' TERM; echo $$; while :; do sleep 0.05; done");
  const pid = Number(await readLine(child));
  child.kill("SIGTERM");
  await new Promise((go) => setTimeout(go, 300));
  child.kill("SIGTERM");
  assertEquals((await child.status).code, 143);
  await untilGone(pid);
  await child.stdout.cancel();
});

testLive("SIGKILL ends pnotify live, and nothing of the command is left", async () => {
  const child = await start([], "sleep 300 & echo $$ $!; wait");
  const pids = (await readLine(child)).split(" ").map(Number);
  child.kill("SIGKILL");
  await child.status;
  for (const pid of pids) await untilGone(pid);
  await child.stdout.cancel();
});
