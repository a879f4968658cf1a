import { assert, assertEquals } from "@std/assert";
import { KernelError } from "../../kernel/errno.ts";
import type { Program } from "../../kernel/program.ts";
import type { Task } from "../../kernel/task.ts";
import { boot, type World } from "../../pnotify/boot.ts";
import { defineEvents } from "../../pnotify/events.ts";
import { PNOTIFY_ERROR, PNOTIFY_OK, type Verdict } from "../../pnotify/verdict.ts";
import { type ExecEvent, nodesOf, Replay } from "../../replay/mod.ts";
import { lines, replayText } from "./support.ts";

/* canExec in a replay: what was recorded has happened, and in a live run a refusal holds. */

interface Scene extends World {
  readonly replay: Replay;
  /** What canExec was called with. */
  readonly programs: Program[];
  /** What exec was told of. */
  readonly heard: string[];
}

function watch(
  { kernel, pnotify }: World,
  answer: (path: string | null, task: Task) => Verdict,
): Pick<Scene, "programs" | "heard"> {
  const programs: Program[] = [];
  const heard: string[] = [];
  pnotify.register(defineEvents({
    name: "rule",
    init: (task) => task === kernel.init || task === kernel.kthreadd ? 1 : PNOTIFY_OK,
    fork: () => PNOTIFY_OK,
    canExec: (task, _subscriber, program) => {
      programs.push(program);
      return answer(program.path, task);
    },
    exec: (task) => void heard.push(`${task}`),
  }));
  return { programs, heard };
}

function scene(
  vetoesHold: boolean,
  answer: (path: string | null, task: Task) => Verdict = noCurl,
): Scene {
  const world = boot();
  const watched = watch(world, answer);
  const replay = new Replay(world.kernel, { tree: true, vetoesHold });
  replay.take({ type: "found", time: 0, line: 1, pid: 50, tgid: 50, parent: null, comm: "sh" });
  replay.take({ type: "rename", time: 0, line: 1, pid: 50, comm: "sh" });
  return { ...world, ...watched, replay };
}

const noCurl = (path: string | null) => path === "/bin/curl" ? PNOTIFY_ERROR : PNOTIFY_OK;

function exec(path: string | null, more: Partial<ExecEvent> = {}): ExecEvent {
  const known = { pid: 50, oldPid: null, argv: null, comm: null };
  return { type: "exec", time: 5, line: 2, path, ...known, ...more };
}

Deno.test("Replay counts an exec that a module would have refused, and it has happened all the same", () => {
  const { replay, heard, programs, kernel } = scene(false);
  assertEquals([replay.take(exec("/bin/curl")), replay.take(exec("/bin/ls"))], [null, null]);
  assertEquals([heard, programs.length], [["curl[50]", "ls[50]"], 2]);
  assertEquals([replay.gaps.refused_execs, replay.summary.execs], [1, 2]);
  const [{ execs }] = nodesOf(replay.processes, { origin: 0, kind: "none" });
  assertEquals(execs, [
    { file: "/bin/curl", by_tid: 50, refused: "EPERM" },
    { file: "/bin/ls", by_tid: 50 },
  ]);
  assertEquals(kernel.reports, []);
});

Deno.test("Replay returns the errno of a refused exec where vetoes hold, and it does not happen", () => {
  const { replay, heard, kernel } = scene(true);
  assertEquals([replay.take(exec("/bin/ls")), replay.take(exec("/bin/curl"))], [null, "EPERM"]);
  assertEquals([heard, kernel.pids.find(50)!.comm], [["ls[50]"], "ls"]);
  assertEquals([replay.gaps.refused_execs, replay.summary.execs], [1, 1]);
  assertEquals(replay.processes[0].execs.map(({ file }) => file), ["/bin/ls"]);
});

Deno.test("Replay keeps the other threads of a refused exec where vetoes hold", () => {
  const { replay, kernel } = scene(true);
  replay.take({
    type: "fork",
    time: 1,
    line: 2,
    pid: 51,
    tgid: 50,
    thread: true,
    creator: 50,
    creatorTgid: 50,
    parent: null,
    flags: null,
    comm: null,
  });
  assertEquals(replay.take(exec("/bin/curl", { oldPid: 51 })), "EPERM");
  assertEquals([kernel.pids.find(51)?.state, replay.liveTasks], ["R", 2]);
  assertEquals(replay.take(exec("/bin/ls", { oldPid: 51 })), null);
  assertEquals([kernel.pids.find(51), replay.liveTasks], [null, 1]);
});

Deno.test("Replay holds any errno of canExec where vetoes hold, and asks once", () => {
  const { replay, programs } = scene(true, () => {
    throw new KernelError("ENOENT", "hidden");
  });
  assertEquals([replay.take(exec("/bin/ls")), programs.length], ["ENOENT", 1]);
});

Deno.test("Replay takes a canExec hook that breaks down for no refusal", () => {
  for (const vetoesHold of [false, true]) {
    const { replay, kernel, heard } = scene(vetoesHold, () => {
      throw new TypeError("a mistake");
    });
    assertEquals([replay.take(exec("/bin/ls")), heard], [null, ["ls[50]"]]);
    assertEquals(replay.gaps.refused_execs, 0);
    assertEquals(kernel.reports.map(({ kind }) => kind), ["module-fault"]);
  }
});

Deno.test("Replay.mayExec() returns the errno or null, and changes nothing", () => {
  const { replay, heard, kernel, programs } = scene(true);
  const call = { time: 7, line: 3, pid: 50, path: "/bin/curl", argv: ["curl", "x"], cwd: "/tmp" };
  assertEquals([replay.mayExec(call), replay.mayExec({ ...call, path: "/bin/ls" })], [
    "EPERM",
    null,
  ]);
  assertEquals([programs[0].argv, programs[0].cwd], [["curl", "x"], "/tmp"]);
  assertEquals([heard, kernel.pids.find(50)!.comm], [[], "sh"]);
  assertEquals([replay.gaps.refused_execs, replay.summary.execs], [0, 0]);
});

Deno.test("Replay.mayExec() returns null for a task that nobody knows, and adopts nobody", () => {
  const { replay, kernel } = scene(true);
  assertEquals(replay.mayExec({ time: 1, line: 2, pid: 99, path: "/bin/curl", argv: null }), null);
  assertEquals([replay.liveTasks, kernel.pids.find(99)], [1, null]);
});

Deno.test("Replay asks nobody again for an exec that was permitted", () => {
  const { replay, heard, programs } = scene(true);
  assertEquals(replay.take(exec("/bin/curl", { permitted: true })), null);
  assertEquals([heard, programs, replay.gaps.refused_execs], [["curl[50]"], [], 0]);
});

Deno.test("Replay asks nobody about an exec that was refused in a recorded live run", () => {
  const { replay, heard, programs } = scene(false);
  replay.take({
    type: "refused",
    call: "exec",
    time: 1,
    line: 2,
    pid: 50,
    tgid: 50,
    creator: null,
    errno: "EPERM",
    path: "/bin/curl",
  });
  assertEquals([heard, programs, replay.gaps.refused_execs], [[], [], 1]);
});

Deno.test("Replay gives canExec null for a path and a command line that are not told", () => {
  const { replay, programs, kernel } = scene(false);
  replay.take(exec(null, { comm: "make" }));
  replay.take(exec("/bin/ls"));
  replay.take(exec("/bin/ls", { argv: [] }));
  assertEquals(programs.map(({ path, argv }) => [path, argv]), [
    [null, null],
    ["/bin/ls", null],
    ["/bin/ls", []],
  ]);
  assertEquals(kernel.pids.find(50)!.program.argv, []);
});

Deno.test("Replay gives the program the folder where a recording tells it, else null", () => {
  const { kernel } = replayText(lines(`
    {"format":"pnotify-events","version":1,"clock":"monotonic"}
    {"t":1,"ev":"found","pid":50,"tgid":50,"comm":"sh"}
    {"t":2,"ev":"found","pid":60,"tgid":60,"comm":"sh"}
    {"t":3,"ev":"exec","pid":50,"path":"/bin/ls","argv":["ls"],"comm":"ls","cwd":"/home"}
    {"t":4,"ev":"exec","pid":60,"path":"/bin/ls","argv":["ls"],"comm":"ls"}
  `));
  const folders = [50, 60].map((pid) => kernel.pids.find(pid)!.program.cwd);
  assertEquals(folders, ["/home", null]);
});

Deno.test("Replay tells a user that is assumed from one that the recording tells", () => {
  const assumed: (readonly [number, number, boolean, boolean])[] = [];
  const { replay } = scene(false, (_path, { uid, gid, credentials }) => {
    assumed.push([uid, gid, credentials.userAssumed, credentials.groupAssumed]);
    return PNOTIFY_OK;
  });
  replay.take(exec("/bin/a"));
  replay.take({ type: "credentials", time: 6, line: 3, pid: 50, uid: 0, gid: null });
  replay.take(exec("/bin/b", { time: 7 }));
  replay.take({ type: "credentials", time: 8, line: 4, pid: 50, uid: null, gid: 7 });
  replay.take({ type: "credentials", time: 8, line: 5, pid: 50, uid: 1000, gid: null });
  replay.take(exec("/bin/c", { time: 9 }));
  const found = { tgid: 60, parent: null, comm: "sh", uid: 5, gid: 6 };
  replay.take({ type: "found", time: 10, line: 6, pid: 60, ...found });
  replay.take(exec("/bin/d", { time: 11, pid: 60 }));
  assertEquals(assumed, [
    [0, 0, true, true],
    [0, 0, false, true],
    [1000, 7, false, false],
    [5, 6, false, false],
  ]);
});

Deno.test("Replay hands on what is assumed of a parent to its children", () => {
  const assumed: boolean[] = [];
  const { replay } = scene(false, (_path, { credentials }) => {
    assumed.push(credentials.userAssumed);
    return PNOTIFY_OK;
  });
  const known = { tgid: 70, thread: false, creator: 50, creatorTgid: 50, parent: 50 };
  replay.take({ type: "fork", time: 5, line: 2, pid: 70, ...known, flags: 0, comm: null });
  replay.take(exec("/bin/a", { pid: 70 }));
  assertEquals(assumed, [true]);
});

Deno.test("Replay of strace calls canExec with the recorded command line", () => {
  const world: { programs?: Program[] } = {};
  const { replay, kernel } = replayText(
    lines(`
      5 execve("/bin/sh", ["sh", "-c", "curl x"], 0x1 /* 1 var */) = 0
      5 execve("/bin/curl", ["curl", "x"], 0x1 /* 1 var */) = 0
      5 +++ exited with 0 +++
    `),
    { prepare: (prepared) => void (world.programs = watch(prepared, noCurl).programs) },
  );
  assertEquals(world.programs!.map(({ argv }) => argv), [["sh", "-c", "curl x"], ["curl", "x"]]);
  assertEquals([replay.gaps.refused_execs, replay.summary.execs], [1, 2]);
  assertEquals(kernel.reports, []);
  assert(replay.processes[0].execs[1].refused === "EPERM");
});
