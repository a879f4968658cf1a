import { assertEquals } from "@std/assert";
import { bootShell, collect, watch } from "./shell.ts";
import { assertRefused, checkWorld, groupOf } from "./snapshot.ts";

Deno.test("setpgid() makes a group of its own for the caller", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  kernel.setpgid(sh);
  assertEquals([sh.pgid, sh.sid, groupOf(sh)], [3, 1, [sh]]);
  checkWorld(world);
});

Deno.test("setpgid() moves a child that has not called exec", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const [a, b] = [kernel.fork(sh), kernel.fork(sh)];
  kernel.setpgid(sh, { target: a });
  kernel.setpgid(sh, { target: b, pgid: a.pid });
  assertEquals([a.pgid, b.pgid, groupOf(a)], [4, 4, [a, b]]);
  checkWorld(world);
});

Deno.test("setpgid() by a thread means its process", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const thread = kernel.createThread(sh);
  kernel.setpgid(thread);
  assertEquals([sh.pgid, thread.pgid], [3, 3]);
  checkWorld(world);
});

Deno.test("setpgid() does nothing when the task is in that group", () => {
  const { kernel, sh } = bootShell();
  const seen = collect(kernel, "session");
  kernel.setpgid(sh, { pgid: 1 });
  assertEquals([sh.pgid, seen], [1, []]);
});

Deno.test("setpgid() works on a zombie that is still listed", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const child = kernel.fork(sh);
  kernel.exit(child);
  kernel.setpgid(sh, { target: child });
  assertEquals(kernel.wait(sh, { pgid: child.pid }).value?.pid, child.pid);
  checkWorld(world);
});

Deno.test("setpgid() is refused with EINVAL for a negative group and for a thread", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const thread = kernel.createThread(sh);
  for (const pgid of [-1, 1.5, NaN]) {
    assertRefused(world, "EINVAL", () => kernel.setpgid(sh, { pgid }));
  }
  assertRefused(world, "EINVAL", () => kernel.setpgid(sh, { target: thread }));
});

Deno.test("setpgid() is refused with ESRCH for who is neither the caller nor its child", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const child = kernel.fork(sh);
  const grandchild = kernel.fork(child);
  for (const target of [grandchild, kernel.init]) {
    assertRefused(world, "ESRCH", () => kernel.setpgid(sh, { target }));
  }
});

Deno.test("setpgid() is refused with ESRCH for a child that was reaped", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const target = kernel.fork(sh);
  const reference = kernel.getTask(target.pid)!;
  kernel.exit(target);
  kernel.wait(sh);
  assertRefused(world, "ESRCH", () => kernel.setpgid(sh, { target }));
  reference.put();
  assertRefused(world, "ESRCH", () => kernel.setpgid(sh, { target }));
});

Deno.test("setpgid() is refused with EACCES for a child that has called exec", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const target = kernel.fork(sh);
  kernel.exec(target, "/bin/true");
  assertRefused(world, "EACCES", () => kernel.setpgid(sh, { target }));
  kernel.setpgid(target);
  assertEquals(target.pgid, target.pid);
});

Deno.test("setpgid() is refused with EPERM for a session leader and across sessions", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const [leader, child] = [kernel.fork(sh), kernel.fork(sh)];
  kernel.setsid(leader);
  assertRefused(world, "EPERM", () => kernel.setpgid(leader));
  assertRefused(world, "EPERM", () => kernel.setpgid(sh, { target: leader }));
  assertRefused(world, "EPERM", () => kernel.setpgid(child, { pgid: leader.pid }));
  const inside = kernel.fork(leader);
  assertRefused(world, "EPERM", () => kernel.setpgid(inside, { pgid: 1 }));
});

Deno.test("setpgid() is refused with EPERM for a group that does not exist", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const child = kernel.fork(sh);
  assertRefused(world, "EPERM", () => kernel.setpgid(sh, { pgid: 99 }));
  assertRefused(world, "EPERM", () => kernel.setpgid(sh, { pgid: child.pid }));
});

Deno.test("setpgid() is refused with ESRCH when the caller has ended", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const child = kernel.fork(sh);
  kernel.exit(child);
  assertRefused(world, "ESRCH", () => kernel.setpgid(child));
});

Deno.test("setsid() makes a session and a group in it, and leaves the old ones", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  assertEquals(kernel.setsid(sh), 3);
  assertEquals([sh.sid, sh.pgid, groupOf(kernel.init)], [3, 3, [kernel.init]]);
  checkWorld(world);
});

Deno.test("setsid() by a thread is for the process", () => {
  const { kernel, sh } = bootShell();
  assertEquals(kernel.setsid(kernel.createThread(sh)), 3);
  assertEquals(sh.sid, 3);
});

Deno.test("setsid() leaves children where they are, and later ones are born into the session", () => {
  const { kernel, sh } = bootShell();
  const before = kernel.fork(sh);
  kernel.setsid(sh);
  assertEquals([before.sid, kernel.fork(sh).sid], [1, 3]);
});

Deno.test("setsid() is refused with EPERM when the process leads a group, or its group outlived it", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  kernel.setpgid(sh);
  assertRefused(world, "EPERM", () => kernel.setsid(sh));
  const child = kernel.fork(sh);
  kernel.setpgid(child);
  const member = kernel.fork(child);
  // It has left the group that bears its pid, and the group is still there.
  kernel.setpgid(child, { pgid: sh.pid });
  assertEquals(member.pgid, child.pid);
  assertRefused(world, "EPERM", () => kernel.setsid(child));
  kernel.exit(member);
  kernel.wait(child);
  assertEquals(kernel.setsid(child), child.pid);
});

Deno.test("setsid() is refused with ESRCH when the task has ended", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const child = kernel.fork(sh);
  kernel.exit(child);
  assertRefused(world, "ESRCH", () => kernel.setsid(child));
});

Deno.test("setsid() is traced and heard of with the session before", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const traced = collect(kernel, "session");
  const heard: number[][] = [];
  watch(world, { session: (task, _subscriber, before) => void heard.push([task.sid, before]) });
  kernel.setsid(sh);
  assertEquals(traced.map(({ pid, sid, pgid }) => [pid, sid, pgid]), [[3, 3, 3]]);
  assertEquals(heard, [[3, 1]]);
});

Deno.test("exit() takes a member out of its group when it is reaped, and not before", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const [a, b] = [kernel.fork(sh), kernel.fork(sh)];
  kernel.setpgid(a);
  kernel.setpgid(b, { pgid: a.pid });
  kernel.exit(a);
  assertEquals(groupOf(b), [a, b]);
  kernel.wait(sh);
  assertEquals(groupOf(b), [b]);
  checkWorld(world);
});
