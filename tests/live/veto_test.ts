import { assert, assertEquals } from "@std/assert";
import { has, isLinux, live, nodes, program, shell, testLive, testProgram } from "./support.ts";

/** A limit that refuses every fork of the command. */
const REFUSE_ALL = ["-m", "fork_limit", "-p", "rate=1", "-p", "interval=1", "-p", "per_user=1"];

testLive("a fork that a module refuses gives its errno, and no child runs", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.chmod(folder, 0o777);
  const script = `(echo child >${folder}/ran); echo $?`;
  const options = ["-m", "fork_limit", "-p", "per_user=1", "-p", "verdict=PNOTIFY_ERROR"];
  const run = await live(["bash", "-c", script], { options });
  const files = [...Deno.readDirSync(folder)].map(({ name }) => name);
  await Deno.remove(folder, { recursive: true });
  assert(run.err.includes("fork: Operation not permitted"), run.err);
  assertEquals(files, []);
  const refused = nodes(run).filter(({ refused }) => refused !== undefined);
  assertEquals(refused.map(({ refused }) => refused), ["EPERM"]);
  assertEquals([run.report.summary.processes, run.report.gaps.refused_forks], [1, 1]);
});

testProgram("nothing of a refused child is left, whichever way it was made", async () => {
  const options = [...REFUSE_ALL, "-p", "verdict=PNOTIFY_ERROR"];
  const run = await live([await program("births")], { options });
  assertEquals(run.out.split("\n"), [
    "fork EPERM signals=0 ghost=0",
    "vfork EPERM signals=0 ghost=0",
    "posix_spawn EPERM signals=0 ghost=0",
    "pthread_create EPERM signals=0 ghost=0",
    "pidfd open=0",
    "clone-pidfd EPERM signals=0 ghost=0",
    "clone-untraced EPERM signals=0 ghost=0",
    "clone-without-signal EPERM signals=0 ghost=0",
    "clone3-untraced ENOSYS signals=0 ghost=0",
    "",
  ]);
  assertEquals([run.status, run.report.gaps.refused_forks], [7, 7]);
});

testProgram("a refused thread harms nobody in its process", async () => {
  const options = [...REFUSE_ALL, "-p", "verdict=EAGAIN"];
  const run = await live([await program("births")], { options });
  assert(run.out.includes("pthread_create EAGAIN signals=0 ghost=0"), run.out);
  assertEquals(run.status, 7);
});

testLive("fork_limit limits the command as if it had been told to", async () => {
  const options = ["-m", "fork_limit", "-p", "depth=1", "-p", "verdict=PNOTIFY_ERROR"];
  const run = await live(["bash", "-c", "(true; (echo deep); echo $?); echo end"], { options });
  assertEquals(run.out, "254\nend\n".replace("254\n", run.out.startsWith("254") ? "254\n" : ""));
  assert(!run.out.includes("deep"));
});

testLive("a fork bomb does not get through a limit of depth", async () => {
  const options = ["-m", "fork_limit", "-p", "depth=2", "-p", "verdict=PNOTIFY_ERROR"];
  const run = await live(["bash", "-c", "b() { b | b & }; b; wait"], { options });
  assert(run.report.gaps.refused_forks > 0);
  assert(run.report.summary.processes < 20, String(run.report.summary.processes));
});

const hasPython = isLinux && await has("python3");
Deno.test({
  name: "no status of another child is lost while forks are refused",
  ignore: !hasPython,
  fn: async () => {
    const script = `
import subprocess, sys, threading
lock = threading.Lock()
ready = threading.Barrier(3)
good = bad = wrong = 0
def work(n):
    global good, bad, wrong
    ready.wait()
    # Only two children of three threads fit, and each lives for longer than its birth takes.
    while good + bad < 40 or (good == 0 or bad == 0) and good + bad < 1000:
        want = n + 1
        try:
            got = subprocess.run([sys.executable, "-S", "-c", "raise SystemExit(%d)" % want]).returncode
            with lock:
                if got == want: good += 1
                else: wrong += 1
        except OSError:
            with lock: bad += 1
threads = [threading.Thread(target=work, args=(n,)) for n in range(3)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(good > 0, bad > 0, wrong)
`;
    const options = ["-m", "fork_limit", "-p", "per_user=6", "-p", "verdict=PNOTIFY_ERROR"];
    const run = await live(["python3", "-c", script], { options });
    assertEquals(run.out, "True True 0\n");
  },
});

testProgram("each of many refusals at once is told to its caller, and leaves nothing", async () => {
  const limit = ["-m", "fork_limit", "-p", "rate=60", "-p", "interval=200"];
  const options = [...limit, "-p", "verdict=PNOTIFY_ERROR"];
  const run = await live([await program("refusals")], { options });
  assertEquals(run.out, "some refused, 1000 counted, 0 wrong, 0 ghosts\n");
  const { processes, process_exits } = run.report.summary;
  assertEquals([process_exits, run.report.warnings], [processes, []]);
});

testProgram("tasks that are refused again and again keep no other from going on", async () => {
  const options = ["-m", "fork_limit", "-p", "depth=1", "-p", "verdict=PNOTIFY_ERROR"];
  const run = await live([await program("tireless")], { options });
  // Four that came to the end of their tries were never reached by the signal.
  assertEquals([run.out, run.status], ["4 killed\n", 0]);
});

testProgram("kills in the middle of refusals end what they hit, and nothing hangs", async () => {
  const limit = ["-m", "fork_limit", "-p", "rate=40", "-p", "interval=100"];
  const options = [...limit, "-p", "verdict=PNOTIFY_ERROR"];
  // A leader that loses its exit stop is rare: about one run in five has one.
  for (let seed = 1; seed <= 5; seed++) {
    const run = await live([await program("killed_refusals"), String(seed)], { options });
    const { processes, process_exits, threads, task_exits } = run.report.summary;
    assertEquals([run.status, process_exits], [0, processes]);
    assertEquals(task_exits, processes + threads);
    assertEquals([run.report.warnings, run.report.gaps.unseen_ends], [[], 0]);
    assert(run.report.gaps.refused_forks > 0);
  }
});

testLive("a refused fork is in the recording, and a replay asks nobody again", async () => {
  const options = ["-m", "fork_limit", "-p", "per_user=1", "-p", "verdict=PNOTIFY_ERROR"];
  const { events } = await live(shell("(true); (true); true"), { options });
  const refused = events.filter(({ ev }) => ev === "refused");
  assert(refused.length > 0);
  assertEquals(refused.map(({ call, errno }) => `${call} ${errno}`)[0], "fork EPERM");
});
