import { assertEquals, assertThrows } from "@std/assert";
import { KernelError } from "../../kernel/errno.ts";
import { boot } from "../../pnotify/boot.ts";
import { defineEvents } from "../../pnotify/events.ts";
import { PNOTIFY_ERROR, PNOTIFY_NOSUB, PNOTIFY_OK } from "../../pnotify/verdict.ts";

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
