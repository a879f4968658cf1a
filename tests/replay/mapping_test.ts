import { assertEquals } from "@std/assert";
import { defineEvents } from "../../pnotify/events.ts";
import { PNOTIFY_ERROR, PNOTIFY_OK } from "../../pnotify/verdict.ts";
import { boot } from "../../pnotify/boot.ts";
import { generate } from "../../bench/replay_generator.ts";
import { Recording, Replay } from "../../replay/mod.ts";
import { lines, replayText } from "./support.ts";

/** A recording of the process connector by hand: `t` grows by a millisecond a line unless a record has one. */
function connector(...records: Record<string, unknown>[]): string {
  return records.map((record, i) => JSON.stringify({ t: 1e9 + i * 1e6, ...record }) + "\n").join(
    "",
  );
}

const fork = (ppid: number, pid: number, more: object = {}) => ({
  ev: "fork",
  ppid,
  ptgid: ppid,
  pid,
  tgid: pid,
  ...more,
});
const thread = (tgid: number, pid: number, parent: number) => ({
  ev: "fork",
  ppid: parent,
  ptgid: parent,
  pid,
  tgid,
});
const exec = (pid: number, more: object = {}) => ({ ev: "exec", pid, tgid: pid, ...more });
const exit = (pid: number, tgid: number, code: number, parent: number, more: object = {}) => ({
  ev: "exit",
  pid,
  tgid,
  status: code << 8,
  ppid: parent,
  ptgid: parent,
  ...more,
});

Deno.test("Replay takes a clone with CLONE_VM and CLONE_VFORK for a process", () => {
  const { replay } = replayText(lines(`
    5 execve("/bin/a", ["a"], 0x1 /* 1 var */) = 0
    5 clone3({flags=CLONE_VM|CLONE_VFORK, exit_signal=SIGCHLD, stack=0x7f, stack_size=0x9000}, 88) = 6
  `));
  assertEquals([replay.summary.processes, replay.summary.threads], [2, 0]);
  assertEquals(replay.processes[1].cloneFlags, 0x4100);
});

Deno.test("Replay gives a child made with CLONE_PARENT the parent of its maker", () => {
  const { processes, replay } = replayText(lines(`
    5 execve("/bin/a", ["a"], 0x1 /* 1 var */) = 0
    5 clone(child_stack=NULL, flags=SIGCHLD) = 6
    6 clone(child_stack=NULL, flags=CLONE_PARENT|SIGCHLD) = 7
    6 exit_group(0) = ?
    6 +++ exited with 0 +++
    7 +++ exited with 0 +++
  `));
  const sibling = processes.find(({ pid }) => pid === 7)!;
  assertEquals([sibling.parent, sibling.creatorTid, sibling.parentAtExit], [5, 6, 5]);
  assertEquals([sibling.depth, replay.summary.reparented], [1, []]);
});

Deno.test("Replay ends a process with its last thread when the leader ends first", () => {
  const { processes, replay } = replayText(connector(
    fork(5, 6),
    thread(6, 7, 5),
    exit(6, 6, 0, 5),
    { ev: "comm", pid: 7, tgid: 6, comm: "late" },
    fork(7, 8, { ptgid: 6 }),
    exit(7, 6, 7, 5),
    exit(8, 8, 1, 1),
  ));
  assertEquals(replay.summary.exit_codes, { "1": 1, "7": 1 });
  assertEquals([replay.summary.task_exits, replay.summary.process_exits], [3, 2]);
  assertEquals(processes[1].creatorTid, 7);
  assertEquals(replay.summary.reparented, [{ pid: 8, from: 6, to: 1 }]);
});

Deno.test("Replay collapses the threads into the one that execs, which keeps its data", () => {
  const heard: string[] = [];
  const events = defineEvents<number>({
    name: "watch",
    init: (_task, subscriber) => (subscriber.data = 0, PNOTIFY_OK),
    fork: (task, subscriber) => (subscriber.data = task.pid, PNOTIFY_OK),
    exec: (task, subscriber) => void heard.push(`exec ${task.pid} has ${subscriber.data}`),
    exit: (task, subscriber) => void heard.push(`exit ${task.pid} has ${subscriber.data}`),
  });
  const { processes, replay, kernel } = replayText(
    connector(
      fork(5, 6),
      thread(6, 7, 5),
      thread(6, 8, 5),
      exit(7, 6, 0, 5),
      exit(6, 6, 0, 5),
      exec(6),
      exit(6, 6, 4, 5),
    ),
    { prepare: ({ pnotify }) => pnotify.register(events) },
  );
  assertEquals(heard, ["exit 7 has 7", "exit 6 has 6", "exec 6 has 8", "exit 6 has 8"]);
  assertEquals(processes[0].execs.map(({ byTid }) => byTid), [8]);
  assertEquals(replay.summary.task_exits, 3);
  assertEquals(kernel.reports, []);
});

Deno.test("Replay does not guess which thread called exec when two can have", () => {
  const { processes } = replayText(connector(
    fork(5, 6),
    thread(6, 7, 5),
    thread(6, 8, 5),
    exit(6, 6, 0, 5),
    exec(6),
  ));
  assertEquals(processes[0].execs.map(({ byTid }) => byTid), [null]);
});

Deno.test("Replay gives orphans to another thread of the process, and the parent stays", () => {
  const { replay } = replayText(connector(
    fork(5, 6),
    thread(6, 7, 5),
    fork(7, 8, { ptgid: 6 }),
    exit(7, 6, 0, 5),
    exit(8, 8, 0, 6),
    exit(6, 6, 0, 5),
  ));
  assertEquals(replay.summary.reparented, []);
});

Deno.test("Replay believes a parent at exit that no rule foresaw, and learns a subreaper from it", () => {
  const { processes, replay, kernel } = replayText(connector(
    fork(50, 60),
    fork(60, 61),
    fork(61, 62),
    fork(61, 63),
    exit(61, 61, 0, 60),
    // 40 was never heard of: it must be above 50, and adopt orphans.
    exit(60, 60, 0, 50),
    exit(62, 62, 0, 40),
    fork(50, 70),
    fork(70, 71),
    exit(70, 70, 0, 50),
    // The connector says 0 where the child was reaped already: by now the rule alone knows better.
    exit(71, 71, 0, 0),
  ));
  const at = Object.fromEntries(processes.map(({ pid, parentAtExit }) => [pid, parentAtExit]));
  assertEquals([at[62], at[71]], [40, 40]);
  // 63 runs on: it is known that it had been adopted, but not yet by whom.
  assertEquals([at[63], kernel.reports], [1, []]);
  assertEquals(replay.gaps.found, 2);
});

Deno.test("Replay closes the last user of a pid that is forked again, with an unknown end", () => {
  const { processes, replay } = replayText(connector(
    fork(5, 6),
    fork(5, 7),
    fork(5, 6),
    exit(6, 6, 3, 5),
  ));
  assertEquals(processes.map(({ pid, exit, endUnseen }) => [pid, exit, endUnseen]), [
    [6, null, true],
    [7, null, false],
    [6, "3", false],
  ]);
  assertEquals(replay.gaps.unseen_ends, 1);
  assertEquals(replay.warnings.kept.map(({ kind, line }) => [kind, line]), [["pid-in-use", 3]]);
});

Deno.test("Replay gives an end without a parent, just after a fork of the pid, to its last user", () => {
  const { processes, replay } = replayText(connector(
    fork(5, 6),
    fork(5, 6, { t: 2e9 }),
    exit(6, 6, 9, 0, { t: 2e9 + 300_000 }),
    exit(6, 6, 3, 5, { t: 3e9 }),
  ));
  assertEquals(processes.map(({ exit }) => exit), ["9", "3"]);
  assertEquals([replay.summary.process_exits, replay.gaps.unseen_ends], [2, 0]);
});

Deno.test("Replay states lost events, and ends the threads that their process took along", () => {
  const { replay, kernel } = replayText(
    '{"format":"pnotify-events","version":1,"complete":true}\n' + connector(
      { ...fork(5, 6), cpu: 0, seq: 10 },
      { ...thread(6, 7, 5), cpu: 0, seq: 11 },
      { ...thread(6, 8, 5), cpu: 1, seq: 500 },
      // Numbers 12 and 13 of CPU 0 are missing: the ends of both threads.
      { ...exit(6, 6, 2, 5), cpu: 0, seq: 14, dead: true },
      { ev: "lost", count: 5 },
    ),
  );
  assertEquals(replay.gaps.lost_events, 7);
  assertEquals([replay.gaps.unseen_ends, replay.summary.exit_codes], [2, { "2": 1 }]);
  assertEquals([replay.liveTasks, replay.warnings.counts], [1, { lost: 2 }]);
  assertEquals(kernel.reports, []);
});

Deno.test("Replay tells init hooks of tasks that existed before, and fork hooks of the others", () => {
  const heard: string[] = [];
  const events = defineEvents({
    name: "watch",
    init: (task) => (heard.push(`init ${task.pid} below ${task.parent!.pid}`), PNOTIFY_OK),
    fork: (task) => (heard.push(`fork ${task.pid} below ${task.parent!.pid}`), PNOTIFY_OK),
    exit: (task) => void heard.push(`exit ${task.pid}`),
  });
  const { replay, pnotify } = replayText(
    connector({ ev: "found", pid: 40, tgid: 40, comm: "sh" }, fork(40, 41), exit(41, 41, 0, 40)),
    { prepare: ({ pnotify }) => pnotify.register(events) },
  );
  assertEquals(heard.slice(2), ["init 40 below 1", "fork 41 below 40", "exit 41"]);
  assertEquals(pnotify.balance(events).balanced, true);
  // One that the recorder found is of the recording. One that is only named is not.
  assertEquals([replay.summary.processes, replay.gaps.found], [2, 1]);
});

Deno.test("Replay has processes without a parent forked by the root that it is given", () => {
  const world = boot();
  const sh = world.kernel.fork(world.kernel.init);
  const events = defineEvents<string>({
    name: "label",
    taskData: { create: () => "none", inherit: "share" },
    fork: () => PNOTIFY_OK,
  });
  world.pnotify.register(events);
  world.pnotify.track(sh, events, { data: "mine" });
  const labels: (string | null)[] = [];
  const replay = new Replay(world.kernel, {
    root: sh,
    observer: {
      started: (_process, task) => void labels.push(world.pnotify.dataOf(task!, events)),
    },
  });
  const recording = new Recording({ sink: replay.sink });
  recording.push(lines(`
    50 execve("/bin/a", ["a"], 0x1 /* 1 var */) = 0
    50 clone(child_stack=NULL, flags=SIGCHLD) = 60
    60 +++ exited with 0 +++
    50 +++ exited with 0 +++
  `));
  recording.end();
  assertEquals(labels, ["mine", "mine"]);
  assertEquals([sh.firstChild, world.kernel.shutdown()], [null, []]);
});

Deno.test("Replay leaves out of the model what a module refuses, and what comes of that", () => {
  const heard: number[] = [];
  const events = defineEvents({
    name: "limit",
    init: () => PNOTIFY_OK,
    fork: (task) => task.pid === 7 ? PNOTIFY_ERROR : (heard.push(task.pid), PNOTIFY_OK),
  });
  const { replay, processes } = replayText(
    connector(fork(5, 6), fork(6, 7), fork(7, 8), exec(8), exit(8, 8, 1, 7), exit(7, 7, 2, 6)),
    { prepare: ({ pnotify }) => pnotify.register(events) },
  );
  assertEquals(heard, [6]);
  assertEquals(processes.map(({ pid, refused }) => [pid, refused]), [
    [6, null],
    [7, "EPERM"],
    [8, "EPERM"],
  ]);
  assertEquals([replay.gaps.refused_forks, replay.summary.exit_codes], [2, { "1": 1, "2": 1 }]);
});

Deno.test("Replay lets virtual time follow the recording, and stand still when an event comes late", () => {
  const times: number[] = [];
  const events = defineEvents({
    name: "clock",
    init: () => PNOTIFY_OK,
    fork: (task) => (times.push(task.kernel.clock.now), PNOTIFY_OK),
  });
  replayText(
    connector(
      fork(5, 6, { t: 5_000_000_000 }),
      fork(5, 7, { t: 5_000_000_500 }),
      fork(5, 8, { t: 5_000_000_460 }),
      fork(5, 9, { t: 5_000_001_000 }),
    ),
    { prepare: ({ pnotify }) => pnotify.register(events) },
  );
  assertEquals(times, [0, 500, 500, 1000]);
});

Deno.test("Replay sets user, group, session and comm in the model", () => {
  const { kernel, replay } = replayText(connector(
    fork(5, 6),
    { ev: "gid", pid: 6, tgid: 6, r: 100, e: 100 },
    { ev: "uid", pid: 6, tgid: 6, r: 1000, e: 1000 },
    { ev: "sid", pid: 6, tgid: 6 },
    { ev: "comm", pid: 6, tgid: 6, comm: "daemon" },
    // A setuid program may go back to root: the model knows nothing of such rights.
    { ev: "uid", pid: 6, tgid: 6, r: 0, e: 0 },
    { ev: "uid", pid: 6, tgid: 6, r: 65534, e: 65534 },
  ));
  const reference = kernel.getTask(6)!;
  const { task } = reference;
  assertEquals([task.uid, task.gid, task.sid], [65534, 100, 6]);
  assertEquals([task.comm, task.credentials.capabilities], ["daemon", 0]);
  reference.put();
  assertEquals(replay.warnings.total, 0);
});

Deno.test("Replay charges what was measured, and leaves the rest unknown", () => {
  const { kernel } = replayText(connector(
    fork(5, 6),
    { ev: "usage", pid: 6, userTime: 20_000_000 },
  ));
  const reference = kernel.getTask(6)!;
  assertEquals(reference.task.resources, { userTime: 20_000_000 });
  reference.put();
});

Deno.test("Replay keeps its own init alive when the recording ends the one of a container", () => {
  const { replay, kernel } = replayText(connector(fork(1, 2), exit(2, 2, 0, 1), exit(1, 1, 3, 0)));
  assertEquals(replay.summary.exit_codes, { "0": 1, "3": 1 });
  assertEquals([kernel.init.state, kernel.kthreadd.state, kernel.reports], ["R", "R", []]);
});

Deno.test("Replay does without a pid that the model cannot give", () => {
  const { replay, processes } = replayText(connector(
    fork(5, 2),
    fork(5, 99_999_999),
    exec(99_999_999, { path: "/bin/x" }),
    exit(99_999_999, 99_999_999, 1, 5),
    exit(2, 2, 2, 5),
  ));
  assertEquals(processes.map(({ pid, exit }) => [pid, exit]), [[2, "2"], [99_999_999, "1"]]);
  assertEquals(replay.warnings.total, 0);
});

Deno.test("Replay warns of a task that does something after its end", () => {
  const { replay } = replayText(lines(`
    5 execve("/bin/a", ["a"], 0x1 /* 1 var */) = 0
    5 clone(child_stack=NULL, flags=SIGCHLD) = 6
    6 exit_group(0) = ?
    6 +++ exited with 0 +++
    6 setsid() = 6
  `));
  assertEquals(replay.warnings.kept.map(({ kind, line }) => [kind, line]), [["never-born", 5]]);
});

Deno.test("Replay keeps nothing of processes that have ended unless a tree is wanted", () => {
  const { kernel } = boot({ debug: false });
  const replay = new Replay(kernel);
  const recording = new Recording({ sink: replay.sink });
  let most = 0;
  for (const chunk of generate("strace", { lifecycles: 3000, alive: 5, chunk: 4000 })) {
    recording.push(chunk);
    most = Math.max(most, replay.liveTasks, kernel.taskCount);
  }
  recording.end();
  assertEquals([replay.processes.length, replay.liveTasks, most < 16], [0, 0, true]);
  assertEquals(replay.summary.processes, 3001);
});

Deno.test("Replay tells its observer of each process, and of its end before the exit hooks", () => {
  const heard: string[] = [];
  const events = defineEvents({
    name: "watch",
    init: () => PNOTIFY_OK,
    fork: () => PNOTIFY_OK,
    exit: (task) => void heard.push(`hook ${task.pid}`),
  });
  replayText(connector(fork(5, 6), exit(6, 6, 1, 5)), {
    prepare: ({ pnotify }) => pnotify.register(events),
    observer: {
      started: ({ pid }, task) => void heard.push(`started ${pid} ${task!.pid}`),
      ending: ({ pid, exit }) => void heard.push(`ending ${pid} ${exit}`),
      ended: ({ pid }) => void heard.push(`ended ${pid}`),
    },
  });
  assertEquals(heard, ["started 6 6", "ending 6 1", "hook 6", "ended 6"]);
});
