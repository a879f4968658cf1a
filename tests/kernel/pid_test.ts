import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  CLONE_THREAD,
  CLONE_VM,
  Kernel,
  KernelError,
  PID_MAX_LIMIT,
  type Task,
} from "../../mod.ts";
import { bootShell } from "./shell.ts";
import { assertRefused, checkWorld } from "./snapshot.ts";

function cycle({ kernel, sh }: { kernel: Kernel; sh: Task }): number {
  const child = kernel.fork(sh);
  kernel.exit(child);
  return kernel.wait(sh).value!.pid;
}

Deno.test("fork() gives pids out in a cycle, not the lowest free one", () => {
  const world = bootShell();
  assertEquals([cycle(world), cycle(world), cycle(world)], [4, 5, 6]);
});

Deno.test("fork() starts again at 300 when all pids have been used once", () => {
  const world = bootShell({ pidMax: 303 });
  const { kernel, sh } = world;
  kernel.fork(sh, { pid: 301 });
  const pids: number[] = [];
  for (let i = 0; i < 301; i++) pids.push(cycle(world));
  assertEquals(pids.slice(0, 2), [4, 5]);
  assertEquals(pids.slice(-5), [300, 302, 300, 302, 300]);
});

Deno.test("fork() starts again at 1 when there are fewer than 300 pids", () => {
  const world = bootShell({ pidMax: 6 });
  assertEquals([cycle(world), cycle(world), cycle(world)], [4, 5, 4]);
});

Deno.test("fork() passes the pids over that are still in use", () => {
  const world = bootShell({ pidMax: 8 });
  const { kernel, sh } = world;
  const [, zombie, thread] = [kernel.fork(sh), kernel.fork(sh), kernel.createThread(sh)];
  kernel.exit(zombie);
  assertEquals(thread.pid, 6);
  assertEquals(kernel.fork(sh).pid, 7);
  assertRefused(world, "EAGAIN", () => kernel.fork(sh));
  kernel.wait(sh);
  assertEquals(kernel.fork(sh).pid, 5);
});

Deno.test("fork() passes a pid over that is in use as a process group", () => {
  const world = bootShell({ pidMax: 7 });
  const { kernel, sh } = world;
  const leader = kernel.fork(sh);
  kernel.setpgid(leader);
  const member = kernel.fork(leader);
  kernel.exit(leader);
  kernel.wait(sh);
  assertEquals([cycle(world), cycle(world)], [6, 6]);
  kernel.exit(member);
  assertEquals([cycle(world), cycle(world)], [4, 5]);
  checkWorld(world);
});

Deno.test("fork() passes a pid over that is in use as a session", () => {
  const world = bootShell({ pidMax: 7 });
  const { kernel, sh } = world;
  const leader = kernel.fork(sh);
  kernel.setsid(leader);
  const member = kernel.fork(leader);
  kernel.setpgid(member);
  kernel.exit(leader);
  kernel.wait(sh);
  // The group of the leader is gone; the session lives in the group of the member.
  assertEquals([member.sid, member.pgid], [4, 5]);
  assertEquals([cycle(world), cycle(world)], [6, 6]);
  kernel.exit(member);
  assertEquals([cycle(world), cycle(world), cycle(world)], [4, 5, 6]);
});

Deno.test("fork() gives the pid of a thread out again that took over its leader's", () => {
  const world = bootShell({ pidMax: 5 });
  const { kernel, sh } = world;
  const thread = kernel.createThread(sh);
  kernel.exec(thread, "/bin/sh");
  assertEquals(kernel.fork(thread).pid, 4);
});

Deno.test("pidMax can be raised, and lowered below pids in use", () => {
  const world = bootShell({ pidMax: 5 });
  const { kernel, sh } = world;
  kernel.fork(sh);
  assertRefused(world, "EAGAIN", () => kernel.fork(sh));
  kernel.pidMax = 10;
  const high = [kernel.fork(sh), kernel.fork(sh)];
  kernel.pidMax = 6;
  assertEquals(high.map((task) => [task.pid, task.state]), [[5, "R"], [6, "R"]]);
  assertRefused(world, "EAGAIN", () => kernel.fork(sh));
  checkWorld(world);
});

Deno.test("pidMax is refused with EINVAL outside its bounds", () => {
  const world = bootShell();
  for (const max of [3, 0, -1, 4.5, NaN, PID_MAX_LIMIT + 1]) {
    assertRefused(world, "EINVAL", () => world.kernel.pidMax = max);
    assertEquals(assertThrows(() => new Kernel({ pidMax: max }), KernelError).code, "EINVAL");
  }
  assertEquals(new Kernel({ pidMax: PID_MAX_LIMIT }).pidMax, PID_MAX_LIMIT);
});

Deno.test("fork() reaches pids far beyond the first thousand", () => {
  const { kernel, sh } = bootShell();
  const far = kernel.fork(sh, { pid: 30_000 });
  kernel.tasklistLock.readLock();
  assertEquals([kernel.findTask(30_000), kernel.findTask(29_999)], [far, null]);
  kernel.tasklistLock.readUnlock();
});

Deno.test("fork() reaches the highest pid, and the arrays by pid stay small", () => {
  const { kernel, sh } = bootShell({ pidMax: PID_MAX_LIMIT });
  const highest = kernel.fork(sh, { pid: PID_MAX_LIMIT - 1 });
  assertEquals(kernel.pids.find(PID_MAX_LIMIT - 1), highest);
  assertEquals([sh.firstChild, highest.parent], [highest, sh]);
  assert(kernel.pids.indexOf(highest.pid) < 40_000);
});

Deno.test("fork() uses the room of high pids again that were given back", () => {
  const { kernel, sh } = bootShell({ pidMax: PID_MAX_LIMIT });
  const stays = kernel.fork(sh, { pid: 100_000 });
  const index = kernel.pids.indexOf(stays.pid);
  for (let pid = 200_000; pid < 3_000_000; pid += 10_000) {
    const child = kernel.fork(sh, { pid });
    assert(kernel.pids.indexOf(pid) < 40_000);
    kernel.exit(child);
    kernel.wait(sh, { pid });
    assertEquals([kernel.pids.find(pid), kernel.pids.isFree(pid)], [null, true]);
  }
  assertEquals([kernel.pids.find(100_000), kernel.pids.indexOf(100_000)], [stays, index]);
  assertEquals([sh.firstChild, sh.lastChild], [stays, stays]);
});

Deno.test("fork() gives small pids room when high pids came first", () => {
  const world = bootShell({ pidMax: PID_MAX_LIMIT });
  const { kernel, sh } = world;
  kernel.fork(sh, { pid: 4_000_000 });
  const pids: number[] = [];
  for (let i = 0; i < 3000; i++) pids.push(cycle(world));
  assertEquals([pids[0], pids.at(-1)], [4, 3003]);
  const small = kernel.fork(sh, { pid: 30_000 });
  assertEquals(kernel.pids.list().map(({ pid }) => pid), [0, 1, 2, 3, 30_000, 4_000_000]);
  assertEquals(kernel.pids.find(30_000), small);
  checkWorld(world);
});

Deno.test("fork() begins again at 300 above the highest pid", () => {
  const world = bootShell({ pidMax: 32_770 });
  const { kernel } = world;
  const pids: number[] = [];
  for (let i = 0; i < 32_768; i++) pids.push(cycle(world));
  assertEquals(pids.slice(32_763), [32_767, 32_768, 32_769, 300, 301]);
  assertEquals(kernel.pids.list().length, 4);
});

Deno.test("fork() passes a high pid over that is in use as a process group", () => {
  const world = bootShell({ pidMax: PID_MAX_LIMIT });
  const { kernel, sh } = world;
  const leader = kernel.fork(sh, { pid: 50_000 });
  kernel.setpgid(leader);
  const member = kernel.fork(leader);
  kernel.exit(leader);
  kernel.wait(sh);
  assertEquals([kernel.pids.find(50_000), kernel.pids.isFree(50_000)], [null, false]);
  assertRefused(world, "EEXIST", () => kernel.fork(sh, { pid: 50_000 }));
  kernel.exit(member);
  assertEquals([kernel.pids.isFree(50_000), kernel.fork(sh, { pid: 50_000 }).pid], [true, 50_000]);
});

Deno.test("exec() by a thread gives it the pid of its leader across pages", () => {
  const world = bootShell({ pidMax: PID_MAX_LIMIT });
  const { kernel, sh } = world;
  const leader = kernel.fork(sh, { pid: 60_000 });
  const child = kernel.fork(leader, { pid: 2_000_000 });
  const thread = kernel.fork(leader, { flags: CLONE_VM | CLONE_THREAD, pid: 3_000_000 });
  const own = kernel.fork(thread, { pid: 70_000 });
  kernel.exec(thread, "/bin/sh");
  assertEquals([thread.pid, kernel.pids.find(60_000)], [60_000, thread]);
  assertEquals([kernel.pids.find(3_000_000), kernel.pids.isFree(3_000_000)], [null, true]);
  assertEquals([child.parent, own.parent, sh.firstChild], [thread, thread, thread]);
  checkWorld(world);
});

Deno.test("PidTable.isFree() is false for what is in use, and for what is no pid", () => {
  const { kernel, sh } = bootShell();
  assertEquals([sh.pid, 4, 32_767].map((pid) => kernel.pids.isFree(pid)), [false, true, true]);
  for (const pid of [0, -1, 1.5, NaN, 32_768, Infinity]) {
    assertEquals(kernel.pids.isFree(pid), false, `${pid}`);
  }
});

Deno.test("PidTable.findFrom() finds the next pid on the list, and nobody behind the last", () => {
  const { kernel, sh } = bootShell({ pidMax: PID_MAX_LIMIT });
  const high = kernel.fork(sh, { pid: 3_500_000 });
  const zombie = kernel.fork(sh, { pid: 200 });
  kernel.exit(zombie);
  const { pids } = kernel;
  const from = [0, 3, 4, 201, 3_500_001, -1, 2.5, NaN, Infinity];
  const next = from.map((pid) => pids.findFrom(pid)?.pid ?? null);
  assertEquals(next, [0, 3, 200, high.pid, null, 0, 3, 0, null]);
});

Deno.test("findTask() finds who is on the task list, zombies and threads too", () => {
  const { kernel, sh } = bootShell();
  const thread = kernel.createThread(sh);
  const zombie = kernel.fork(sh);
  kernel.exit(zombie);
  kernel.tasklistLock.readLock();
  assertEquals([3, 4, 5, 6, -1, NaN, 1.5, 1e9].map((pid) => kernel.findTask(pid)), [
    sh,
    thread,
    zombie,
    null,
    null,
    null,
    null,
    null,
  ]);
  kernel.tasklistLock.readUnlock();
});

Deno.test("forEachTask() visits threads and zombies in order of pid, and pid 0 never", () => {
  const { kernel, sh } = bootShell();
  const child = kernel.fork(sh, { pid: 40 });
  kernel.createThread(child);
  kernel.exit(kernel.fork(sh, { pid: 20 }));
  const pids: number[] = [];
  kernel.forEachTask((task) => void pids.push(task.pid));
  assertEquals(pids, [1, 2, 3, 4, 20, 40]);
});

Deno.test("forEachTask() ends when the visitor returns false", () => {
  const { kernel } = bootShell();
  const pids: number[] = [];
  kernel.forEachTask((task) => pids.push(task.pid) < 2);
  assertEquals(pids, [1, 2]);
});

Deno.test("forEachTask() lets tasks come and go, and holds no lock while it visits", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const doomed = kernel.fork(sh);
  const pids: number[] = [];
  kernel.forEachTask((task) => {
    pids.push(task.pid);
    assertEquals(kernel.context.held, []);
    if (task !== sh) return;
    kernel.exit(doomed);
    kernel.wait(sh);
    kernel.exit(sh);
    kernel.fork(kernel.init);
    assertEquals([sh.state, sh.usage], ["X", 1]);
  });
  assertEquals([pids, sh.usage], [[1, 2, 3, 5], 0]);
  checkWorld(world);
});

Deno.test("forEachTask() gives its reference back when the visitor throws", () => {
  const { kernel, sh } = bootShell();
  assertThrows(
    () =>
      kernel.forEachTask((task) => {
        if (task === sh) throw new Error("enough");
      }),
    Error,
    "enough",
  );
  assertEquals(sh.usage, 1);
});

Deno.test("fork() keeps account of every pid, at the ends of its table too", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  for (const pid of [1023, 1024, 2048, 32767]) {
    assertEquals(kernel.fork(sh, { pid }).pid, pid);
    assertRefused(world, "EEXIST", () => kernel.fork(sh, { pid }));
  }
});

Deno.test("pidMax can be as low as 4", () => {
  const { kernel } = bootShell({ pidMax: 4 });
  assertEquals([kernel.pidMax, kernel.taskCount], [4, 4]);
});

Deno.test("fork() keeps no pid back when there are just 300", () => {
  const world = bootShell({ pidMax: 300 });
  let pid = cycle(world);
  while (pid < 299) pid = cycle(world);
  assertEquals(cycle(world), 4);
});
