import { assertEquals } from "@std/assert";
import { PF_HAS_SUBREAPER } from "../../mod.ts";
import { bootShell, collect, watch } from "./shell.ts";
import { checkWorld, childrenOf } from "./snapshot.ts";

Deno.test("exit() gives the children to init, in their order, after those that it has", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const children = [1, 2].map(() => kernel.fork(sh));
  const own = kernel.fork(kernel.init);
  kernel.exit(sh);
  assertEquals(childrenOf(kernel.init), [own, ...children]);
  assertEquals(children.map((child) => child.parent), [kernel.init, kernel.init]);
  checkWorld(world);
});

Deno.test("exit() gives a thread's children to another thread of the process", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const thread = kernel.createThread(sh);
  const child = kernel.fork(thread);
  const seen = collect(kernel, "reparent");
  kernel.exitThread(thread);
  assertEquals([child.parent, seen], [sh, []]);
  checkWorld(world);
});

Deno.test("exit() gives the children of a leader that ends first to a living thread", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const thread = kernel.createThread(sh);
  const child = kernel.fork(sh);
  kernel.exitThread(sh);
  assertEquals(child.parent, thread);
  kernel.exit(child, 1);
  assertEquals(kernel.wait(thread).value, { pid: child.pid, status: 256 });
  checkWorld(world);
});

Deno.test("exit() gives the children to the nearest living subreaper above", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  kernel.setSubreaper(sh, true);
  const middle = kernel.fork(sh);
  kernel.setSubreaper(middle, true);
  const father = kernel.fork(middle);
  const child = kernel.fork(father);
  kernel.exit(father);
  assertEquals(child.parent, middle);
  kernel.exit(middle);
  assertEquals(child.parent, sh);
  kernel.exit(sh);
  assertEquals(child.parent, kernel.init);
  checkWorld(world);
});

Deno.test("exit() passes a subreaper over that is no ancestor", () => {
  const { kernel, sh } = bootShell();
  const uncle = kernel.fork(sh);
  kernel.setSubreaper(uncle, true);
  const father = kernel.fork(sh);
  const child = kernel.fork(father);
  kernel.exit(father);
  assertEquals(child.parent, kernel.init);
});

Deno.test("exit() gives the children to a living thread of a subreaper whose leader has ended", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  kernel.setSubreaper(sh, true);
  const thread = kernel.createThread(sh);
  const father = kernel.fork(thread);
  const child = kernel.fork(father);
  kernel.exitThread(sh);
  kernel.exit(father);
  assertEquals(child.parent, thread);
  checkWorld(world);
});

Deno.test("setSubreaper() works for descendants that are there already, through threads", () => {
  const { kernel, sh } = bootShell();
  const father = kernel.fork(kernel.createThread(sh));
  const child = kernel.fork(kernel.createThread(father));
  kernel.setSubreaper(sh, true);
  assertEquals(child.flags & PF_HAS_SUBREAPER, PF_HAS_SUBREAPER);
  kernel.exit(father);
  assertEquals(child.parent, sh);
});

Deno.test("setSubreaper() can be taken back", () => {
  const { kernel, sh } = bootShell();
  kernel.setSubreaper(sh, true);
  const father = kernel.fork(sh);
  const child = kernel.fork(father);
  kernel.setSubreaper(sh, false);
  kernel.exit(father);
  assertEquals(child.parent, kernel.init);
});

Deno.test("exit() passes the zombies on that its parent never reaped, and init reaps them", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const [dead, alive] = [kernel.fork(sh), kernel.fork(sh)];
  kernel.exit(dead, 1);
  const reaped = collect(kernel, "reap");
  kernel.exit(sh);
  assertEquals([dead.state, alive.state, alive.parent], ["X", "R", kernel.init]);
  assertEquals(reaped.map(({ pid }) => pid), [dead.pid, sh.pid]);
  checkWorld(world);
});

Deno.test("exit() wakes a subreaper that waits with the zombies that it gets", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  kernel.setSubreaper(sh, true);
  const father = kernel.fork(sh);
  const child = kernel.fork(father);
  kernel.exit(child, 7);
  const waiting = kernel.wait(sh);
  kernel.exit(father, 1);
  assertEquals(waiting.value, { pid: child.pid, status: 7 << 8 });
  assertEquals(kernel.wait(sh).value, { pid: father.pid, status: 256 });
  checkWorld(world);
});

Deno.test("exit() of a parent keeps a leader waiting that ended before its threads", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const child = kernel.fork(sh);
  const thread = kernel.createThread(child);
  kernel.exitThread(child, 1);
  kernel.exit(sh);
  assertEquals([child.state, child.parent, thread.parent], ["Z", kernel.init, kernel.init]);
  kernel.exitThread(thread);
  assertEquals(child.state, "X");
  checkWorld(world);
});

Deno.test("exit() traces each new parent, and calls reparent when the lock is dropped", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const child = kernel.fork(sh);
  const traced = collect(kernel, "reparent");
  const heard: unknown[] = [];
  watch(world, {
    reparent: (task, _subscriber, before) =>
      void heard.push([task.pid, String(before), String(task.parent), kernel.context.held.length]),
  });
  kernel.exit(sh);
  assertEquals(traced.map(({ pid, from, to }) => [pid, from, to]), [[4, "sh[3]", "init[1]"]]);
  assertEquals(heard, [[child.pid, "sh[3]", "init[1]", 0]]);
});

Deno.test("exit() of a whole tree leaves nothing but what boot made", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const tree = [sh];
  for (let i = 0; i < 20; i++) {
    tree.push(kernel.fork(tree[Math.floor(i / 2)], { flags: 0 }));
    kernel.createThread(tree[i]);
  }
  for (const task of tree) kernel.exit(task, 1);
  assertEquals(kernel.taskCount, 3);
  checkWorld(world);
});
