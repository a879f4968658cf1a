import { assert, assertEquals } from "@std/assert";
import { live, type LiveRun, program, testProgram } from "./support.ts";

/** Refuses every fork of the command. */
const REFUSE_ALL = ["-m", "fork_limit", "-p", "per_user=1", "-p", "verdict=PNOTIFY_ERROR"];

/** What a program says without pnotify live. */
async function alone(path: string, ...args: string[]): Promise<string> {
  const { stdout } = await new Deno.Command(path, { args, stdin: "null" }).output();
  return new TextDecoder().decode(stdout);
}

async function way(name: string, options: readonly string[] = []): Promise<LiveRun> {
  return await live([await program("ways"), name], { options });
}

testProgram("a thread whose creator sleeps until it ends is a thread", async () => {
  const run = await way("vfork_thread");
  const { processes, threads } = run.report.summary;
  assertEquals([run.out, processes, threads], ["thread ok ran=1\n", 1, 1]);
  const refused = await way("vfork_thread", REFUSE_ALL);
  assertEquals([refused.out, refused.status], ["thread EPERM ran=0\n", 5]);
});

testProgram("no listener of a filter lets a child through unseen", async () => {
  const run = await way("listener");
  assertEquals([run.out, run.status], ["listener EBUSY\n", 5]);
  // Without a filter of ours there is nothing to get around.
  const unfiltered = await way("listener", ["--no-filter"]);
  assertEquals(unfiltered.out, await alone(await program("ways"), "listener"));
});

testProgram("a filter that wants a tracer finds none", async () => {
  const expected = "fork ENOSYS 0\ngetppid ENOSYS\n";
  assertEquals(await alone(await program("ways"), "wants_tracer"), expected);
  assertEquals((await way("wants_tracer")).out, expected);
});

testProgram("a refusal makes no call that a filter of the command forbids", async () => {
  const run = await way("deadly", REFUSE_ALL);
  assertEquals([run.out, run.status], ["fork EPERM\n", 5]);
});

testProgram("a refused child that would end with another signal sends none", async () => {
  const run = await way("exit_signal", REFUSE_ALL);
  assertEquals([run.out, run.status], ["clone EPERM\n", 5]);
});

testProgram("a refusal needs no memory below the stack pointer", async () => {
  const run = await way("small_stack", REFUSE_ALL);
  assertEquals([run.out, run.status], ["fork EPERM signals=0 left=0\n", 5]);
});

testProgram("a refusal in a pid namespace takes no other child away", async () => {
  const limit = ["-m", "fork_limit", "-p", "rate=40", "-p", "interval=100"];
  const run = await way("namespace", [...limit, "-p", "verdict=PNOTIFY_ERROR"]);
  if (run.out === "no namespace\n") return;
  assert(/^made=[01] refused=1 wrong=0\n$/.test(run.out), run.out);
  assertEquals(run.status, 5);
});

testProgram("calls of a 32-bit program are followed and refused as others are", async () => {
  let path: string;
  try {
    const flags = ["-m32", "-static", "-nostdlib", "-fno-pie", "-no-pie", "-fno-stack-protector"];
    path = await program("ia32", flags);
  } catch {
    // This compiler makes none.
    return;
  }
  const expected = await alone(path).catch(() => "");
  // This kernel runs none.
  if (expected === "") return;
  const run = await live([path]);
  const { processes, threads } = run.report.summary;
  assertEquals([run.out, run.status, processes, threads], [expected, 5, 4, 1]);
  const refused = await live([path], { options: REFUSE_ALL });
  const lines = ["fork", "untraced", "thread", "exec"].map((name) => `${name} 01 00\n`);
  assertEquals([refused.out, refused.status], [lines.join(""), 5]);
});
