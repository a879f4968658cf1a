import { assertEquals } from "@std/assert";
import { formatOf, type RecordedEvent } from "../../replay/mod.ts";
import { eventsOf, lines, readData, replayText } from "./support.ts";

const STRACE = new URL("../data/strace/", import.meta.url);

/** Everything is in these: children that exit, one that execs, and a signal at the end. */
for (
  const name of [
    ..."t tt ttt none r T Y y yy all pidprefix pidprefixnone i n nsclock x quiet".split(" "),
  ]
) {
  Deno.test(`StraceParser reads what strace writes with the options "${name}"`, async () => {
    const { replay, recording, kernel } = replayText(
      await readData(new URL(`${name}.txt`, STRACE)),
    );
    const { exit_codes, ...summary } = replay.summary;
    assertEquals(exit_codes, { "0": 2, "3": 1, "4": 1, "sig15": 1 });
    assertEquals(summary, {
      processes: 5,
      threads: 0,
      execs: 3,
      process_exits: 5,
      task_exits: 5,
      max_depth: 1,
      reparented: [],
    });
    assertEquals(replay.processes.every(({ pid }) => pid > 2000), true);
    assertEquals([recording.format, replay.warnings.kept, kernel.reports], ["strace", [], []]);
  });
}

for (const name of ["single", "singlestderr"]) {
  Deno.test(`StraceParser reads a file without a pid column: "${name}"`, async () => {
    const { replay } = replayText(await readData(new URL(`${name}.txt`, STRACE)));
    // The children's own lines are missing; that they ended, their parent is told by SIGCHLD.
    assertEquals(replay.summary.exit_codes, { "0": 2, "3": 1, "4": 1, "sig15": 1 });
    assertEquals([replay.summary.processes, replay.summary.execs], [5, 1]);
    assertEquals(replay.processes.map(({ pid }) => pid)[0], 0);
    assertEquals(replay.warnings.kept, []);
  });
}

Deno.test("StraceParser takes the pid of a file of strace -ff from outside", async () => {
  const text = await readData(new URL("ff.2243", STRACE));
  const { processes } = replayText(text, { pid: 2243 });
  assertEquals(processes.map(({ pid, exit }) => [pid, exit]), [[2243, "4"]]);
});

const times = (text: string) => eventsOf(lines(text)).map(({ time }) => time);

Deno.test("StraceParser lets a day pass when the time of day wraps", () => {
  assertEquals(
    times(`
      5 23:59:59.900000 setsid() = 5
      5 00:00:00.100000 setsid() = 5
      5 00:00:01 setsid() = 5
    `),
    [900_000_000, 1_100_000_000, 2_000_000_000],
  );
});

Deno.test("StraceParser keeps microseconds exact in times since 1970", () => {
  assertEquals(
    times(`
      5 1795475442.681473 setsid() = 5
      5 1795475443.000001 setsid() = 5
    `),
    [681_473_000, 1_000_001_000],
  );
});

Deno.test("StraceParser adds up times since the last line", () => {
  assertEquals(times("5 0.000000 setsid() = 5\n5      0.250000 setsid() = 5\n"), [0, 250_000_000]);
});

Deno.test("StraceParser warns when the clock goes back, and uses the rest", () => {
  const { replay } = replayText(lines(`
    5 1795475442.500000 execve("/bin/a", ["a"], 0x1 /* 1 var */) = 0
    5 1795475442.499000 setsid() = 5
    5 1795475440.000000 exit_group(1) = ?
    5 1795475442.600000 +++ exited with 1 +++
  `));
  assertEquals(replay.warnings.kept.map(({ kind, line, text }) => [kind, line, text]), [
    ["clock-back", 3, "the clock goes back by 2499.000 ms"],
  ]);
  assertEquals(replay.summary.exit_codes, { "1": 1 });
});

const brief = ({ time: _time, line: _line, ...event }: RecordedEvent) => event;

Deno.test("StraceParser tells of a child's lines after its birth when they come before", () => {
  const events = eventsOf(lines(`
    5 vfork( <unfinished ...>
    6 execve("/bin/true", ["true"], 0x1 /* 1 var */ <unfinished ...>
    7 setsid() = 7
    5 <... vfork resumed>) = 6
    6 <... execve resumed>) = 0
  `));
  assertEquals(events.map(({ type, line }) => [type, line]), [
    ["fork", 2],
    // Nobody made 7.
    ["session", 3],
    ["exec", 5],
  ]);
});

Deno.test("StraceParser tells of a child at its first line when only one can have made it", () => {
  const events = eventsOf(lines(`
    5 1.000001 execve("/bin/a", ["a"], 0x1 /* 1 var */) = 0
    5 1.000002 vfork( <unfinished ...>
    6 1.000003 execve("/bin/true", ["true"], 0x1 /* 1 var */) = 0
  `));
  assertEquals(events.map(({ type }) => type), ["exec", "fork", "exec"]);
});

Deno.test("StraceParser binds children to the right one of several calls of clone", () => {
  const { processes } = replayText(lines(`
    5 execve("/bin/a", ["a"], 0x1 /* 1 var */) = 0
    5 clone(child_stack=NULL, flags=SIGCHLD) = 6
    5 clone(child_stack=NULL, flags=SIGCHLD <unfinished ...>
    6 clone(child_stack=NULL, flags=SIGCHLD <unfinished ...>
    8 exit_group(8) = ?
    8 +++ exited with 8 +++
    7 clone(child_stack=NULL, flags=SIGCHLD <unfinished ...>
    9 exit_group(9) = ?
    6 <... clone resumed>) = 8
    5 <... clone resumed>) = 7
    7 <... clone resumed>) = 9
    9 +++ exited with 9 +++
  `));
  const parents = Object.fromEntries(processes.map(({ pid, parent }) => [pid, parent]));
  assertEquals(parents, { 5: null, 6: 5, 7: 5, 8: 6, 9: 7 });
});

Deno.test("StraceParser knows that a child exists whose maker was killed within clone", () => {
  const { processes, replay } = replayText(lines(`
    5 execve("/bin/a", ["a"], 0x1 /* 1 var */) = 0
    5 clone(child_stack=NULL, flags=SIGCHLD <unfinished ...>
    6 setsid() = 6
    5 <... clone resumed> <unfinished ...>) = ?
    5 +++ killed by SIGKILL +++
    6 +++ exited with 0 +++
  `));
  assertEquals(processes.map(({ pid, parent }) => [pid, parent]), [[5, null], [6, 5]]);
  assertEquals(replay.warnings.kept, []);
});

Deno.test("StraceParser makes nothing of a clone that will be made again, or failed", () => {
  const events = eventsOf(lines(`
    5 clone(child_stack=NULL, flags=SIGCHLD) = ? ERESTARTNOINTR (To be restarted)
    5 fork() = -1 EAGAIN (Resource temporarily unavailable)
    5 clone(child_stack=NULL, flags=SIGCHLD) = 6
  `));
  assertEquals(events.map(({ type }) => type), ["fork"]);
});

Deno.test("StraceParser reads paths, command lines and their escapes", () => {
  const [event] = eventsOf(
    '5 execve("/tmp/a \\"b\\"\\n\\303\\244", ["a = 1", "x\\\\", "cut"..., ...], 0x1 /* 1 var */) = 0\n',
  );
  assertEquals(brief(event), {
    type: "exec",
    pid: 5,
    oldPid: 5,
    path: '/tmp/a "b"\n\u00c3\u00a4',
    argv: ["a = 1", "x\\", "cut...", "..."],
    comm: null,
  });
});

Deno.test("StraceParser reads execveat with a path, and with a descriptor alone", () => {
  const paths = eventsOf(lines(`
    5 execveat(AT_FDCWD, "/bin/a", ["a"], 0x1 /* 1 var */, 0) = 0
    5 execveat(3</bin/b>, "", ["b"], 0x1 /* 1 var */, AT_EMPTY_PATH) = 0
    5 execveat(3, "", ["c"], 0x1 /* 1 var */, AT_EMPTY_PATH) = 0
  `)).map((event) => event.type === "exec" && event.path);
  assertEquals(paths, ["/bin/a", "/bin/b", null]);
});

Deno.test("StraceParser reads statuses: codes, signals, core dumps, real-time signals", () => {
  const statuses = eventsOf(lines(`
    5 +++ exited with 3 +++
    6 +++ killed by SIGSEGV (core dumped) +++
    7 +++ killed by SIGRT_3 +++
    8 +++ killed by SIGIOT +++
  `)).map((event) => event.type === "exit" && event.status);
  assertEquals(statuses, [3 << 8, 11 | 0x80, 35, 6]);
});

Deno.test("StraceParser follows sessions, groups, users, subreapers and comms that really changed", () => {
  const events = eventsOf(lines(`
    5 setsid() = 5
    5 setpgid(0, 0) = 0
    5 setpgid(6, 4) = -1 ESRCH (No such process)
    5 setresuid(-1, 0, -1) = 0
    5 setresuid(1000, 1000, 1000) = 0
    5 setgid(100) = 0
    5 prctl(PR_SET_CHILD_SUBREAPER, 1) = 0
    5 prctl(PR_SET_CHILD_SUBREAPER, 0) = 0
    5 prctl(PR_SET_NAME, "worker 5" <unfinished ...>
    5 <... prctl resumed>) = 0
    5 prctl(PR_GET_NAME, "worker 5") = 0
  `));
  assertEquals(events.map(brief) as unknown[], [
    { type: "session", pid: 5, id: 5 },
    { type: "group", pid: 5, id: 5 },
    { type: "credentials", pid: 5, uid: 1000, gid: null },
    { type: "credentials", pid: 5, uid: null, gid: 100 },
    { type: "subreaper", pid: 5, on: true },
    { type: "subreaper", pid: 5, on: false },
    { type: "rename", pid: 5, comm: "worker 5" },
  ]);
});

Deno.test("StraceParser counts execs that failed, and tells of no other failures", () => {
  const { replay } = replayText(lines(`
    5 execve("/bin/a", ["a"], 0x1 /* 1 var */) = -1 ENOENT (No such file or directory)
    5 execve("/bin/b", ["a"], 0x1 /* 1 var */) = 0
  `));
  assertEquals([replay.summary.execs, replay.gaps.failed_execs], [1, 1]);
});

Deno.test("StraceParser warns of returns from what was not begun, and of pids that nobody made", () => {
  const { replay } = replayText(lines(`
    5 execve("/bin/a", ["a"], 0x1 /* 1 var */) = 0
    5 <... clone resumed>) = 6
    9 setsid() = 9
  `));
  assertEquals(replay.warnings.kept.map(({ kind, line }) => [kind, line]), [
    ["not-begun", 2],
    ["never-born", 3],
  ]);
  assertEquals(replay.processes.map(({ pid }) => pid), [5, 6, 9]);
});

Deno.test("formatOf() knows strace by its lines, with any columns", () => {
  for (
    const line of [
      "vfork() = 7",
      "7 vfork( <unfinished ...>",
      "7<a b> 10:11:12 <... vfork resumed>) = 8",
      "[pid  7] 10:11:12.000001 +++ exited with 0 +++",
      "1700000000.123456 --- SIGCHLD {si_signo=SIGCHLD} ---",
      "7     0.000123 [00007f12] exit_group(0) = ?",
    ]
  ) assertEquals(formatOf(line), "strace", line);
});

for (
  const [flags, bits] of [
    ["CLONE_VM|CLONE_VFORK", 0x4100],
    ["CLONE_THREAD|0x80000000", 0x80010000],
    ["CLONE_THREAD|0x400000000", 0x400010000],
    ["0x100000000", 0x100000000],
    ["CLONE_INTO_CGROUP|0x8011", 0x200008000],
    ["CLONE_VM|CLONE_VM|0x100", 0x100],
    ["CLONE_VM|0xfffffffffffffffffffff", 0x100],
    ["constructor|toString|CLONE_VM", 0x100],
    ["0x|0xz|SIGCHLD", 0],
  ] as const
) {
  Deno.test(`StraceParser reads clone flags written as ${flags}`, () => {
    const [event] = eventsOf(`5 clone(child_stack=NULL, flags=${flags}) = 6\n`);
    assertEquals(event.type === "fork" && event.flags, bits);
  });
}
