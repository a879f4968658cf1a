import { assert, assertEquals } from "@std/assert";
import { has, isLinux, live, nodes, program, shell, testLive, testProgram } from "./support.ts";

testProgram("pnotify live changes nothing that a caller of fork sees", async () => {
  const births = await program("births");
  const { stdout, code } = await new Deno.Command(births).output();
  const alone = new TextDecoder().decode(stdout);
  const run = await live([births]);
  // clone3 gives ENOSYS below a filter: the C library takes clone then.
  const expected = alone.replace(
    "clone3-untraced ok signals=1",
    "clone3-untraced ENOSYS signals=0",
  );
  assertEquals([run.out, run.status], [expected, code]);
  assertEquals(run.report.warnings, []);
});

testProgram("no way to make a child gets away from pnotify live", async () => {
  const run = await live([await program("births")]);
  // fork, vfork, posix_spawn, clone with a pidfd, untraced, and without a signal; and one thread.
  const { processes, threads, process_exits } = run.report.summary;
  assertEquals([processes, threads, process_exits], [7, 1, 7]);
});

testProgram("pnotify live --no-filter lets clone3 be", async () => {
  const run = await live([await program("births")], { options: ["--no-filter"] });
  assert(run.out.includes("clone3-untraced ok"), run.out);
});

testProgram("a thread that calls exec becomes the process", async () => {
  const run = await live([await program("thread_exec")]);
  const [node] = nodes(run);
  assertEquals(run.status, 9);
  assertEquals([node.threads, node.execs.length, node.exit], [4, 2, "9"]);
  assert(node.execs[1].by_tid !== node.pid);
  assertEquals(run.report.warnings, []);
});

testProgram("a process ends with the status of its last thread", async () => {
  const run = await live([await program("leader_first")]);
  assertEquals([run.status, nodes(run)[0].exit], [5, "5"]);
});

testProgram(
  "a process has the status that its parent sees, whatever its threads end with",
  async () => {
    const run = await live([await program("last_words")]);
    // The program counts the children that ended otherwise than by 5.
    assertEquals([run.status, run.report.summary.exit_codes], [0, { "0": 1, "5": 60 }]);
  },
);

testProgram("an exec is told when SIGKILL comes before the new program begins", async () => {
  for (const threads of ["0", "3"]) {
    const run = await live([await program("kill_at_exec"), "60", threads]);
    const [, ...children] = nodes(run);
    assertEquals(children.length, 60);
    for (const { execs, exit } of children) {
      assertEquals([execs.map(({ file }) => /[^/]+$/.exec(file!)![0]), exit], [["sleep"], "sig9"]);
    }
    assertEquals(run.report.warnings, []);
  }
});

testProgram("a child has its parent, though SIGKILL came while it was made", async () => {
  const run = await live([await program("kills")]);
  const [root, ...children] = nodes(run);
  const pids = new Set(nodes(run).map(({ pid }) => pid));
  for (const { parent } of children) assert(pids.has(parent!), `${parent}`);
  const forkers = children.filter(({ parent }) => parent === root.pid);
  assertEquals([forkers.length, run.report.warnings], [40, []]);
  assert(forkers.every(({ exit }) => exit === "sig9"));
});

testProgram("CLONE_PARENT makes a child of the grandparent", async () => {
  const run = await live([await program("sibling")]);
  assertEquals(run.status, 11);
  const [root, child, sibling] = nodes(run);
  assertEquals([child.parent, sibling.parent], [root.pid, root.pid]);
  assertEquals(sibling.creator_tid, child.pid);
});

testProgram("every birth of a storm has its end, and no end lacks a birth", async () => {
  const storm = await program("storm");
  for (let round = 0; round < 3; round++) {
    const { report, status } = await live([storm]);
    const { processes, process_exits, threads, task_exits } = report.summary;
    assertEquals([status, process_exits, threads], [0, processes, 32]);
    assertEquals(task_exits, processes + threads);
    assertEquals([report.warnings, report.gaps.unseen_ends], [[], 0]);
  }
});

testLive("daemons are followed to their end, and the status is that of the command", async () => {
  const run = await live(shell("(setsid sh -c 'sleep 0.2; exit 7' &) ; exit 3"));
  assertEquals(run.status, 3);
  assert(run.err.includes("still run"), run.err);
  assertEquals(nodes(run).map(({ exit }) => exit).sort(), ["0", "0", "3", "7"]);
});

testLive("pnotify live --until root ends what the command leaves behind", async () => {
  const run = await live(shell("sleep 300 & exit 3"), { options: ["--until", "root"] });
  assertEquals([run.status, nodes(run).at(-1)!.exit], [3, "sig9"]);
});

const hasPython = isLinux && await has("python3");
Deno.test({
  name: "a stopped process goes on with SIGCONT",
  ignore: !hasPython,
  fn: async () => {
    // Only its parent is told that it has stopped: its state in /proc is that of every stop of a tracee.
    const script = `
import os, signal, sys
pid = os.fork()
if pid == 0:
    os.kill(os.getpid(), signal.SIGSTOP)
    os._exit(6)
_, status = os.waitpid(pid, os.WUNTRACED)
if not os.WIFSTOPPED(status): sys.exit(1)
os.kill(pid, signal.SIGCONT)
_, status = os.waitpid(pid, 0)
sys.exit(os.WEXITSTATUS(status))
`;
    assertEquals((await live(["python3", "-c", script])).status, 6);
  },
});

Deno.test({
  name: "python's threads and subprocesses are what they are without pnotify live",
  ignore: !hasPython,
  fn: async () => {
    const script = `
import subprocess, threading
def work(n):
    for i in range(10):
        want = (n * 10 + i) % 50
        got = subprocess.run(["sh", "-c", "exit %d" % want]).returncode
        if got != want: print("wrong", got, want)
threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print("done")
`;
    const run = await live(["python3", "-c", script]);
    assertEquals([run.out, run.status], ["done\n", 0]);
    assertEquals(run.report.summary.process_exits, run.report.summary.processes);
    assertEquals(run.report.warnings, []);
  },
});
