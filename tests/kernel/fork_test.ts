import {
  assert,
  assertEquals,
  assertNotEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  CLONE_PARENT,
  CLONE_THREAD,
  CLONE_VFORK,
  CLONE_VM,
  defineEvents,
  KernelBug,
  KernelError,
  PF_FORKNOEXEC,
  PF_SUBREAPER,
  PNOTIFY_ERROR,
  PNOTIFY_OK,
  type Task,
} from "../../mod.ts";
import { bootShell, collect, kinds, watch } from "./shell.ts";
import { assertRefused, checkWorld, childrenOf, groupOf, threadsOf } from "./snapshot.ts";

Deno.test("fork() makes a running child below its parent", () => {
  const world = bootShell();
  const child = world.kernel.fork(world.sh);
  assertEquals([child.state, child.parent, child.tgid], ["R", world.sh, child.pid]);
  assertEquals(childrenOf(world.sh), [child]);
  checkWorld(world);
});

Deno.test("fork() adds the child as the youngest of its siblings", () => {
  const world = bootShell();
  const children = [1, 2, 3].map(() => world.kernel.fork(world.sh));
  assertEquals(childrenOf(world.sh), children);
  checkWorld(world);
});

Deno.test("fork() gives the next pid, the next serial and the time of the clock", () => {
  const { kernel, sh } = bootShell();
  kernel.clock.advance(7);
  const child = kernel.fork(sh);
  assertEquals([child.pid, child.serial, child.startTime], [sh.pid + 1, sh.serial + 1, 7]);
});

Deno.test("fork() shares what a process shares with its parent until either changes it", () => {
  const { kernel, sh } = bootShell();
  kernel.setLimits(sh, { processes: 9 });
  kernel.setSignalAction(sh, { signal: "SIGTERM", action: "catch" });
  const child = kernel.fork(sh);
  for (const field of ["credentials", "program", "limits", "signalActions"] as const) {
    assertStrictEquals<unknown>(child[field], sh[field]);
  }
  assertEquals([child.comm, child.pgid, child.sid], [sh.comm, sh.pgid, sh.sid]);
});

Deno.test("fork() gives the child no resources, no subscribers and no subreaper's duty", () => {
  const { kernel, sh } = bootShell();
  kernel.charge(sh, { userTime: 5 });
  kernel.setSubreaper(sh, true);
  const child = kernel.fork(sh);
  assertEquals([child.resources, child.subscribers, child.exitCode], [null, null, 0]);
  assertEquals(child.flags & PF_SUBREAPER, 0);
});

Deno.test("fork() says of the child that it has not called exec", () => {
  const { kernel, sh } = bootShell();
  assertEquals(sh.flags & PF_FORKNOEXEC, 0);
  assertEquals(kernel.fork(sh).flags & PF_FORKNOEXEC, PF_FORKNOEXEC);
});

Deno.test("fork() counts the child for its user until it is reaped", () => {
  const { kernel, sh } = bootShell();
  const before = kernel.user(0).tasks;
  const child = kernel.fork(sh);
  assertEquals(kernel.user(0).tasks, before + 1);
  kernel.exit(child);
  assertEquals(kernel.user(0).tasks, before + 1);
  kernel.wait(sh);
  assertEquals(kernel.user(0).tasks, before);
});

Deno.test("fork() makes a process, not a thread, when CLONE_VM is all it is told", () => {
  const { kernel, sh } = bootShell();
  const child = kernel.fork(sh, { flags: CLONE_VM });
  assertEquals([child.isLeader, child.parent], [true, sh]);
});

Deno.test("fork() traces the child, its forker and whether it is a thread", () => {
  const { kernel, sh } = bootShell();
  const seen = collect(kernel, "fork");
  const child = kernel.fork(sh);
  kernel.createThread(child);
  assertEquals(seen.map(({ pid, parentPid, thread }) => [pid, parentPid, thread]), [
    [4, 3, false],
    [5, 4, true],
  ]);
});

Deno.test("fork() publishes the child when every hook has agreed, and not before", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const seen: unknown[] = [];
  watch(world, {
    fork(child) {
      kernel.tasklistLock.readLock();
      seen.push(kernel.findTask(child.pid), child.state, child.pid, childrenOf(sh).length);
      kernel.tasklistLock.readUnlock();
      return PNOTIFY_OK;
    },
  });
  kernel.fork(sh);
  assertEquals(seen, [null, "N", 4, 0]);
});

Deno.test("createThread() makes a thread: a pid of its own, the process of its maker, nobody's child", () => {
  const world = bootShell();
  const thread = world.kernel.createThread(world.sh);
  assertEquals([thread.pid, thread.tgid, thread.isLeader], [4, 3, false]);
  assertEquals([thread.parent, world.sh.firstChild], [world.sh.parent, null]);
  assertEquals(threadsOf(world.sh), [world.sh, thread]);
  checkWorld(world);
});

Deno.test("createThread() joins the same group when a thread calls it", () => {
  const world = bootShell();
  const first = world.kernel.createThread(world.sh);
  const second = world.kernel.createThread(first);
  assertEquals(threadsOf(world.sh), [world.sh, first, second]);
  assertEquals([second.groupLeader, world.sh.liveThreads], [world.sh, 3]);
  checkWorld(world);
});

Deno.test("fork() makes the thread that forks the parent", () => {
  const { kernel, sh } = bootShell();
  const thread = kernel.createThread(sh);
  const child = kernel.fork(thread);
  assertEquals([child.parent, childrenOf(thread), childrenOf(sh)], [thread, [child], []]);
});

Deno.test("fork() makes a sibling of its forker with CLONE_PARENT", () => {
  const world = bootShell();
  const a = world.kernel.fork(world.sh);
  const b = world.kernel.fork(a, { flags: CLONE_PARENT });
  assertEquals([b.parent, childrenOf(world.sh), childrenOf(a)], [world.sh, [a, b], []]);
  checkWorld(world);
});

Deno.test("fork() takes the parent of the process when a thread says CLONE_PARENT", () => {
  const { kernel, sh } = bootShell();
  const a = kernel.fork(sh);
  assertEquals(kernel.fork(kernel.createThread(a), { flags: CLONE_PARENT }).parent, sh);
});

Deno.test("fork() refuses init a sibling with EINVAL", () => {
  const world = bootShell();
  const { kernel } = world;
  const thread = kernel.createThread(kernel.init);
  for (const task of [kernel.init, thread]) {
    assertRefused(world, "EINVAL", () => kernel.fork(task, { flags: CLONE_PARENT }));
  }
});

Deno.test("vfork() keeps the parent asleep until the child calls exec", () => {
  const world = bootShell();
  const { child, returned } = world.kernel.vfork(world.sh);
  assertEquals([returned.done, world.sh.state], [false, "D"]);
  checkWorld(world);
  world.kernel.exec(child, "/bin/true");
  assertEquals([returned.value, returned.errno, world.sh.state], [child, null, "R"]);
  assertEquals(world.kernel.vforks, []);
});

Deno.test("vfork() keeps the parent asleep until the child ends", () => {
  const { kernel, sh } = bootShell();
  const { child, returned } = kernel.vfork(sh);
  kernel.exit(child, 1);
  assertEquals([returned.value, sh.state, kernel.vforks], [child, "R", []]);
});

Deno.test("vfork() goes on sleeping when the parent catches a signal", () => {
  const { kernel, sh } = bootShell();
  kernel.setSignalAction(sh, { signal: "SIGUSR1", action: "catch" });
  const { returned } = kernel.vfork(sh);
  kernel.kill(sh.pid, "SIGUSR1");
  assertEquals([returned.done, sh.state], [false, "D"]);
});

Deno.test("vfork() ends with EINTR when the parent is killed, and the child goes on as an orphan", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const { child, returned } = kernel.vfork(sh);
  kernel.kill(sh.pid, "SIGKILL");
  assertEquals([returned.done, returned.errno, sh.state], [true, "EINTR", "X"]);
  assertEquals([child.state, child.parent], ["R", kernel.init]);
  kernel.exec(child, "/bin/true");
  assertEquals([sh.state, sh.sleep, kernel.vforks], ["X", null, []]);
  checkWorld(world);
});

Deno.test("vfork() wakes its own parent when several of them sleep", () => {
  const { kernel, sh } = bootShell();
  const other = kernel.fork(kernel.init);
  const a = kernel.vfork(sh);
  const b = kernel.vfork(other);
  kernel.exec(b.child, "/bin/true");
  assertEquals([a.returned.done, b.returned.done], [false, true]);
});

Deno.test("vfork() wakes the forker, not the parent, with CLONE_PARENT", () => {
  const { kernel, sh } = bootShell();
  const a = kernel.fork(sh);
  const child = kernel.fork(a, { flags: CLONE_VFORK | CLONE_PARENT });
  assertEquals([child.parent, a.state, sh.state], [sh, "D", "R"]);
  kernel.exit(child);
  assertEquals(a.state, "R");
});

Deno.test("vfork() returns a finished call when the child was quicker than its parent", () => {
  const { kernel, sh } = bootShell();
  const init = kernel.init;
  kernel.preemption = {
    nested: false,
    blocked() {},
    reached(site) {
      const child = sh.firstChild;
      if (site !== "unlock" || child?.state !== "R") return;
      kernel.preemption = null;
      kernel.exec(child, "/bin/true");
    },
  };
  const { child, returned } = kernel.vfork(sh);
  assertEquals([returned.value, sh.state, child.comm, kernel.vforks], [child, "R", "true", []]);
  assertEquals(kernel.vfork(init).returned.done, false);
});

Deno.test("fork() is refused with ESRCH when the parent has ended", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const zombie = kernel.fork(sh);
  kernel.exit(zombie);
  assertRefused(world, "ESRCH", () => kernel.fork(zombie));
  assertRefused(world, "ESRCH", () => kernel.createThread(zombie));
});

Deno.test("fork() is refused with ESRCH when the parent is exiting", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const codes: string[] = [];
  watch(world, {
    exit: (task) => void codes.push(assertThrows(() => kernel.fork(task), KernelError).code),
  });
  kernel.exit(kernel.fork(sh));
  assertEquals(codes, ["ESRCH"]);
});

Deno.test("fork() is refused with ESRCH when the parent ends while it forks", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  watch(world, { fork: () => (kernel.exit(sh, 3), PNOTIFY_OK) });
  assertEquals(assertThrows(() => kernel.fork(sh), KernelError).code, "ESRCH");
  assertEquals([sh.state, kernel.taskCount], ["X", 3]);
  checkWorld(world);
});

Deno.test("fork() is refused with EAGAIN when the user has as many tasks as its limit says", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  kernel.setuid(sh, 1000);
  kernel.setLimits(sh, { processes: 3 });
  const child = kernel.fork(sh);
  kernel.exit(kernel.fork(sh));
  const error = assertRefused(world, "EAGAIN", () => kernel.fork(child));
  assertEquals(
    error.message,
    'Cannot fork "sh[4]": uid 1000 has 3 tasks, fewer than 3 are wanted (EAGAIN)',
  );
  kernel.wait(sh);
  assertEquals(kernel.fork(sh).state, "R");
});

Deno.test("fork() counts threads against the limit of the user", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  kernel.setuid(sh, 1000);
  kernel.setLimits(sh, { processes: 2 });
  kernel.createThread(sh);
  assertRefused(world, "EAGAIN", () => kernel.createThread(sh));
});

Deno.test("fork() lets root and CAP_SYS_RESOURCE pass the limit of the user", () => {
  const { kernel, sh } = bootShell();
  kernel.setLimits(sh, { processes: 0 });
  const child = kernel.fork(sh);
  child.credentials = { ...child.credentials, user: kernel.user(1000) };
  kernel.user(0).tasks--;
  kernel.user(1000).tasks++;
  assertEquals(kernel.fork(child).uid, 1000);
  kernel.dropCapabilities(child, ["CAP_SYS_RESOURCE"]);
  assertEquals(kernel.fork(child).uid, 1000);
  kernel.dropCapabilities(child, ["CAP_SYS_ADMIN"]);
  assertEquals(assertThrows(() => kernel.fork(child), KernelError).code, "EAGAIN");
});

Deno.test("fork() is refused with EAGAIN when there are as many tasks as the kernel allows", () => {
  const world = bootShell({ threadsMax: 5 });
  const { kernel, sh } = world;
  kernel.fork(sh);
  assertRefused(world, "EAGAIN", () => kernel.fork(sh));
  kernel.threadsMax = 6;
  assertEquals(kernel.fork(sh).state, "R");
});

Deno.test("fork() is refused with EAGAIN when no pid is free", () => {
  const world = bootShell({ pidMax: 5 });
  const { kernel, sh } = world;
  const child = kernel.fork(sh);
  assertRefused(world, "EAGAIN", () => kernel.fork(sh));
  kernel.exit(child);
  assertRefused(world, "EAGAIN", () => kernel.fork(sh));
  kernel.wait(sh);
  assertEquals(kernel.fork(sh).pid, 4);
});

Deno.test("fork() gives the pid that it is asked for, and goes on counting where it was", () => {
  const { kernel, sh } = bootShell();
  assertEquals(kernel.fork(sh, { pid: 100 }).pid, 100);
  assertEquals(kernel.fork(sh).pid, 4);
});

Deno.test("fork() is refused with EEXIST when the pid that it is asked for is in use", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const leader = kernel.fork(sh, { pid: 50 });
  kernel.setpgid(leader);
  const member = kernel.fork(leader);
  assertRefused(world, "EEXIST", () => kernel.fork(sh, { pid: 50 }));
  kernel.exit(leader);
  assertRefused(world, "EEXIST", () => kernel.fork(sh, { pid: 50 }));
  kernel.wait(sh);
  // The group outlives its leader.
  assertRefused(world, "EEXIST", () => kernel.fork(sh, { pid: 50 }));
  kernel.exit(member);
  assertEquals(kernel.fork(sh, { pid: 50 }).pid, 50);
});

Deno.test("fork() is refused with EINVAL when the pid that it is asked for is none", () => {
  const world = bootShell({ pidMax: 400 });
  for (const pid of [0, -1, 400, 1.5, NaN]) {
    assertRefused(world, "EINVAL", () => world.kernel.fork(world.sh, { pid }));
  }
});

Deno.test("fork() is refused with EINTR when a fatal signal is pending", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  let child: Task | null = null;
  watch(world, {
    fork(task) {
      child = task;
      kernel.kill(sh.pid, "SIGTERM");
      return PNOTIFY_OK;
    },
  });
  const error = assertThrows(() => kernel.fork(sh), KernelError);
  assertEquals([error.code, child!.state, child!.usage], ["EINTR", "X", 0]);
  // The signal is delivered as the call returns.
  assertEquals([sh.state, sh.exitCode], ["X", 15]);
  checkWorld(world);
});

Deno.test("fork() takes no notice of a pending signal that is caught", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  kernel.setSignalAction(sh, { signal: "SIGTERM", action: "catch" });
  watch(world, { fork: () => (kernel.kill(sh.pid, "SIGTERM"), PNOTIFY_OK) });
  assertEquals(kernel.fork(sh).state, "R");
});

Deno.test("fork() is refused with EAGAIN when the thread group is exiting", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const thread = kernel.createThread(sh);
  const codes: string[] = [];
  watch(world, {
    exit(task) {
      if (task === sh) codes.push(assertThrows(() => kernel.fork(thread), KernelError).code);
    },
  });
  kernel.exit(sh, 0);
  assertEquals(codes, ["EAGAIN"]);
  assertEquals([thread.state, kernel.taskCount], ["X", 3]);
});

for (const [site, code] of [["task", "ENOMEM"], ["pid", "EAGAIN"]] as const) {
  Deno.test(`fork() is refused with ${code} when the ${site} is to fail`, () => {
    const world = bootShell();
    world.kernel.faults = { shouldFail: (at) => at === site };
    assertRefused(world, code, () => world.kernel.fork(world.sh));
    assertRefused(world, code, () => world.kernel.createThread(world.sh));
    world.kernel.faults = null;
    assertEquals(world.kernel.fork(world.sh).pid, 4);
  });
}

Deno.test("fork() leaves nothing behind when a hook refuses, and the pid is given out again", () => {
  const world = bootShell({ pidMax: 5 });
  const { kernel, pnotify, sh } = world;
  const yes = defineEvents({ name: "yes", fork: () => PNOTIFY_OK, exit() {} });
  const no = defineEvents({ name: "no", fork: () => PNOTIFY_ERROR });
  pnotify.track(sh, yes);
  pnotify.track(sh, no);
  for (const flags of [0, CLONE_THREAD, CLONE_PARENT, CLONE_VFORK]) {
    assertRefused({ kernel }, "EPERM", () => kernel.fork(sh, { flags }));
  }
  assertEquals(pnotify.balance(yes).balanced, true);
  pnotify.untrack(sh, no);
  assertEquals(kernel.fork(sh).pid, 4);
});

Deno.test("fork() passes the errno on that a hook refuses with", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const refuse = () => {
    throw new KernelError("EDQUOT");
  };
  watch(world, { fork: refuse });
  assertEquals(assertThrows(() => kernel.fork(sh), KernelError).code, "EDQUOT");
});

Deno.test("fork() counts the child for the user that its parent had when a hook changes that", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  let answer: 0 | -1 = PNOTIFY_ERROR;
  watch(world, { fork: () => (kernel.setuid(sh, 1000), answer) });
  assertThrows(() => kernel.fork(sh), KernelError);
  assertEquals([kernel.user(0).tasks, kernel.user(1000).tasks], [3, 1]);
  answer = PNOTIFY_OK;
  kernel.fork(sh);
  checkWorld(world);
});

Deno.test("fork() puts the child into the group that its parent has in the end", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const child = kernel.fork(sh);
  kernel.setpgid(child);
  watch(world, {
    fork: () => (child.pgid === 4 && kernel.setpgid(child, { pgid: 1 }), PNOTIFY_OK),
  });
  const grandchild = kernel.fork(child);
  assertEquals([grandchild.pgid, groupOf(grandchild).includes(grandchild)], [1, true]);
  checkWorld(world);
});

Deno.test("fork() finds the new parent when CLONE_PARENT's old one ends meanwhile", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const child = kernel.fork(sh);
  watch(world, { fork: () => (kernel.exit(sh), PNOTIFY_OK) });
  const sibling = kernel.fork(child, { flags: CLONE_PARENT });
  assertEquals(sibling.parent, kernel.init);
  checkWorld(world);
});

Deno.test("fork() lets nobody subscribe a child that was never born", () => {
  const world = bootShell();
  const { kernel, pnotify, sh } = world;
  const late = defineEvents({ name: "late", fork: () => PNOTIFY_OK });
  let child: Task | null = null;
  watch(world, {
    fork(task) {
      child = task;
      task.usage++;
      return PNOTIFY_ERROR;
    },
  });
  assertThrows(() => kernel.fork(sh), KernelError);
  assertRefused(world, "ESRCH", () => pnotify.track(child!, late));
  assertRefused(world, "ESRCH", () => kernel.exec(child!, "/bin/true"));
  assertEquals(pnotify.subscriptionCount(late), 0);
});

Deno.test("fork() gives no task to call the kernel with while it is under construction", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  watch(world, { fork: (child) => (kernel.exec(child, "/bin/true"), PNOTIFY_OK) });
  const bug = assertThrows(() => kernel.fork(sh), KernelBug);
  assertEquals(bug.report!.kind, "never-born");
  assertEquals(kernel.modules.find("watcher"), null);
});

Deno.test("fork() reports a parent that sleeps", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  kernel.fork(sh);
  kernel.wait(sh);
  kernel.fork(sh);
  assertEquals(kinds(world), ["asleep"]);
  assert(kernel.reports[0].text.includes("sh[3] called fork while it sleeps"));
});

Deno.test("fork() gives every task a serial of its own, whatever its pid", () => {
  const { kernel, sh } = bootShell({ pidMax: 5 });
  const first = kernel.fork(sh);
  kernel.exit(first);
  kernel.wait(sh);
  const second = kernel.fork(sh);
  assertEquals(second.pid, first.pid);
  assertNotEquals(second.serial, first.serial);
});

Deno.test("fork() gives exit to global watchers that had agreed when a signal stops it", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const heard: string[] = [];
  watch(world, {
    fork: () => (heard.push("fork"), kernel.kill(sh.pid, "SIGKILL"), PNOTIFY_OK),
    exit: (task) => void heard.push(`exit ${task.pid}`),
  });
  assertThrows(() => kernel.fork(sh), KernelError);
  assertEquals(heard, ["fork", "exit 4", "exit 3"]);
});

Deno.test("fork() by a thread takes limits and signal actions from its process", () => {
  const { kernel, sh } = bootShell();
  const thread = kernel.createThread(sh);
  kernel.setLimits(sh, { core: 5 });
  kernel.setSignalAction(sh, { signal: "SIGHUP", action: "ignore" });
  kernel.setpgid(sh);
  const child = kernel.fork(thread);
  assertEquals([child.limits.core, child.signalActions, child.pgid], [5, { 1: "ignore" }, 3]);
});
