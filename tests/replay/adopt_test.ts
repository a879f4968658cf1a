import { assertEquals, assertThrows } from "@std/assert";
import { checkInvariants } from "../../check/mod.ts";
import type { AdoptOptions } from "../../kernel/adopt.ts";
import { KernelError } from "../../kernel/errno.ts";
import { PID_MAX_LIMIT } from "../../kernel/pid.ts";
import { boot } from "../../pnotify/boot.ts";
import { defineEvents } from "../../pnotify/events.ts";
import { PNOTIFY_ERROR, PNOTIFY_NOSUB, PNOTIFY_OK } from "../../pnotify/verdict.ts";
import { Replay } from "../../replay/mod.ts";
import { assertRefused } from "../kernel/snapshot.ts";

Deno.test("adoptTask() puts a process on the list with the pid and comm that are known", () => {
  const { kernel } = boot();
  const task = kernel.adoptTask(kernel.init, { pid: 4711, comm: "an-old-daemon-of-theirs" });
  assertEquals([task.pid, task.tgid, task.comm, task.parent], [
    4711,
    4711,
    "an-old-daemon-o",
    kernel.init,
  ]);
  kernel.exit(task, 0);
  assertEquals([task.state, kernel.shutdown()], ["X", []]);
});

Deno.test("adoptTask() puts a thread into the process of its parent", () => {
  const { kernel } = boot();
  const leader = kernel.adoptTask(kernel.init, { pid: 100 });
  const thread = kernel.adoptTask(leader, { pid: 101, thread: true });
  assertEquals([thread.tgid, thread.isLeader, leader.liveThreads], [100, false, 2]);
});

Deno.test("adoptTask() refuses a pid that is in use", () => {
  const { kernel } = boot();
  assertThrows(() => kernel.adoptTask(kernel.init, { pid: 1 }), KernelError, "EEXIST");
  assertEquals(kernel.taskCount, 3);
});

Deno.test("adoptTask() counts the task for its user", () => {
  const { kernel } = boot();
  const before = kernel.user(0).tasks;
  const task = kernel.adoptTask(kernel.init);
  assertEquals(kernel.user(0).tasks, before + 1);
  kernel.exit(task);
  assertEquals(kernel.user(0).tasks, before);
});

Deno.test("adoptTask() calls init hooks in order of registration, and no fork hook", () => {
  const { kernel, pnotify } = boot();
  const heard: string[] = [];
  const watch = (name: string, verdict: typeof PNOTIFY_OK | typeof PNOTIFY_NOSUB) =>
    defineEvents({
      name,
      init: (task) => {
        if (task.pid > 2) heard.push(`${name} ${task.pid}`);
        return verdict;
      },
      fork: () => (heard.push(`${name} fork`), PNOTIFY_OK),
    });
  const [first, second] = [watch("first", PNOTIFY_OK), watch("second", PNOTIFY_NOSUB)];
  const without = defineEvents({ name: "without", fork: () => PNOTIFY_OK });
  for (const events of [first, second, without]) pnotify.register(events);
  const task = kernel.adoptTask(kernel.init, { pid: 9 });
  assertEquals(heard, ["first 9", "second 9"]);
  assertEquals(pnotify.subscribersOf(task), ["first"]);
  assertEquals(pnotify.balances().every(({ balance }) => balance.balanced), true);
});

Deno.test("adoptTask() gives exit to a module whose init hook refuses the task, and to no other", () => {
  const { kernel, pnotify } = boot();
  const heard: string[] = [];
  const events = defineEvents({
    name: "picky",
    init: (task) => task.pid === 9 ? PNOTIFY_ERROR : PNOTIFY_OK,
    fork: () => PNOTIFY_OK,
    exit: (task) => void heard.push(`exit ${task.pid}`),
  });
  pnotify.register(events);
  const task = kernel.adoptTask(kernel.init, { pid: 9 });
  assertEquals([heard, pnotify.subscribersOf(task)], [["exit 9"], []]);
  assertEquals([pnotify.isRegistered(events), pnotify.balance(events).balanced], [true, true]);
});

Deno.test("correctParent() moves a process, and its reparent hooks hear of it", () => {
  const { kernel, pnotify } = boot();
  const heard: string[] = [];
  const events = defineEvents({
    name: "family",
    fork: () => PNOTIFY_OK,
    reparent: (task, _subscriber, from) =>
      void heard.push(`${task.pid}: ${(from as { pid: number }).pid} -> ${task.parent!.pid}`),
  });
  pnotify.register(events);
  const child = kernel.fork(kernel.init);
  const reaper = kernel.fork(kernel.init);
  const grandchild = kernel.fork(child);
  pnotify.track(child, events);
  kernel.setSubreaper(reaper, true);
  kernel.correctParent(child, reaper);
  assertEquals(heard, [`${child.pid}: 1 -> ${reaper.pid}`]);
  // Orphans below it find the subreaper from now on.
  kernel.exit(child);
  assertEquals(grandchild.parent, reaper);
});

Deno.test("correctParent() refuses a process that was reaped, and changes nothing", () => {
  const { kernel } = boot();
  const gone = kernel.fork(kernel.init);
  const other = kernel.fork(kernel.init);
  kernel.exit(gone);
  assertThrows(
    () => kernel.correctParent(gone, other),
    KernelError,
    'Cannot correct the parent of "init[3]": it is not on the task list, one that is on it is wanted (ESRCH)',
  );
  assertEquals([other.firstChild, gone.parent], [null, kernel.init]);
  assertEquals(kernel.shutdown(), []);
});

Deno.test("correctParent() refuses a parent that descends from the process", () => {
  const { kernel } = boot();
  const shell = kernel.fork(kernel.init);
  const child = kernel.fork(shell);
  assertThrows(
    () => kernel.correctParent(shell, child),
    KernelError,
    'Cannot correct the parent of "init[3]": init[4] descends from it, a task that does not is wanted (EINVAL)',
  );
  assertEquals([shell.parent, child.parent], [kernel.init, shell]);
});

Deno.test("adoptTask() gives the user and group that are known, and counts the task for that user", () => {
  const { kernel } = boot();
  const task = kernel.adoptTask(kernel.init, { uid: 1000, gid: 100 });
  assertEquals([task.uid, task.gid, task.credentials.capabilities], [1000, 100, 0]);
  assertEquals(kernel.user(1000).tasks, 1);
  const { userAssumed, groupAssumed } = task.credentials;
  assertEquals([userAssumed, groupAssumed], [false, false]);
  kernel.exit(task);
  assertEquals(kernel.user(1000).tasks, 0);
});

Deno.test("adoptTask() assumes the user and group of the parent when they are not known", () => {
  const { kernel } = boot();
  const parent = kernel.adoptTask(kernel.init, { uid: 1000, gid: 100 });
  const told = kernel.adoptTask(parent, {});
  const assumed = kernel.adoptTask(parent, { uid: null, gid: null });
  const flags = [told, assumed].map(({ uid, gid, credentials }) => [
    uid,
    gid,
    credentials.userAssumed,
    credentials.groupAssumed,
  ]);
  assertEquals(flags, [[1000, 100, false, false], [1000, 100, true, true]]);
  kernel.setsid(assumed);
  assertEquals(kernel.fork(assumed).credentials, assumed.credentials);
});

Deno.test("setuid() and setgid() end what is assumed of a task, each its own part", () => {
  const { kernel } = boot();
  const task = kernel.adoptTask(kernel.init, { uid: null, gid: null });
  kernel.setgid(task, 5);
  assertEquals([task.credentials.userAssumed, task.credentials.groupAssumed], [true, false]);
  kernel.setuid(task, 6);
  assertEquals([task.credentials.userAssumed, task.credentials.groupAssumed], [false, false]);
});

Deno.test("adoptTask() leaves a process in the group of its parent when that is the one that is known", () => {
  const { kernel } = boot();
  const task = kernel.adoptTask(kernel.init, { group: 1, session: 1 });
  assertEquals([task.processGroup, task.pgid], [kernel.init.processGroup, 1]);
});

Deno.test("adoptTask() puts a process into a group and session whose leader is not known", () => {
  const { kernel, pnotify } = boot();
  const first = kernel.adoptTask(kernel.init, { group: 70_000, session: 60_000 });
  const second = kernel.adoptTask(kernel.init, { group: 70_000 });
  const third = kernel.adoptTask(kernel.init, { group: 500 });
  assertEquals([first, second, third].map(({ pgid, sid }) => [pgid, sid]), [
    [70_000, 60_000],
    [70_000, 60_000],
    [500, 500],
  ]);
  assertEquals([kernel.pids.isFree(500), checkInvariants(kernel, pnotify)], [false, []]);
  for (const task of [first, second, third]) kernel.exit(task);
  assertEquals([kernel.pids.findGroup(70_000), kernel.pids.isFree(500)], [null, true]);
});

for (
  const [options, found] of [
    [{ uid: -1 }, "the id is -1"],
    [{ uid: 1.5 }, "the id is 1.5"],
    [{ uid: 0xffff_ffff }, "the id is 4294967295"],
    [{ gid: NaN }, "the id is NaN"],
    [{ uid: 5, gid: -1 }, "the id is -1"],
    [{ group: -1 }, "the group is -1"],
    [{ group: 1.5 }, "the group is 1.5"],
    [{ group: PID_MAX_LIMIT }, `the group is ${PID_MAX_LIMIT}`],
    [{ group: 5, session: -1 }, "the session is -1"],
    [{ session: 5 }, "session 5 has no group"],
    [{ group: 1, session: 7 }, "group 1 is in session 1"],
    [{ group: 5, thread: true }, "a thread has a group"],
    [{ comm: 5 as unknown as string }, "the comm is of type number"],
    [{ uid: "5" as unknown as number }, "the id is 5"],
  ] as [AdoptOptions, string][]
) {
  Deno.test(`adoptTask() is refused with EINVAL for ${JSON.stringify(options)} as ${found}`, () => {
    const world = boot();
    const { kernel } = world;
    const error = assertRefused(
      world,
      "EINVAL",
      () => kernel.adoptTask(kernel.init, { pid: 9, ...options }),
    );
    assertEquals(error.details?.found, found);
    assertEquals([kernel.pids.isFree(9), kernel.user(5).tasks], [true, 0]);
  });
}

Deno.test("Replay takes a found process whose group is in another session than the model has it in", () => {
  const { kernel } = boot();
  const replay = new Replay(kernel);
  const found = { type: "found", time: 0, line: 1, parent: null, comm: "sh" } as const;
  replay.take({ ...found, pid: 50, tgid: 50, group: 40, session: 30 });
  replay.take({ ...found, pid: 60, tgid: 60, group: 40, session: 40 });
  const tasks = [50, 60].map((pid) => kernel.pids.find(pid)!);
  assertEquals(tasks.map(({ pgid, sid }) => [pgid, sid]), [[40, 30], [40, 30]]);
});
