import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  createProgram,
  defineEvents,
  KernelError,
  PF_FORKNOEXEC,
  PF_SUBREAPER,
  PNOTIFY_OK,
  RLIM_INFINITY,
  type Task,
  WaitQueue,
} from "../../mod.ts";
import { bootShell, collect, kinds, watch } from "./shell.ts";
import { assertRefused, checkWorld, childrenOf, groupOf, threadsOf } from "./snapshot.ts";

Deno.test("exec() gives a task the program, its comm and no excuse to be moved", () => {
  const { kernel, sh } = bootShell();
  const child = kernel.fork(sh);
  kernel.exec(child, "/usr/bin/make");
  assertEquals([child.comm, child.program.path, child.program.argv], [
    "make",
    "/usr/bin/make",
    ["/usr/bin/make"],
  ]);
  assertEquals(child.flags & PF_FORKNOEXEC, 0);
  assertEquals(sh.comm, "sh");
});

Deno.test("exec() takes a program that many tasks run", () => {
  const { kernel, sh } = bootShell();
  const make = createProgram("/usr/bin/make", ["make", "-j4"]);
  const child = kernel.fork(sh);
  kernel.exec(child, make);
  assertStrictEquals(child.program, make);
});

Deno.test("exec() keeps pid, family, group, credentials and limits", () => {
  const { kernel, sh } = bootShell();
  kernel.setLimits(sh, { processes: 7 });
  const child = kernel.fork(sh);
  const { pid, serial, parent, pgid, credentials, limits } = child;
  kernel.exec(child, "/bin/true");
  assertEquals([child.pid, child.serial, child.parent, child.pgid], [pid, serial, parent, pgid]);
  assertStrictEquals(child.credentials, credentials);
  assertStrictEquals(child.limits, limits);
});

Deno.test("exec() forgets handlers and keeps what is ignored", () => {
  const { kernel, sh } = bootShell();
  kernel.setSignalAction(sh, { signal: "SIGTERM", action: "catch" });
  kernel.setSignalAction(sh, { signal: "SIGHUP", action: "ignore" });
  kernel.exec(sh, "/bin/true");
  assertEquals(sh.signalActions, { 1: "ignore" });
  kernel.setSignalAction(sh, { signal: "SIGHUP", action: "default" });
  kernel.setSignalAction(sh, { signal: "SIGINT", action: "catch" });
  kernel.exec(sh, "/bin/true");
  assertEquals(sh.signalActions, null);
});

Deno.test("exec() leaves a parent's handlers alone that a child inherited", () => {
  const { kernel, sh } = bootShell();
  kernel.setSignalAction(sh, { signal: "SIGTERM", action: "catch" });
  kernel.exec(kernel.fork(sh), "/bin/true");
  assertEquals(sh.signalActions, { 15: "catch" });
});

Deno.test("exec() traces the program and the pid that the task had", () => {
  const { kernel, sh } = bootShell();
  const seen = collect(kernel, "exec");
  kernel.exec(kernel.createThread(sh), "/bin/true");
  assertEquals(seen.map(({ pid, oldPid, path }) => [pid, oldPid, path]), [[3, 4, "/bin/true"]]);
});

Deno.test("exec() by the leader ends all other threads, with their exit hooks, and keeps the leader", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const threads = [1, 2, 3].map(() => kernel.createThread(sh));
  const ended: Task[] = [];
  watch(world, { exit: (task) => void ended.push(task) });
  kernel.exec(sh, "/bin/true");
  assertEquals(ended, threads);
  assertEquals([threadsOf(sh), sh.liveThreads, sh.state], [[sh], 1, "R"]);
  assertEquals(threads.map((thread) => thread.state), ["X", "X", "X"]);
  checkWorld(world);
});

Deno.test("exec() by another thread ends the leader last and takes over its pid", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const other = kernel.createThread(sh);
  const thread = kernel.createThread(sh);
  const ended: Task[] = [];
  watch(world, { exit: (task) => void ended.push(task) });
  kernel.exec(thread, "/bin/true");
  assertEquals(ended, [other, sh]);
  assertEquals([thread.pid, thread.tgid, thread.isLeader, thread.comm], [3, 3, true, "true"]);
  assertEquals([sh.pid, sh.tgid, sh.state, sh.usage], [5, 3, "X", 0]);
  assertEquals(kernel.getTask(5), null);
  checkWorld(world);
});

Deno.test("exec() by another thread keeps its task, its subscribers and their data", () => {
  const { kernel, pnotify, sh } = bootShell();
  const calls: string[] = [];
  const events = defineEvents<string>({
    name: "labels",
    fork: () => PNOTIFY_OK,
    exec: (task) => void calls.push(`exec ${task.pid}`),
    exit: (task) => void calls.push(`exit ${task.pid}`),
  });
  const thread = kernel.createThread(sh);
  const { serial } = thread;
  pnotify.track(sh, events, { data: "leader" });
  pnotify.track(thread, events, { data: "thread" });
  kernel.exec(thread, "/bin/true");
  assertEquals([pnotify.dataOf(thread, events), thread.serial], ["thread", serial]);
  assertEquals([calls, pnotify.subscriptionCount(events)], [["exit 3", "exec 3"], 1]);
});

Deno.test("exec() by another thread takes the leader's place among its siblings", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  for (const place of [0, 1, 2]) {
    const siblings = [1, 2, 3].map(() => kernel.fork(sh));
    const thread = kernel.createThread(siblings[place]);
    kernel.exec(thread, "/bin/true");
    siblings[place] = thread;
    assertEquals(childrenOf(sh), siblings);
    checkWorld(world);
    for (const task of siblings) {
      kernel.exit(task);
      kernel.wait(sh);
    }
  }
});

Deno.test("exec() by another thread of an only child keeps the family whole", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const thread = kernel.createThread(kernel.fork(sh));
  kernel.exec(thread, "/bin/true");
  assertEquals([childrenOf(sh), thread.parent], [[thread], sh]);
  checkWorld(world);
});

Deno.test("exec() by another thread inherits the children of all threads", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const thread = kernel.createThread(sh);
  const own = kernel.fork(thread);
  const leaders = kernel.fork(sh);
  const reparented = collect(kernel, "reparent");
  kernel.exec(thread, "/bin/true");
  assertEquals([childrenOf(thread), leaders.parent], [[own, leaders], thread]);
  // It is the same process, so nobody hears of a new parent.
  assertEquals(reparented, []);
  checkWorld(world);
});

Deno.test("exec() by another thread takes over session, process group and place in it", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  kernel.setsid(sh);
  const [first, second] = [kernel.fork(sh), kernel.fork(sh)];
  kernel.setpgid(first);
  kernel.setpgid(second, { pgid: first.pid });
  const thread = kernel.createThread(first);
  kernel.exec(thread, "/bin/true");
  assertEquals([thread.pgid, thread.sid], [first.tgid, 3]);
  assertEquals(groupOf(second), [thread, second]);
  checkWorld(world);
  const leader = kernel.createThread(sh);
  kernel.exec(leader, "/bin/true");
  assertEquals([leader.sid, leader.pgid, groupOf(leader)], [3, 3, [leader]]);
  assertRefused(world, "EPERM", () => kernel.setsid(leader));
});

Deno.test("exec() by another thread takes over what is kept for the process", () => {
  const { kernel, sh } = bootShell();
  kernel.clock.advance(5);
  const thread = kernel.createThread(sh);
  kernel.setSubreaper(sh, true);
  kernel.setLimits(sh, { core: 7 });
  kernel.setSignalAction(sh, { signal: "SIGCHLD", action: "ignore" });
  kernel.exec(thread, "/bin/true");
  assertEquals(thread.flags & PF_SUBREAPER, PF_SUBREAPER);
  assertEquals([thread.limits, thread.signalActions, thread.startTime], [
    { processes: RLIM_INFINITY, core: 7 },
    { 17: "ignore" },
    0,
  ]);
});

Deno.test("exec() by another thread works when the leader has ended before", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const child = kernel.fork(sh);
  const thread = kernel.createThread(child);
  kernel.exitThread(child, 1);
  const ended: Task[] = [];
  watch(world, { exit: (task) => void ended.push(task) });
  kernel.exec(thread, "/bin/true");
  assertEquals([ended, thread.pid, child.state], [[], 4, "X"]);
  kernel.exit(thread, 2);
  assertEquals(kernel.wait(sh).value, { pid: 4, status: 2 << 8 });
  checkWorld(world);
});

Deno.test("exec() by another thread does not end the wait of the parent", () => {
  const { kernel, sh } = bootShell();
  const child = kernel.fork(sh);
  const thread = kernel.createThread(child);
  const waiting = kernel.wait(sh, { pid: child.pid });
  kernel.exec(thread, "/bin/true");
  assertEquals(waiting.done, false);
  kernel.exit(thread, 3);
  assertEquals(waiting.value, { pid: 4, status: 3 << 8 });
});

Deno.test("exec() by another thread keeps a signal that is pending for the process", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const thread = kernel.createThread(kernel.fork(sh));
  watch(world, {
    exit(task) {
      if (task.pid === 4) kernel.kill(4, "SIGTERM");
    },
  });
  kernel.exec(thread, "/bin/true");
  assertEquals([thread.state, thread.exitCode], ["Z", 15]);
});

Deno.test("exec() by another thread of init makes that thread init", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const thread = kernel.createThread(kernel.init);
  kernel.exec(thread, "/sbin/init");
  assertEquals([kernel.init, thread.pid, sh.parent], [thread, 1, thread]);
  assertRefused(world, "EPERM", () => kernel.exit(thread));
  kernel.kill(1, "SIGKILL");
  assertEquals(thread.state, "R");
  const child = kernel.fork(sh);
  kernel.exit(sh);
  assertEquals([child.parent, sh.state], [thread, "X"]);
  checkWorld(world);
});

Deno.test("exec() wakes the threads that it ends, and nobody wakes them again", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const queue = new WaitQueue<string>(kernel);
  const [waiter, sleeper, forker] = [1, 2, 3].map(() => kernel.createThread(sh));
  kernel.fork(waiter);
  const wait = kernel.wait(waiter);
  const sleep = queue.sleep(sleeper, { interruptible: false });
  const { child, returned } = kernel.vfork(forker);
  kernel.exec(sh, "/bin/true");
  assertEquals([wait, sleep, returned].map(({ done, errno }) => [done, errno]), [
    [true, "EINTR"],
    [true, "EINTR"],
    [true, "EINTR"],
  ]);
  kernel.exec(child, "/bin/true");
  assertEquals(queue.wakeAll("late"), 0);
  assertEquals([waiter.state, sleeper.state, forker.state], ["X", "X", "X"]);
  checkWorld(world);
});

Deno.test("exec() survives exit hooks that end further threads", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const threads = [1, 2, 3].map(() => kernel.createThread(sh));
  watch(world, {
    exit(task) {
      if (task === threads[0]) kernel.exitThread(threads[1]);
    },
  });
  kernel.exec(sh, "/bin/true");
  assertEquals(threadsOf(sh), [sh]);
  checkWorld(world);
});

Deno.test("exec() fails with ESRCH when an exit hook ends the caller meanwhile", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const thread = kernel.createThread(kernel.fork(sh));
  watch(world, {
    exit(task) {
      if (task.pid === 4) kernel.exitThread(thread, 9);
    },
  });
  assertEquals(assertThrows(() => kernel.exec(thread, "/bin/true"), KernelError).code, "ESRCH");
  assertEquals(kernel.wait(sh).value?.pid, 4);
  checkWorld(world);
});

Deno.test("exec() is refused with ESRCH when the task has ended or is exiting", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const zombie = kernel.fork(sh);
  const codes: string[] = [];
  const events = watch(world, {
    exit(task) {
      codes.push(assertThrows(() => kernel.exec(task, "/bin/true"), KernelError).code);
    },
  });
  kernel.exit(zombie);
  world.pnotify.unregister(events);
  assertEquals(codes, ["ESRCH"]);
  assertRefused(world, "ESRCH", () => kernel.exec(zombie, "/bin/true"));
});

Deno.test("exec() is refused with EAGAIN when the process is ending", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const thread = kernel.createThread(sh);
  const codes: string[] = [];
  watch(world, {
    exit(task) {
      if (task !== sh) return;
      codes.push(assertThrows(() => kernel.exec(thread, "/bin/true"), KernelError).code);
    },
  });
  kernel.exit(sh, 1);
  assertEquals([codes, thread.state, kernel.taskCount], [["EAGAIN"], "X", 3]);
  checkWorld(world);
});

Deno.test("exec() is refused with ENOENT when the path is empty or none", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  assertRefused(world, "ENOENT", () => kernel.exec(sh, ""));
  assertRefused(world, "ENOENT", () => kernel.exec(sh, undefined as unknown as string));
});

Deno.test("exec() is refused with ENOMEM when it is to fail, and nobody is notified", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  kernel.createThread(sh);
  const heard: string[] = [];
  watch(world, { exec: () => void heard.push("exec"), exit: () => void heard.push("exit") });
  kernel.faults = { shouldFail: (site) => site === "exec" };
  assertRefused(world, "ENOMEM", () => kernel.exec(sh, "/bin/true"));
  assertEquals([heard, sh.comm], [[], "sh"]);
});

Deno.test("exec() passes on what the binary handler refuses with, and goes on with the old program", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const thread = kernel.createThread(sh);
  kernel.binaries = {
    load(program) {
      const action = "execute";
      const name = program.path!;
      throw new KernelError("ENOEXEC", {
        action,
        name,
        found: "it is a text",
        wanted: "x is wanted",
      });
    },
  };
  assertRefused(world, "ENOEXEC", () => kernel.exec(thread, "/etc/motd"));
  assertEquals([sh.comm, threadsOf(sh)], ["sh", [sh, thread]]);
  assertEquals(kinds(world), []);
});

Deno.test("createProgram() takes the comm from the last part of the path, cut to 15 characters", () => {
  assertEquals(createProgram("/opt/a/very-long-program-name").comm, "very-long-progr");
  assertEquals(createProgram("init").comm, "init");
  assertEquals(assertThrows(() => createProgram(""), KernelError).code, "ENOENT");
});

Deno.test("exec() is refused with EAGAIN while another thread of the process is in its exit", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const [exiting, caller] = [kernel.createThread(sh), kernel.createThread(sh)];
  const codes: string[] = [];
  watch(world, {
    exit(task) {
      if (task !== exiting) return;
      codes.push(assertThrows(() => kernel.exec(caller, "/bin/true"), KernelError).code);
    },
  });
  kernel.exitThread(exiting);
  assertEquals([codes, caller.comm, caller.state], [["EAGAIN"], "sh", "R"]);
  checkWorld(world);
});
