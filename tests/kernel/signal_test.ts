import { assertEquals, assertThrows } from "@std/assert";
import {
  createProgram,
  KernelError,
  PF_DUMPCORE,
  PNOTIFY_OK,
  type SignalAction,
  type SignalName,
  signalName,
  signalNumber,
  WaitQueue,
} from "../../mod.ts";
import { bootShell, collect, watch } from "./shell.ts";
import { assertRefused, checkWorld } from "./snapshot.ts";

Deno.test("kill() ends a process whose action is the default", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const child = kernel.fork(sh);
  assertEquals(kernel.kill(child.pid, "SIGTERM"), 1);
  assertEquals([child.state, kernel.wait(sh).value], ["Z", { pid: 4, status: 15 }]);
  checkWorld(world);
});

Deno.test("kill() ends every thread of the process, whichever thread it names", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const child = kernel.fork(sh);
  const threads = [kernel.createThread(child), kernel.createThread(child)];
  kernel.kill(threads[0].pid, "SIGKILL");
  assertEquals([child.state, ...threads.map((thread) => thread.state)], ["Z", "X", "X"]);
  assertEquals(threads.map((thread) => thread.exitCode), [9, 9]);
  assertEquals(kernel.wait(sh).value?.status, 9);
  checkWorld(world);
});

Deno.test("kill() does nothing with signals that nobody asked for", () => {
  const { kernel, sh } = bootShell();
  const names = ["SIGCHLD", "SIGCONT", "SIGURG", "SIGWINCH", "SIGSTOP", "SIGTSTP"] as const;
  for (const name of names) assertEquals(kernel.kill(sh.pid, name), 1);
  assertEquals(sh.state, "R");
});

Deno.test("kill() does nothing with a signal that is ignored", () => {
  const { kernel, sh } = bootShell();
  kernel.setSignalAction(sh, { signal: "SIGTERM", action: "ignore" });
  kernel.kill(sh.pid, "SIGTERM");
  assertEquals(sh.state, "R");
  kernel.kill(sh.pid, "SIGKILL");
  assertEquals(sh.state, "X");
});

Deno.test("kill() dumps core for signals that do so, where the limit allows one", () => {
  const { kernel, sh } = bootShell();
  const [a, b, c] = [kernel.fork(sh), kernel.fork(sh), kernel.fork(sh)];
  for (const task of [a, c]) kernel.setLimits(task, { core: 4096 });
  kernel.kill(a.pid, "SIGSEGV");
  kernel.kill(b.pid, "SIGSEGV");
  kernel.kill(c.pid, "SIGTERM");
  assertEquals([a, b, c].map((task) => task.exitCode), [11 | 0x80, 11, 15]);
  assertEquals([a, b, c].map((task) => (task.flags & PF_DUMPCORE) !== 0), [true, false, false]);
});

Deno.test("kill() ends a process with a real-time signal that it does not catch", () => {
  const { kernel, sh } = bootShell();
  const child = kernel.fork(sh);
  kernel.kill(child.pid, 40);
  assertEquals(child.exitCode, 40);
});

Deno.test("kill() with signal 0 only asks", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  assertEquals(kernel.kill(sh.pid, 0), 1);
  assertEquals(sh.state, "R");
  assertRefused(world, "ESRCH", () => kernel.kill(99, 0));
});

Deno.test("kill() reaches a zombie, to no effect", () => {
  const { kernel, sh } = bootShell();
  const child = kernel.fork(sh);
  kernel.exit(child, 1);
  assertEquals(kernel.kill(child.pid, "SIGKILL"), 1);
  assertEquals([child.state, kernel.wait(sh).value?.status], ["Z", 256]);
});

Deno.test("kill() cannot end init, pid 0 or a thread of the kernel", () => {
  const { kernel } = bootShell();
  for (const task of [kernel.init, kernel.kthreadd]) {
    assertEquals(kernel.kill(task.pid, "SIGKILL"), 1);
    assertEquals(task.state, "R");
  }
});

Deno.test("kill() reaches a signal that init catches", () => {
  const { kernel, sh } = bootShell();
  kernel.setSignalAction(kernel.init, { signal: "SIGUSR1", action: "catch" });
  const waiting = kernel.wait(kernel.init);
  kernel.kill(1, "SIGUSR1", { sender: sh });
  assertEquals(waiting.errno, "EINTR");
});

Deno.test("kill() of pid 0 reaches the process group of the sender", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  kernel.setpgid(sh);
  const [a, b] = [kernel.fork(sh), kernel.fork(sh)];
  kernel.setpgid(b);
  assertEquals(kernel.kill(0, "SIGTERM", { sender: a }), 2);
  assertEquals([a.state, b.state, sh.state], ["X", "R", "X"]);
  checkWorld(world);
});

Deno.test("kill() of a negative pid reaches that process group", () => {
  const { kernel, sh } = bootShell();
  const [a, b, c] = [kernel.fork(sh), kernel.fork(sh), kernel.fork(sh)];
  kernel.setpgid(a);
  kernel.setpgid(b, { pgid: a.pid });
  assertEquals(kernel.kill(-a.pid, "SIGKILL"), 2);
  assertEquals([a.state, b.state, c.state], ["Z", "Z", "R"]);
});

Deno.test("kill() of -1 reaches everybody but init and the sender", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const child = kernel.fork(sh);
  const thread = kernel.createThread(child);
  const sender = kernel.fork(sh);
  assertEquals(kernel.kill(-1, "SIGKILL", { sender }), 3);
  assertEquals([sh, child, thread].map((task) => task.state), ["X", "X", "X"]);
  assertEquals([sender.state, sender.parent], ["R", kernel.init]);
  checkWorld(world);
});

Deno.test("kill() needs the user of the target, or CAP_KILL", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const [alice, bob, also] = [1000, 1001, 1000].map((uid) => {
    const task = kernel.fork(sh);
    kernel.setuid(task, uid);
    return task;
  });
  const error = assertRefused(
    world,
    "EPERM",
    () => kernel.kill(bob.pid, "SIGTERM", { sender: alice }),
  );
  assertEquals(
    error.message,
    'Cannot send SIGTERM to "5": sh[4] of uid 1000 has no CAP_KILL, ' +
      "the same user or CAP_KILL is wanted (EPERM)",
  );
  assertRefused(world, "EPERM", () => kernel.kill(sh.pid, 0, { sender: alice }));
  assertEquals(kernel.kill(also.pid, "SIGTERM", { sender: alice }), 1);
  assertEquals(kernel.kill(bob.pid, "SIGTERM", { sender: sh }), 1);
  kernel.dropCapabilities(sh, ["CAP_KILL"]);
  assertRefused(world, "EPERM", () => kernel.kill(alice.pid, "SIGTERM", { sender: sh }));
});

Deno.test("kill() of a group reaches those that may be signalled", () => {
  const { kernel, sh } = bootShell();
  kernel.setpgid(sh);
  const [alice, bob] = [1000, 1001].map((uid) => {
    const task = kernel.fork(sh);
    kernel.setuid(task, uid);
    return task;
  });
  assertEquals(kernel.kill(-sh.pid, "SIGKILL", { sender: alice }), 1);
  assertEquals([alice.state, bob.state, sh.state], ["Z", "R", "R"]);
});

Deno.test("kill() lets a task signal its own process whoever it has become, and SIGCONT its session", () => {
  const { kernel, sh } = bootShell();
  kernel.setsid(sh);
  const thread = kernel.createThread(sh);
  const child = kernel.fork(sh);
  kernel.setuid(thread, 1000);
  kernel.setuid(child, 1001);
  assertEquals(kernel.kill(sh.pid, 0, { sender: thread }), 1);
  assertEquals(kernel.kill(child.pid, "SIGCONT", { sender: thread }), 1);
  const call = () => kernel.kill(child.pid, "SIGHUP", { sender: thread });
  assertEquals(assertThrows(call, KernelError).code, "EPERM");
});

Deno.test("kill() is refused with ESRCH when there is nobody", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const child = kernel.fork(sh);
  kernel.exit(child);
  kernel.wait(sh);
  for (const pid of [child.pid, 99, -99, NaN]) {
    assertRefused(world, "ESRCH", () => kernel.kill(pid, "SIGTERM"));
  }
});

Deno.test("kill() is refused with EINVAL when there is no such signal", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  for (const signal of [-1, 65, 1.5, NaN, "SIGFOO" as SignalName]) {
    assertRefused(world, "EINVAL", () => kernel.kill(sh.pid, signal));
  }
});

Deno.test("kill() is refused with ESRCH when the sender has ended", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const sender = kernel.fork(sh);
  kernel.exit(sender);
  assertRefused(world, "ESRCH", () => kernel.kill(sh.pid, 0, { sender }));
});

Deno.test("kill() is delivered when the outermost call returns, never under a hook's locks", () => {
  const { kernel, pnotify, sh } = bootShell();
  const [a, b] = [kernel.fork(sh), kernel.fork(sh)];
  const seen: string[] = [];
  const events = watch({ kernel, pnotify, sh }, {
    exit(task) {
      if (task !== a) return void seen.push(`exit of ${task}, held ${kernel.context.held.length}`);
      kernel.kill(b.pid, "SIGKILL");
      seen.push(`sent, and b is ${b.state}`);
    },
  });
  kernel.exit(a);
  pnotify.unregister(events);
  assertEquals(seen, ["sent, and b is R", "exit of sh[5], held 0"]);
});

Deno.test("kill() is fatal when the default was to die as it was sent, whatever is done about it then", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const child = kernel.fork(sh);
  const events = watch(world, {
    exec() {
      kernel.kill(child.pid, "SIGTERM");
      kernel.setSignalAction(child, { signal: "SIGTERM", action: "catch" });
    },
  });
  kernel.exec(sh, "/bin/sh");
  world.pnotify.unregister(events);
  assertEquals([child.state, child.exitCode], ["Z", 15]);
});

Deno.test("kill() of a signal that was caught finds the action that there is when it is delivered", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const endings = (["ignore", "default", "catch"] as const).map((action) => {
    const child = kernel.fork(sh);
    kernel.setSignalAction(child, { signal: "SIGTERM", action: "catch" });
    const events = watch(world, {
      exec() {
        kernel.kill(child.pid, "SIGTERM");
        kernel.setSignalAction(child, { signal: "SIGTERM", action });
      },
    });
    kernel.exec(sh, "/bin/sh");
    world.pnotify.unregister(events);
    return child.state;
  });
  assertEquals([endings, kernel.pendingSignals], [["R", "Z", "R"], null]);
});

Deno.test("kill() leaves a process able to fork once its signal has been caught", () => {
  const { kernel, sh } = bootShell();
  kernel.setSignalAction(sh, { signal: "SIGTERM", action: "catch" });
  kernel.kill(sh.pid, "SIGTERM");
  assertEquals(kernel.fork(sh).state, "R");
});

Deno.test("kill() interrupts one sleeping thread when the signal is caught", () => {
  const { kernel, sh } = bootShell();
  const thread = kernel.createThread(sh);
  const queue = new WaitQueue<string>(kernel);
  const sleeps = [queue.sleep(sh), queue.sleep(thread)];
  kernel.setSignalAction(kernel.init, { signal: "SIGUSR1", action: "catch" });
  sh.signalActions = kernel.init.signalActions;
  kernel.kill(sh.pid, "SIGUSR1");
  assertEquals(sleeps.map(({ errno }) => errno), ["EINTR", null]);
});

Deno.test("kill() waits for an uninterruptible sleeper to wake", () => {
  const { kernel, sh } = bootShell();
  const child = kernel.fork(sh);
  const queue = new WaitQueue<string>(kernel);
  const sleep = queue.sleep(child, { interruptible: false });
  kernel.kill(child.pid, "SIGKILL");
  assertEquals([child.state, sleep.done], ["D", false]);
  kernel.fork(sh);
  assertEquals(child.state, "D");
  queue.wakeAll("go");
  assertEquals([sleep.value, child.state, kernel.pendingSignals], ["go", "Z", null]);
});

Deno.test("kill() waits for an uninterruptible thread although another one sleeps in vfork", () => {
  const { kernel, sh } = bootShell();
  const child = kernel.fork(sh);
  const thread = kernel.createThread(child);
  kernel.vfork(child);
  const queue = new WaitQueue<string>(kernel);
  queue.sleep(thread, { interruptible: false });
  kernel.kill(child.pid, "SIGKILL");
  assertEquals([child.state, thread.state], ["D", "D"]);
  queue.wakeAll("go");
  assertEquals([child.state, thread.state], ["Z", "X"]);
});

Deno.test("kill() is traced with signal and sender, when it does anything", () => {
  const { kernel, sh } = bootShell();
  const child = kernel.fork(sh);
  const seen = collect(kernel, "signal");
  kernel.kill(child.pid, "SIGCHLD");
  kernel.kill(child.pid, "SIGTERM", { sender: sh });
  assertEquals(seen.map(({ pid, signal, by }) => [pid, signal, by]), [[4, "SIGTERM", "sh[3]"]]);
});

Deno.test("setSignalAction() is for the whole process and inherited at fork", () => {
  const { kernel, sh } = bootShell();
  kernel.setSignalAction(kernel.createThread(sh), { signal: "SIGTERM", action: "ignore" });
  assertEquals(sh.signalActions, { 15: "ignore" });
  const child = kernel.fork(sh);
  kernel.setSignalAction(child, { signal: "SIGTERM", action: "default" });
  assertEquals([sh.signalActions, child.signalActions], [{ 15: "ignore" }, {}]);
});

Deno.test("setSignalAction() is refused with EINVAL for what cannot be changed, is no signal or no action", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  for (const signal of ["SIGKILL", "SIGSTOP", 0, 65, "SIGFOO" as SignalName] as const) {
    assertRefused(world, "EINVAL", () => kernel.setSignalAction(sh, { signal, action: "ignore" }));
  }
  const action = "block" as SignalAction;
  assertRefused(world, "EINVAL", () => kernel.setSignalAction(sh, { signal: "SIGHUP", action }));
});

Deno.test("setSignalAction() ignoring SIGCHLD survives exec", () => {
  const { kernel, sh } = bootShell();
  kernel.setSignalAction(sh, { signal: "SIGCHLD", action: "ignore" });
  kernel.exec(sh, createProgram("/bin/sh"));
  const child = kernel.fork(sh);
  kernel.exit(child);
  assertEquals(child.state, "X");
});

Deno.test("signalNumber() and signalName() are each other's inverse", () => {
  for (const name of ["SIGHUP", "SIGKILL", "SIGCHLD", "SIGSYS"] as const) {
    assertEquals(signalName(signalNumber(name)), name);
  }
  assertEquals([signalName(40), signalNumber(40), signalNumber(0)], ["SIG40", 40, 0]);
});

Deno.test("fork() in a hook of a killed task is refused, and other tasks go on forking", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const other = kernel.fork(kernel.init);
  const results: string[] = [];
  watch(world, {
    fork(child) {
      if (child.comm !== "init") return PNOTIFY_OK;
      kernel.kill(sh.pid, "SIGKILL");
      results.push(assertThrows(() => kernel.fork(sh), KernelError).code);
      return PNOTIFY_OK;
    },
  });
  assertEquals(kernel.fork(other).state, "R");
  assertEquals([results, sh.state], [["EINTR"], "X"]);
});

Deno.test("kill() does not change the status of a zombie whose threads ended one by one", () => {
  const { kernel, sh } = bootShell();
  const child = kernel.fork(sh);
  kernel.exitThread(child, 5);
  kernel.kill(child.pid, "SIGKILL");
  assertEquals(kernel.wait(sh).value?.status, 5 << 8);
});

Deno.test("kill() is not traced when the signal is ignored", () => {
  const { kernel, sh } = bootShell();
  const seen = collect(kernel, "signal");
  kernel.setSignalAction(sh, { signal: "SIGTERM", action: "ignore" });
  kernel.kill(sh.pid, "SIGTERM");
  assertEquals([seen, kernel.pendingSignals], [[], null]);
});
