import { assertEquals } from "@std/assert";
import { boot } from "../../pnotify/boot.ts";
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
