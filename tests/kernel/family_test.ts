import { assertEquals } from "@std/assert";
import { boot } from "../../pnotify/boot.ts";
import { CLONE_THREAD, CLONE_VM } from "../../kernel/fork.ts";
import { Kernel } from "../../kernel/kernel.ts";
import type { Task } from "../../kernel/task.ts";

function childrenOf(task: Task): number[] {
  const pids: number[] = [];
  for (let child = task.firstChild; child !== null; child = child.nextSibling) pids.push(child.pid);
  return pids;
}

Deno.test("Task.prevSibling is null for the oldest child and for who is no child", () => {
  const { kernel } = boot();
  const shell = kernel.fork(kernel.init);
  const [first, second, third] = [1, 2, 3].map(() => kernel.fork(shell));
  assertEquals([first.prevSibling, second.prevSibling, third.prevSibling], [null, first, second]);
  assertEquals([shell.firstChild, shell.lastChild], [first, third]);
  const thread = kernel.createThread(shell);
  assertEquals([thread.prevSibling, thread.nextSibling, thread.firstChild], [null, null, null]);
});

Deno.test("Task.nextSibling passes over a child that was reaped, wherever it stood", () => {
  const { kernel } = boot();
  const shell = kernel.fork(kernel.init);
  const children = [1, 2, 3, 4, 5].map(() => kernel.fork(shell));
  for (const at of [2, 0, 4]) {
    kernel.exit(children[at]);
    kernel.wait(shell, { pid: children[at].pid });
  }
  assertEquals(childrenOf(shell), [children[1].pid, children[3].pid]);
  assertEquals([children[1].prevSibling, children[3].nextSibling], [null, null]);
  assertEquals(shell.lastChild, children[3]);
  assertEquals([children[2].prevSibling, children[2].nextSibling], [null, null]);
});

Deno.test("Task.nextSibling does not reach a task that was given the pid of a reaped sibling", () => {
  const kernel = new Kernel();
  const shell = kernel.fork(kernel.init);
  const children = [1, 2, 3].map(() => kernel.fork(shell));
  const { pid } = children[1];
  kernel.exit(children[1]);
  kernel.wait(shell, { pid });
  const stranger = kernel.fork(kernel.init, { pid });
  assertEquals(childrenOf(shell), [children[0].pid, children[2].pid]);
  assertEquals([children[1].prevSibling, stranger.nextSibling], [null, null]);
});

for (const at of [0, 1, 2]) {
  Deno.test(`exec() by a thread keeps the place of its process as child ${at} of three`, () => {
    const { kernel } = boot();
    const shell = kernel.fork(kernel.init);
    const children = [1, 2, 3].map(() => kernel.fork(shell));
    const pids = childrenOf(shell);
    const thread = kernel.createThread(children[at]);
    kernel.exec(thread, "/bin/true");
    children[at] = thread;
    assertEquals(childrenOf(shell), pids);
    children.forEach((child, i) => {
      assertEquals(child.prevSibling, children[i - 1] ?? null);
      assertEquals(child.nextSibling, children[i + 1] ?? null);
      assertEquals(child.parent, shell);
    });
  });
}

Deno.test("exec() by a thread keeps the children that it had, and their order", () => {
  const { kernel } = boot();
  const leader = kernel.fork(kernel.init);
  const thread = kernel.createThread(leader);
  const children = [1, 2, 3].map(() => kernel.fork(thread));
  kernel.exec(thread, "/bin/true");
  assertEquals(childrenOf(thread), children.map(({ pid }) => pid));
  assertEquals([thread.lastChild, children[1].prevSibling], [children[2], children[0]]);
  const youngest = kernel.fork(thread);
  kernel.exit(children[0]);
  kernel.wait(thread, { pid: children[0].pid });
  assertEquals(childrenOf(thread), [children[1].pid, children[2].pid, youngest.pid]);
});

Deno.test("exec() by a thread takes over the children of its leader when that one has ended", () => {
  const { kernel } = boot();
  const leader = kernel.fork(kernel.init);
  const thread = kernel.createThread(leader);
  const [first, second] = [leader, thread].map((parent) => kernel.fork(parent));
  kernel.exec(thread, "/bin/true");
  assertEquals(childrenOf(thread), [second.pid, first.pid]);
  assertEquals([first.parent, second.parent], [thread, thread]);
});

Deno.test("fork() finds room for the children of a thread whose pid is far beyond all others", () => {
  const kernel = new Kernel();
  const leader = kernel.fork(kernel.init);
  const thread = kernel.fork(leader, { flags: CLONE_VM | CLONE_THREAD, pid: 30_000 });
  const child = kernel.fork(thread);
  const far = kernel.fork(thread, { pid: 20_000 });
  assertEquals(childrenOf(thread), [child.pid, far.pid]);
  assertEquals([far.prevSibling, thread.prevSibling], [child, null]);
});

Deno.test("Task.firstChild is null for a task that was reaped, whoever has its pid now", () => {
  const kernel = new Kernel();
  const shell = kernel.fork(kernel.init);
  const gone = kernel.fork(shell);
  kernel.exit(gone);
  kernel.wait(shell, { pid: gone.pid });
  const heir = kernel.fork(shell, { pid: gone.pid });
  const child = kernel.fork(heir);
  assertEquals([gone.firstChild, heir.firstChild], [null, child]);
});

Deno.test("Task.nextSibling is null for a thread that was given the pid of a reaped child", () => {
  const kernel = new Kernel();
  const shell = kernel.fork(kernel.init);
  const [first, gone, last] = [1, 2, 3].map(() => kernel.fork(shell));
  kernel.exit(gone);
  kernel.wait(shell, { pid: gone.pid });
  const thread = kernel.fork(first, { flags: CLONE_VM | CLONE_THREAD, pid: gone.pid });
  assertEquals([thread.prevSibling, thread.nextSibling], [null, null]);
  assertEquals(childrenOf(shell), [first.pid, last.pid]);
});

Deno.test("fork() begins without children when its pid was that of a thread that execed", () => {
  const kernel = new Kernel();
  const leader = kernel.fork(kernel.init);
  const thread = kernel.createThread(leader);
  const { pid } = thread;
  const kept = kernel.fork(thread);
  kernel.exec(thread, "/bin/true");
  const next = kernel.fork(kernel.init, { pid });
  assertEquals(next.firstChild, null);
  const child = kernel.fork(next);
  assertEquals([childrenOf(next), childrenOf(thread)], [[child.pid], [kept.pid]]);
});
