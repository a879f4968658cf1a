import { assertEquals } from "@std/assert";
import { CLONE_THREAD } from "../../kernel/fork.ts";
import { joinThreads, leaveThreads } from "../../kernel/family.ts";
import { joinGroup, leaveGroup } from "../../kernel/process_group.ts";
import { releaseTask } from "../../kernel/release.ts";
import { changedParent, moveChild, reparentChildren } from "../../kernel/reparent.ts";
import { notifyParent } from "../../kernel/wait.ts";
import type { Kernel, KernelOptions, Task } from "../../mod.ts";
import { bootShell } from "./shell.ts";

interface Cast {
  readonly kernel: Kernel;
  readonly sh: Task;
  readonly child: Task;
  readonly thread: Task;
}

/** What needs tasklistLock for writing, each called where its other preconditions hold. */
const NEEDS_TASKLIST_LOCK: Readonly<Record<string, (cast: Cast) => void>> = {
  "adopt()": ({ kernel, sh, thread }) => kernel.family.adopt(sh, thread),
  "disown()": ({ kernel, child }) => kernel.family.disown(child),
  "takeOver()": ({ kernel, sh, thread }) => kernel.family.takeOver(sh, thread),
  "joinThreads()": ({ child, sh }) => joinThreads(sh, child),
  "leaveThreads()": ({ thread }) => leaveThreads(thread),
  "publish()": ({ kernel, child }) => kernel.pids.publish(child),
  "withdraw()": ({ kernel, child }) => kernel.pids.withdraw(child),
  "exchange()": ({ kernel, sh, thread }) => kernel.pids.exchange(thread, sh),
  "joinGroup()": ({ sh, child }) => joinGroup(child, sh.processGroup),
  "leaveGroup()": ({ kernel, child }) => leaveGroup(kernel, child),
  "releaseTask()": ({ kernel, child }) => releaseTask(kernel, child),
  "moveChild()": ({ kernel, child }) => moveChild(kernel, child, kernel.init),
  "reparentChildren()": ({ kernel, thread }) => reparentChildren(kernel, thread),
  "changedParent()": ({ kernel, sh, child }) => changedParent(kernel, child, sh, kernel.init),
  "notifyParent()": ({ kernel, child }) => notifyParent(kernel, child),
  "deferFree()": ({ kernel, child }) => kernel.deferFree(child),
  "deferReparent()": ({ kernel, sh, child }) => kernel.deferReparent(child, sh),
};

function cast(options: KernelOptions = {}): Cast {
  const { kernel, sh } = bootShell(options);
  const child = kernel.fork(sh);
  const thread = kernel.fork(sh, { flags: CLONE_THREAD });
  return { kernel, sh, child, thread };
}

for (const [name, call] of Object.entries(NEEDS_TASKLIST_LOCK)) {
  Deno.test(`${name} is reported when tasklistLock is not held for writing`, () => {
    const tasks = cast();
    call(tasks);
    assertEquals(tasks.kernel.reports.map(({ headline }) => headline), [
      `${name} needs tasklistLock held for write`,
    ]);
    const reading = cast();
    reading.kernel.tasklistLock.readLock();
    call(reading);
    assertEquals(reading.kernel.reports.map(({ kind }) => kind), ["lock-needed"]);
  });

  Deno.test(`${name} is not reported when tasklistLock is held for writing, or nobody looks`, () => {
    const tasks = cast();
    tasks.kernel.tasklistLock.writeLock();
    call(tasks);
    const silent = cast({ debug: false });
    call(silent);
    assertEquals([tasks.kernel.reports, silent.kernel.reports], [[], []]);
  });
}

Deno.test("runDeferred() is reported when tasklistLock is held, under which no hook may run", () => {
  const { kernel } = bootShell();
  kernel.tasklistLock.writeLock();
  kernel.runDeferred();
  kernel.tasklistLock.writeUnlock();
  kernel.runDeferred();
  assertEquals(kernel.reports.map(({ headline }) => headline), [
    "runDeferred() may sleep while tasklistLock is held",
  ]);
});

Deno.test("boot takes tasklistLock for what it publishes, and drops it", () => {
  const { kernel } = bootShell();
  assertEquals([kernel.reports, kernel.context.held], [[], []]);
});
