import { assert, assertEquals } from "@std/assert";
import { liveCommand, testLive } from "./support.ts";

const pause = (ms: number) => new Promise((go) => setTimeout(go, ms));

async function* readLines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, void> {
  let text = "";
  for await (const piece of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (text + piece).split("\n");
    text = lines.pop()!;
    yield* lines;
  }
}

async function attach(pid: number, options: readonly string[], file: string) {
  const [program, ...args] = await liveCommand();
  return new Deno.Command(program, {
    args: [...args, "--pid", String(pid), "-r", "json", "-o", file, ...options],
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
}

function tracerOf(pid: number): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(/TracerPid:\t(\d+)/.exec(status)![1]);
}

/** Waits until a process is traced. A tracer that has ended will not do it. */
async function untilTraced(pid: number, tracer: Deno.ChildProcess): Promise<void> {
  let hasEnded = false;
  void tracer.status.then(() => hasEnded = true);
  while (tracerOf(pid) === 0) {
    if (hasEnded) throw new Error(`Process ${pid} is not traced: the tracer has ended`);
    await pause(20);
  }
}

testLive("pnotify live --pid follows what runs already, and leaves it on SIGINT", async () => {
  const file = await Deno.makeTempFile();
  const script = "sleep 300 & echo $!; while :; do (exit 3); echo round; sleep 0.05; done";
  const target = new Deno.Command("bash", {
    args: ["-c", script],
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const lines = readLines(target.stdout);
  const sleeper = Number((await lines.next()).value);
  const tracer = await attach(target.pid, [], file);
  await untilTraced(target.pid, tracer);
  // Rounds from before it was traced may wait to be read. The loop makes one in 50 ms at most.
  const traced = performance.now();
  for (let rounds = 0; rounds < 3 || performance.now() - traced < 500; rounds++) await lines.next();
  tracer.kill("SIGINT");
  const { code, stderr } = await tracer.output();
  assertEquals(code, 0);
  assert(/^pnotify: attached without a filter: .*\n$/.test(new TextDecoder().decode(stderr)));
  assertEquals(tracerOf(target.pid), 0);
  const report = JSON.parse(await Deno.readTextFile(file));
  assertEquals(report.warnings, []);
  assert(report.summary.exit_codes["3"] > 0, JSON.stringify(report.summary));
  const found = report.tree.find((node: { pid: number }) => node.pid === target.pid);
  assert(found !== undefined);
  // It still runs, and its children end as they did.
  assert(!/^State:\t[tTZ]/m.test(Deno.readTextFileSync(`/proc/${target.pid}/status`)));
  target.kill("SIGKILL");
  await target.status;
  await lines.return();
  Deno.kill(sleeper, "SIGKILL");
  await Deno.remove(file);
});

testLive("pnotify live --pid refuses forks of what runs already", async () => {
  const file = await Deno.makeTempFile();
  const script = "read line; (echo child); echo $?; exit 4";
  // A shell is its parent: Deno 2.4 panics when a child of its own ends and its tracer is the first to be told.
  const target = new Deno.Command("bash", {
    args: ["-c", 'exec 3<&0; bash -c "$0" <&3 & echo $!; wait $!', script],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const options = ["-m", "fork_limit", "-p", "per_user=1", "-p", "verdict=PNOTIFY_ERROR"];
  const reader = target.stdout.getReader();
  const pid = parseInt(new TextDecoder().decode((await reader.read()).value));
  reader.releaseLock();
  const tracer = await attach(pid, options, file);
  await untilTraced(pid, tracer);
  const writer = target.stdin.getWriter();
  await writer.write(new TextEncoder().encode("go\n"));
  await writer.close();
  const { stderr } = await target.output();
  assert(new TextDecoder().decode(stderr).includes("fork: Operation not permitted"));
  assertEquals((await tracer.output()).code, 0);
  await Deno.remove(file);
});

testLive("pnotify live --pid says that there is no such process", async () => {
  const file = await Deno.makeTempFile();
  const { code, stderr } = await (await attach(4194303, [], file)).output();
  assertEquals(code, 125);
  assert(
    /^error: Cannot trace process 4194303: there is none/.test(new TextDecoder().decode(stderr)),
  );
  await Deno.remove(file);
});
