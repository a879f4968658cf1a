import { assertEquals } from "@std/assert";
import { CLONE_PARENT, processStatus } from "../../mod.ts";
import { bootShell, collect } from "./shell.ts";
import { assertRefused, checkWorld, childrenOf } from "./snapshot.ts";

Deno.test("wait() returns at once when a child has ended, and reaps it", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const child = kernel.fork(sh);
  kernel.exit(child, 3);
  const waiting = kernel.wait(sh);
  assertEquals([waiting.done, waiting.value], [true, { pid: child.pid, status: 3 << 8 }]);
  assertEquals([child.state, child.usage, childrenOf(sh), sh.state], ["X", 0, [], "R"]);
  checkWorld(world);
});

Deno.test("wait() keeps the task asleep until a child ends", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const child = kernel.fork(sh);
  const waiting = kernel.wait(sh);
  assertEquals([waiting.done, waiting.value, sh.state], [false, null, "S"]);
  checkWorld(world);
  kernel.exit(child, { signal: "SIGKILL" });
  assertEquals([waiting.value?.status, waiting.errno, sh.state], [9, null, "R"]);
});

Deno.test("wait() takes the oldest child that has ended", () => {
  const { kernel, sh } = bootShell();
  const children = [1, 2, 3].map(() => kernel.fork(sh));
  kernel.exit(children[2]);
  kernel.exit(children[1]);
  assertEquals(kernel.wait(sh).value?.pid, children[1].pid);
  assertEquals(kernel.wait(sh).value?.pid, children[2].pid);
});

Deno.test("wait() for a pid passes the other children over", () => {
  const { kernel, sh } = bootShell();
  const [a, b] = [kernel.fork(sh), kernel.fork(sh)];
  kernel.exit(a);
  const waiting = kernel.wait(sh, { pid: b.pid });
  assertEquals(waiting.done, false);
  kernel.exit(b);
  assertEquals(waiting.value?.pid, b.pid);
  assertEquals(a.state, "Z");
});

Deno.test("wait() for a process group takes its members only", () => {
  const { kernel, sh } = bootShell();
  const [a, b] = [kernel.fork(sh), kernel.fork(sh)];
  kernel.setpgid(b);
  kernel.exit(a);
  const waiting = kernel.wait(sh, { pgid: b.pid });
  assertEquals(waiting.done, false);
  kernel.exit(b);
  assertEquals(waiting.value?.pid, b.pid);
});

Deno.test("wait() with noHang returns null at once while every child lives", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const child = kernel.fork(sh);
  const polled = kernel.wait(sh, { noHang: true });
  assertEquals([polled.done, polled.value, polled.errno, sh.state], [true, null, null, "R"]);
  kernel.exit(child, 1);
  assertEquals(kernel.wait(sh, { noHang: true }).value, { pid: child.pid, status: 256 });
});

Deno.test("wait() is refused with ECHILD when there is nobody to wait for", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  assertRefused(world, "ECHILD", () => kernel.wait(sh));
  assertRefused(world, "ECHILD", () => kernel.wait(sh, { noHang: true }));
  const child = kernel.fork(sh);
  const grandchild = kernel.fork(child);
  for (const pid of [grandchild.pid, sh.pid, 99, 0, -1]) {
    assertRefused(world, "ECHILD", () => kernel.wait(sh, { pid }));
  }
  assertRefused(world, "ECHILD", () => kernel.wait(sh, { pgid: 99 }));
  assertRefused(world, "ECHILD", () => kernel.wait(sh, { pid: child.pid, pgid: 99 }));
});

Deno.test("wait() is refused with ECHILD for a thread: it is nobody's child", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const thread = kernel.createThread(kernel.fork(sh));
  assertRefused(world, "ECHILD", () => kernel.wait(sh, { pid: thread.pid }));
});

Deno.test("wait() is refused with ESRCH when the task has ended", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const child = kernel.fork(sh);
  kernel.exit(child);
  assertRefused(world, "ESRCH", () => kernel.wait(child));
});

Deno.test("wait() by any thread finds the children of all", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const [a, b] = [kernel.createThread(sh), kernel.createThread(sh)];
  const child = kernel.fork(a);
  kernel.exit(child, 1);
  assertEquals(kernel.wait(b).value, { pid: child.pid, status: 256 });
  const other = kernel.fork(sh);
  const waiting = kernel.wait(b, { pid: other.pid });
  kernel.exit(other, 2);
  assertEquals(waiting.value?.status, 512);
  checkWorld(world);
});

Deno.test("wait() gives a child to one of the threads that wait, and ECHILD to the others in the end", () => {
  const { kernel, sh } = bootShell();
  const threads = [sh, kernel.createThread(sh), kernel.createThread(sh)];
  const children = [kernel.fork(sh), kernel.fork(sh)];
  const waiting = threads.map((thread) => kernel.wait(thread));
  kernel.exit(children[0]);
  assertEquals(waiting.map(({ done }) => done), [true, false, false]);
  kernel.exit(children[1]);
  assertEquals(waiting.map(({ value }) => value?.pid ?? null), [4 + 2, 5 + 2, null]);
  assertEquals(waiting[2].errno, "ECHILD");
});

Deno.test("wait() ends with ECHILD when another thread reaps the child that it waits for", () => {
  const { kernel, sh } = bootShell();
  const thread = kernel.createThread(sh);
  const child = kernel.fork(sh);
  kernel.fork(sh);
  const any = kernel.wait(sh);
  const this_ = kernel.wait(thread, { pid: child.pid });
  kernel.exit(child);
  assertEquals([any.value?.pid, this_.errno, thread.state], [child.pid, "ECHILD", "R"]);
});

Deno.test("wait() ends with EINTR when the task catches a signal", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  kernel.setSignalAction(sh, { signal: "SIGINT", action: "catch" });
  const child = kernel.fork(sh);
  const waiting = kernel.wait(sh);
  kernel.kill(sh.pid, "SIGINT");
  assertEquals([waiting.done, waiting.errno, waiting.value, sh.state], [true, "EINTR", null, "R"]);
  kernel.exit(child);
  assertEquals(kernel.wait(sh).value?.pid, child.pid);
});

Deno.test("wait() goes on through signals that are ignored", () => {
  const { kernel, sh } = bootShell();
  kernel.fork(sh);
  kernel.setSignalAction(sh, { signal: "SIGTERM", action: "ignore" });
  const waiting = kernel.wait(sh);
  for (const signal of ["SIGTERM", "SIGCHLD", "SIGCONT", "SIGWINCH"] as const) {
    kernel.kill(sh.pid, signal);
  }
  assertEquals(waiting.done, false);
});

Deno.test("wait() returns the child, not EINTR, when the end of the child is caught as SIGCHLD", () => {
  const { kernel, sh } = bootShell();
  kernel.setSignalAction(sh, { signal: "SIGCHLD", action: "catch" });
  const child = kernel.fork(sh);
  const waiting = kernel.wait(sh);
  kernel.exit(child);
  assertEquals([waiting.errno, waiting.value?.pid], [null, child.pid]);
});

Deno.test("wait() for another child ends with EINTR when SIGCHLD is caught", () => {
  const { kernel, sh } = bootShell();
  kernel.setSignalAction(sh, { signal: "SIGCHLD", action: "catch" });
  const [a, b] = [kernel.fork(sh), kernel.fork(sh)];
  const waiting = kernel.wait(sh, { pid: a.pid });
  kernel.exit(b);
  assertEquals([waiting.errno, b.state], ["EINTR", "Z"]);
});

Deno.test("wait() never sees a zombie when SIGCHLD is ignored, and ends with ECHILD after the last child", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  kernel.setSignalAction(sh, { signal: "SIGCHLD", action: "ignore" });
  const [a, b] = [kernel.fork(sh), kernel.fork(sh)];
  const waiting = kernel.wait(sh);
  kernel.exit(a);
  assertEquals([a.state, waiting.done], ["X", false]);
  kernel.exit(b);
  assertEquals([waiting.errno, waiting.value], ["ECHILD", null]);
  checkWorld(world);
});

Deno.test("wait() still finds the zombies from before SIGCHLD was ignored", () => {
  const { kernel, sh } = bootShell();
  const child = kernel.fork(sh);
  kernel.exit(child);
  kernel.setSignalAction(sh, { signal: "SIGCHLD", action: "ignore" });
  assertEquals(kernel.wait(sh).value?.pid, child.pid);
});

Deno.test("wait() takes a child that was made with CLONE_PARENT", () => {
  const { kernel, sh } = bootShell();
  const sibling = kernel.fork(kernel.fork(sh), { flags: CLONE_PARENT });
  kernel.exit(sibling, 8);
  assertEquals(kernel.wait(sh).value, { pid: sibling.pid, status: 8 << 8 });
});

Deno.test("wait() by init finds nothing to reap, unless init was told not to do so by itself", () => {
  const busy = bootShell();
  busy.kernel.exit(busy.sh);
  assertEquals(busy.sh.state, "X");
  assertRefused(busy, "ECHILD", () => busy.kernel.wait(busy.kernel.init));
  const lazy = bootShell({ initReaps: false });
  lazy.kernel.exit(lazy.sh, 1);
  assertEquals(lazy.sh.state, "Z");
  assertEquals(lazy.kernel.wait(lazy.kernel.init).value, { pid: 3, status: 256 });
});

Deno.test("wait() traces who reaped the child", () => {
  const { kernel, sh } = bootShell();
  const seen = collect(kernel, "reap");
  kernel.exit(kernel.fork(sh));
  kernel.wait(sh);
  kernel.exit(sh);
  assertEquals(seen.map(({ pid, by }) => [pid, by]), [[4, "sh[3]"], [3, null]]);
});

Deno.test("wait() traces sleep and wake of a task that had to wait", () => {
  const { kernel, sh } = bootShell();
  const child = kernel.fork(sh);
  const sleeps = collect(kernel, "sleep");
  const wakes = collect(kernel, "wake");
  kernel.wait(sh);
  kernel.exit(child);
  assertEquals([sleeps.length, wakes.map(({ errno }) => errno)], [1, [null]]);
});

Deno.test("processStatus() is that of the leader until the group is ended as a whole", () => {
  const { kernel, sh } = bootShell();
  const child = kernel.fork(sh);
  const thread = kernel.createThread(child);
  kernel.exitThread(child, 1);
  assertEquals(processStatus(child), 256);
  kernel.exit(thread, 2);
  assertEquals(processStatus(child), 512);
});
