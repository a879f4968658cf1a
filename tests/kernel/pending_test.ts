import { assertEquals } from "@std/assert";
import { WaitQueue } from "../../mod.ts";
import { bootShell, collect, kinds } from "./shell.ts";
import { assertRefused, checkWorld } from "./snapshot.ts";

Deno.test("WaitQueue.sleep() keeps a task asleep until wakeAll() gives it a value", () => {
  const world = bootShell();
  const queue = new WaitQueue<string>(world.kernel);
  const answer = queue.sleep(world.sh);
  assertEquals([answer.done, world.sh.state, queue.length], [false, "S", 1]);
  checkWorld(world);
  assertEquals(queue.wakeAll("go"), 1);
  assertEquals([answer.done, answer.value, answer.errno], [true, "go", null]);
  assertEquals([world.sh.state, world.sh.sleep, queue.length], ["R", null, 0]);
});

Deno.test("WaitQueue.wakeAll() wakes the longest asleep first, and nobody twice", () => {
  const { kernel, sh } = bootShell();
  const queue = new WaitQueue<string>(kernel);
  const tasks = [kernel.fork(sh), sh, kernel.fork(sh)];
  for (const task of tasks) queue.sleep(task);
  const woken = collect(kernel, "wake");
  assertEquals([queue.wakeAll("go"), queue.wakeAll("again")], [3, 0]);
  assertEquals(woken.map(({ pid }) => pid), [4, 3, 5]);
});

Deno.test("WaitQueue.sleep() ends with EINTR when a signal is caught, and wakeAll() passes it over", () => {
  const { kernel, sh } = bootShell();
  const queue = new WaitQueue<string>(kernel);
  kernel.setSignalAction(sh, { signal: "SIGINT", action: "catch" });
  const answer = queue.sleep(sh);
  kernel.kill(sh.pid, "SIGINT");
  assertEquals([answer.errno, answer.value, queue.length], ["EINTR", null, 0]);
  assertEquals(queue.wakeAll("late"), 0);
});

Deno.test("WaitQueue.sleep() takes no notice of a caught signal when it is not interruptible", () => {
  const { kernel, sh } = bootShell();
  const queue = new WaitQueue<string>(kernel);
  kernel.setSignalAction(sh, { signal: "SIGINT", action: "catch" });
  const answer = queue.sleep(sh, { interruptible: false });
  kernel.kill(sh.pid, "SIGINT");
  assertEquals([answer.done, sh.state], [false, "D"]);
});

Deno.test("WaitQueue.sleep() is refused with ESRCH when the task has ended, and queues nobody", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const queue = new WaitQueue<string>(kernel);
  const child = kernel.fork(sh);
  kernel.exit(child);
  assertRefused(world, "ESRCH", () => queue.sleep(child));
  assertEquals(queue.length, 0);
});

Deno.test("WaitQueue.sleep() of a sleeper is reported, and ends the first sleep", () => {
  const world = bootShell();
  const queue = new WaitQueue<string>(world.kernel);
  const first = queue.sleep(world.sh);
  const second = queue.sleep(world.sh);
  assertEquals([kinds(world), first.errno, second.done], [["asleep"], "EINTR", false]);
  assertEquals(queue.wakeAll("go"), 1);
  assertEquals(second.value, "go");
  checkWorld(world);
});

Deno.test("WaitQueue.sleep() under a spin lock is reported", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const queue = new WaitQueue<string>(kernel);
  kernel.tasklistLock.readLock();
  queue.sleep(sh);
  kernel.tasklistLock.readUnlock();
  assertEquals(kinds(world), ["sleep-in-atomic"]);
});
