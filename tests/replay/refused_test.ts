import { assertEquals } from "@std/assert";
import { boot } from "../../pnotify/boot.ts";
import { defineEvents } from "../../pnotify/events.ts";
import { PNOTIFY_ERROR, PNOTIFY_OK } from "../../pnotify/verdict.ts";
import {
  eventsHeader,
  formatEvent,
  formatProcess,
  formatTimeline,
  formatTree,
  nodesOf,
  type RecordedEvent,
  Replay,
} from "../../replay/mod.ts";
import { replayText } from "./support.ts";

const CLOCK = { origin: 0, kind: "relative" } as const;
const CLONE_VM_THREAD = 0x10100;

const found = (time: number, pid: number, more: object = {}): RecordedEvent => ({
  type: "found",
  time,
  line: time,
  pid,
  tgid: pid,
  parent: null,
  comm: "sh",
  ...more,
});

const exec = (time: number, pid: number, path: string): RecordedEvent => ({
  type: "exec",
  time,
  line: time,
  pid,
  oldPid: pid,
  path,
  argv: [path],
  comm: null,
});

function fork(time: number, creator: number, pid: number, tgid = pid): RecordedEvent {
  const thread = pid !== tgid;
  const flags = thread ? CLONE_VM_THREAD : 0;
  const from = { creator, creatorTgid: creator, parent: thread ? null : creator };
  return { type: "fork", time, line: time, pid, tgid, thread, ...from, flags, comm: null };
}

const exit = (time: number, pid: number, status = 0): RecordedEvent => ({
  type: "exit",
  time,
  line: time,
  pid,
  tgid: pid,
  status,
  parent: null,
  groupDead: null,
});

const refused = (time: number, creator: number, pid: number, tgid = pid): RecordedEvent => ({
  type: "refused",
  time,
  line: time,
  call: "fork",
  pid,
  tgid,
  creator,
  errno: "EPERM",
  path: null,
});

/** A replay below a module that refuses the pids from 100 on. */
function refusing(vetoesHold: boolean) {
  const world = boot();
  const heard: string[] = [];
  const neverRan: number[] = [];
  world.pnotify.register(defineEvents({
    name: "limit",
    init: () => PNOTIFY_OK,
    fork: (task) => {
      heard.push(`fork ${task.pid}`);
      return task.pid >= 100 ? PNOTIFY_ERROR : PNOTIFY_OK;
    },
    exec: (task) => void heard.push(`exec ${task.pid}`),
    exit: (task) => void heard.push(`exit ${task.pid}`),
  }));
  heard.length = 0;
  const replay = new Replay(world.kernel, {
    tree: true,
    vetoesHold,
    observer: { neverRan: ({ pid }) => void neverRan.push(pid) },
  });
  return { ...world, heard, neverRan, replay };
}

Deno.test("take() gives the errno of a refusal where vetoes hold, and nothing is left of the child", () => {
  const { kernel, replay, heard, neverRan } = refusing(true);
  for (const event of [found(1, 50), exec(2, 50, "/bin/sh")]) replay.take(event);
  const before = [replay.liveTasks, kernel.taskCount];
  assertEquals(replay.take(fork(3, 50, 100)), "EPERM");
  assertEquals([replay.liveTasks, kernel.taskCount], before);
  assertEquals(replay.take(fork(4, 50, 60)), null);
  for (const event of [exit(5, 60), exit(6, 50)]) assertEquals(replay.take(event), null);
  replay.finish();
  assertEquals([replay.liveTasks, neverRan], [0, [100]]);
  assertEquals(heard.filter((text) => text.endsWith("100")), ["fork 100"]);
  const { processes, process_exits, exit_codes } = replay.summary;
  assertEquals([processes, process_exits, exit_codes], [2, 2, { "0": 2 }]);
  assertEquals([replay.gaps.refused_forks, replay.gaps.unseen_ends], [1, 0]);
  assertEquals(replay.warnings.kept, []);
  assertEquals(kernel.shutdown(), []);
});

Deno.test("take() gives null where vetoes do not hold, and the process goes on outside of the model", () => {
  const { kernel, replay, heard, neverRan } = refusing(false);
  for (const event of [found(1, 50), exec(2, 50, "/bin/sh")]) replay.take(event);
  const before = [replay.liveTasks, kernel.taskCount];
  assertEquals(replay.take(fork(3, 50, 100)), null);
  assertEquals([replay.liveTasks, kernel.taskCount], [before[0] + 1, before[1]]);
  for (const event of [exec(4, 100, "/bin/true"), exit(5, 100), exit(6, 50)]) replay.take(event);
  replay.finish();
  assertEquals([replay.liveTasks, neverRan], [0, []]);
  assertEquals(heard.filter((text) => text.endsWith("100")), ["fork 100"]);
  assertEquals([replay.summary.processes, replay.gaps.refused_forks], [2, 1]);
  const [, child] = replay.processes;
  assertEquals([child.refused, child.neverRan, child.exit], ["EPERM", false, "0"]);
});

Deno.test("take() refuses a thread where vetoes hold, and its process goes on", () => {
  const { kernel, replay } = refusing(true);
  for (const event of [found(1, 50), exec(2, 50, "/bin/sh")]) replay.take(event);
  const before = [replay.liveTasks, kernel.taskCount];
  assertEquals(replay.take(fork(3, 50, 101, 50)), "EPERM");
  assertEquals(replay.take(fork(4, 50, 61, 50)), null);
  for (const event of [exit(5, 61), exit(6, 50, 3 << 8)]) replay.take(event);
  assertEquals([before, replay.liveTasks], [[1, before[1]], 0]);
  const [process] = replay.processes;
  assertEquals([process.threads, process.exit, replay.processes.length], [1, "3", 1]);
  assertEquals([replay.summary.threads, replay.gaps.refused_forks], [1, 1]);
  assertEquals(kernel.shutdown(), []);
});

Deno.test("Replay asks no module about what was refused in life, and tells the same of it", () => {
  const live = refusing(true);
  const events = [
    found(1, 50),
    exec(2, 50, "/bin/sh"),
    fork(3, 50, 100),
    fork(4, 50, 101, 50),
    exit(5, 50),
  ];
  events.forEach(live.replay.sink);
  live.replay.finish();
  const written = events.map((event) =>
    event.type !== "fork" ? event : refused(event.time, 50, event.pid, event.tgid!)
  );
  const text = eventsHeader() + written.map((event) => formatEvent(event)).join("");
  const asked: number[] = [];
  const watch = defineEvents({
    name: "watch",
    init: () => PNOTIFY_OK,
    fork: (task) => (asked.push(task.pid), PNOTIFY_OK),
  });
  const { replay } = replayText(text, { prepare: ({ pnotify }) => pnotify.register(watch) });
  assertEquals(asked, []);
  assertEquals(replay.summary, live.replay.summary);
  assertEquals(replay.gaps, live.replay.gaps);
  assertEquals(nodesOf(replay.processes, CLOCK), nodesOf(live.replay.processes, CLOCK));
});

Deno.test("a process that never ran is told of as refused, and as nothing else", () => {
  const { replay } = refusing(true);
  const events = [
    found(1e6, 50),
    exec(1e6, 50, "/bin/sh"),
    fork(2e6, 50, 100),
    exit(3e6, 50),
  ];
  events.forEach(replay.sink);
  const layout = { clock: CLOCK, width: 60 };
  assertEquals(formatTree(replay.processes, layout), [
    "sh [50]                                      exit 0  2.00 ms",
    "`- sh [100] refused: EPERM",
  ]);
  assertEquals(
    formatTimeline(replay.processes, { ...layout, until: 3e6 })[2].split("] ")[2],
    "refused: EPERM",
  );
  const [, node] = nodesOf(replay.processes, CLOCK);
  assertEquals([node.refused, node.exit, node.end_ns, node.parent_at_exit], [
    "EPERM",
    null,
    null,
    null,
  ]);
  assertEquals(
    formatProcess(replay.processes[1], layout),
    "    100  refused      EPERM                      sh",
  );
});

Deno.test("a refused fork of a process that is only named stands at the top of the tree", () => {
  const { replay } = refusing(true);
  assertEquals(replay.take(fork(3, 50, 100)), "EPERM");
  assertEquals(formatTree(replay.processes, { clock: CLOCK }), ["? [100] refused: EPERM"]);
});

Deno.test("Replay counts an exec that was refused, and the task runs on with its program", () => {
  const { replay } = replayText(
    eventsHeader() +
      '{"t":1,"ev":"exec","pid":6,"path":"/bin/sh","argv":["sh"]}\n' +
      '{"t":2,"ev":"refused","pid":6,"call":"exec","errno":"EACCES","path":"/bin/a"}\n' +
      '{"t":3,"ev":"exit","pid":6,"tgid":6,"status":0}\n',
  );
  assertEquals([replay.gaps.refused_execs, replay.gaps.refused_forks], [1, 0]);
  assertEquals([replay.summary.execs, replay.processes[0].comm], [1, "sh"]);
});

Deno.test("Replay lets senders and waiters be: they change nothing, and an unknown one does not count", () => {
  const { replay, kernel } = replayText(
    eventsHeader() +
      '{"t":1,"ev":"exec","pid":6,"path":"/bin/sh","argv":["sh"]}\n' +
      '{"t":2,"ev":"kill","pid":900,"target":6,"signal":15}\n{"t":2,"ev":"wait","pid":901,"child":6}\n' +
      '{"t":3,"ev":"exit","pid":6,"tgid":6,"status":15}\n',
  );
  assertEquals([replay.summary.processes, replay.summary.exit_codes], [1, { sig15: 1 }]);
  assertEquals([kernel.taskCount, replay.warnings.total], [3, 0]);
});

Deno.test("Replay gives a task that was found the user, group, process group and session that are told", () => {
  const { kernel, replay } = replayText(
    eventsHeader() +
      '{"t":1,"ev":"found","pid":77,"tgid":77,"comm":"sh","uid":1000,"gid":100,"pgid":70,"sid":60}\n' +
      '{"t":2,"ev":"fork","pid":78,"tgid":78,"ppid":77,"ptgid":77}\n' +
      '{"t":3,"ev":"exec","pid":78,"path":"/bin/a","argv":["a"],"cwd":"/home"}\n',
  );
  for (const pid of [77, 78]) {
    const reference = kernel.getTask(pid)!;
    const { uid, gid, pgid, sid } = reference.task;
    assertEquals([uid, gid, pgid, sid], [1000, 100, 70, 60]);
    reference.put();
  }
  assertEquals(replay.warnings.total, 0);
});
