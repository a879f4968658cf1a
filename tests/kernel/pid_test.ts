import { assertEquals, assertThrows } from "@std/assert";
import { Kernel, KernelError, PID_MAX_LIMIT, type Task } from "../../mod.ts";
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

Deno.test("findTask() finds who is on the task list, zombies and threads too", () => {
  const { kernel, sh } = bootShell();
  const thread = kernel.createThread(sh);
  const zombie = kernel.fork(sh);
  kernel.exit(zombie);
  kernel.tasklistLock.readLock();
  assertEquals([3, 4, 5, 6, -1, NaN].map((pid) => kernel.findTask(pid)), [
    sh,
    thread,
    zombie,
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
