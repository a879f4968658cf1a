import { assertEquals, assertThrows } from "@std/assert";
import {
  defineEvents,
  KernelError,
  PF_DUMPCORE,
  PF_EXITING,
  PF_SIGNALED,
  PNOTIFY_OK,
  type SignalName,
  type Task,
  WaitQueue,
} from "../../mod.ts";
import { bootShell, collect, kinds, watch } from "./shell.ts";
import { assertRefused, checkWorld, childrenOf, threadsOf } from "./snapshot.ts";

Deno.test("exit() makes a zombie that keeps its pid and status until it is reaped", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const child = kernel.fork(sh);
  kernel.clock.advance(9);
  kernel.exit(child, 3);
  assertEquals([child.state, child.exitCode, child.endTime], ["Z", 3 << 8, 9]);
  assertEquals([childrenOf(sh), kernel.taskCount], [[child], 5]);
  checkWorld(world);
});

Deno.test("exit() ends with code 0 unless told otherwise", () => {
  const { kernel, sh } = bootShell();
  const child = kernel.fork(sh);
  kernel.exit(child);
  assertEquals(child.exitCode, 0);
});

Deno.test("exit() stores signal and core in the status, and says so in the flags", () => {
  const { kernel, sh } = bootShell();
  const [killed, dumped] = [kernel.fork(sh), kernel.fork(sh)];
  kernel.exit(killed, { signal: "SIGTERM" });
  kernel.exit(dumped, { signal: 11, core: true });
  assertEquals([killed.exitCode, dumped.exitCode], [15, 11 | 0x80]);
  assertEquals(killed.flags & (PF_SIGNALED | PF_DUMPCORE), PF_SIGNALED);
  assertEquals(dumped.flags & (PF_SIGNALED | PF_DUMPCORE), PF_SIGNALED | PF_DUMPCORE);
});

Deno.test("exit() stores the code and sets PF_EXITING before the hooks, and lets the parent hear after", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const child = kernel.fork(sh);
  const waiting = kernel.wait(sh);
  const seen: unknown[] = [];
  watch(world, {
    exit(task) {
      seen.push(task.exitCode, (task.flags & PF_EXITING) !== 0, task.state, waiting.done);
    },
  });
  kernel.exit(child, 2);
  assertEquals(seen, [2 << 8, true, "R", false]);
  assertEquals(waiting.done, true);
});

Deno.test("exit() ends every thread of the process with one status", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const child = kernel.fork(sh);
  const threads = [child, kernel.createThread(child), kernel.createThread(child)];
  const ended: [Task, number][] = [];
  watch(world, { exit: (task) => void ended.push([task, task.exitCode]) });
  kernel.exit(threads[1], 4);
  assertEquals(ended, [[threads[1], 4 << 8], [child, 4 << 8], [threads[2], 4 << 8]]);
  assertEquals(threads.map((thread) => thread.state), ["Z", "X", "X"]);
  assertEquals(kernel.wait(sh).value, { pid: child.pid, status: 4 << 8 });
  checkWorld(world);
});

Deno.test("exit() ends sleeping threads of the process with EINTR", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const child = kernel.fork(sh);
  const thread = kernel.createThread(child);
  kernel.fork(thread);
  const waiting = kernel.wait(thread);
  const { returned } = kernel.vfork(kernel.createThread(child));
  kernel.exit(child);
  assertEquals([waiting.errno, returned.errno, child.state], ["EINTR", "EINTR", "Z"]);
  checkWorld(world);
});

Deno.test("exitThread() frees a thread at once and lets the process go on", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const thread = kernel.createThread(sh);
  kernel.exitThread(thread, 1);
  assertEquals([thread.state, thread.usage, sh.state, sh.liveThreads], ["X", 0, "R", 1]);
  assertEquals([threadsOf(sh), kernel.getTask(thread.pid)], [[sh], null]);
  checkWorld(world);
});

Deno.test("exitThread() keeps a leader that ends first until its last thread has ended", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const child = kernel.fork(sh);
  const thread = kernel.createThread(child);
  const waiting = kernel.wait(sh);
  kernel.exitThread(child, 5);
  assertEquals([child.state, waiting.done], ["Z", false]);
  checkWorld(world);
  kernel.exitThread(thread, 6);
  // The process ends with the status of its leader.
  assertEquals(waiting.value, { pid: child.pid, status: 5 << 8 });
  checkWorld(world);
});

Deno.test("exit() by a thread gives its status to a process whose leader ended first", () => {
  const { kernel, sh } = bootShell();
  const child = kernel.fork(sh);
  const thread = kernel.createThread(child);
  kernel.exitThread(child, 5);
  kernel.exit(thread, 6);
  assertEquals(kernel.wait(sh).value, { pid: child.pid, status: 6 << 8 });
});

Deno.test("exitThread() of the only thread ends the process", () => {
  const { kernel, sh } = bootShell();
  kernel.exitThread(kernel.fork(sh), 7);
  assertEquals(kernel.wait(sh).value?.status, 7 << 8);
});

Deno.test("exit() traces the end of each thread", () => {
  const { kernel, sh } = bootShell();
  const child = kernel.fork(sh);
  kernel.createThread(child);
  const seen = collect(kernel, "exit");
  kernel.exit(child, 1);
  assertEquals(seen.map(({ pid, status, thread }) => [pid, status, thread]), [
    [4, 256, false],
    [5, 256, true],
  ]);
});

Deno.test("exit() calls signal before exit when a signal ends the task, and only then", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const heard: string[] = [];
  watch(world, {
    signal: (task, _subscriber, signal) => void heard.push(`signal ${task.pid} ${signal}`),
    exit: (task) => void heard.push(`exit ${task.pid}`),
  });
  kernel.exit(kernel.fork(sh), { signal: "SIGKILL" });
  kernel.exit(kernel.fork(sh), 1);
  assertEquals(heard, ["signal 4 9", "exit 4", "exit 5"]);
});

Deno.test("exit() lets an exit hook end another task", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const [a, b] = [kernel.fork(sh), kernel.fork(sh)];
  watch(world, {
    exit(task) {
      if (task === a) kernel.exit(b, 2);
    },
  });
  kernel.exit(a, 1);
  assertEquals([a.state, b.state], ["Z", "Z"]);
  checkWorld(world);
});

Deno.test("exit() is refused with EPERM for init and pid 0", () => {
  const world = bootShell();
  const { kernel } = world;
  const { init } = kernel;
  for (const task of [init, init.parent!]) {
    assertRefused(world, "EPERM", () => kernel.exit(task));
    assertRefused(world, "EPERM", () => kernel.exitThread(task));
  }
});

Deno.test("exit() is refused with EPERM for the whole of init, but a further thread of it may end", () => {
  const world = bootShell();
  const { kernel } = world;
  const thread = kernel.createThread(kernel.init);
  assertRefused(world, "EPERM", () => kernel.exit(thread));
  kernel.exitThread(thread);
  assertEquals([thread.state, kernel.init.state], ["X", "R"]);
  checkWorld(world);
});

Deno.test("exit() is refused with ESRCH when the task has ended", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const child = kernel.fork(sh);
  kernel.exit(child, 1);
  assertRefused(world, "ESRCH", () => kernel.exit(child, 2));
  assertRefused(world, "ESRCH", () => kernel.exitThread(child, 2));
  assertEquals(child.exitCode, 1 << 8);
});

Deno.test("exit() is refused with ESRCH in the task's own exit hook", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const codes: string[] = [];
  watch(world, {
    exit: (task) => void codes.push(assertThrows(() => kernel.exit(task, 9), KernelError).code),
  });
  kernel.exit(kernel.fork(sh), 1);
  assertEquals([codes, kernel.wait(sh).value?.status], [["ESRCH"], 256]);
});

Deno.test("exit() is refused with EINVAL for what is no code and no signal", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  for (const code of [-1, 256, 1.5, NaN]) {
    assertRefused(world, "EINVAL", () => kernel.exit(sh, code));
    assertRefused(world, "EINVAL", () => kernel.exitThread(sh, code));
  }
  for (const signal of [0, 65, -1, "SIGFOO" as SignalName]) {
    assertRefused(world, "EINVAL", () => kernel.exit(sh, { signal }));
  }
});

Deno.test("exit() reports a task that sleeps, and leaves nothing for anybody to wake", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const queue = new WaitQueue<string>(kernel);
  const child = kernel.fork(sh);
  const sleep = queue.sleep(child);
  kernel.exit(child, 1);
  assertEquals([kinds(world), sleep.errno, child.state], [["asleep"], "EINTR", "Z"]);
  queue.wakeAll("late");
  assertEquals(child.state, "Z");
  checkWorld(world);
});

Deno.test("exit() lets no task fall asleep in its own exit hook", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const child = kernel.fork(sh);
  kernel.fork(child);
  const queue = new WaitQueue<string>(kernel);
  const codes: string[] = [];
  watch(world, {
    exit(task) {
      codes.push(assertThrows(() => kernel.wait(task), KernelError).code);
      codes.push(assertThrows(() => queue.sleep(task), KernelError).code);
    },
  });
  kernel.exit(child);
  assertEquals([codes, child.state, queue.length], [["ESRCH", "ESRCH"], "Z", 0]);
  checkWorld(world);
});

Deno.test("exit() takes each subscriber off the list after its own hook", () => {
  const { kernel, pnotify, sh } = bootShell();
  const seen: string[][] = [];
  const make = (name: string) =>
    defineEvents({
      name,
      fork: () => PNOTIFY_OK,
      exit: (task) => void seen.push(kernel.callouts!.subscribersOf(task)),
    });
  for (const name of ["a", "b"]) pnotify.track(sh, make(name));
  kernel.exit(sh);
  assertEquals([seen, sh.subscribers], [[["a", "b"], ["b"]], null]);
});

Deno.test("exit() lets those that asked for it hear that a task is freed, when the lock is dropped", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const heard: unknown[] = [];
  watch(world, {
    free: (task) => void heard.push([task.pid, task.state, kernel.context.held.length]),
  });
  const child = kernel.fork(sh);
  kernel.exitThread(kernel.createThread(sh));
  kernel.exit(child);
  assertEquals(heard, [[5, "X", 0]]);
  kernel.wait(sh);
  assertEquals([heard.length, child.usage], [2, 0]);
  kernel.exit(sh);
  assertEquals([heard.length, sh.usage], [3, 0]);
});

Deno.test("exit() keeps the status of the thread that was first, were it 0", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const child = kernel.fork(sh);
  const thread = kernel.createThread(child);
  watch(world, {
    exit(task) {
      if (task === child) kernel.exit(thread, 5);
    },
  });
  kernel.exit(child, 0);
  assertEquals([thread.exitCode, kernel.wait(sh).value?.status], [0, 0]);
});
