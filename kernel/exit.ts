import { KernelError } from "./errno.ts";
import { lockWrite, unlockWrite } from "./lock.ts";
import { wakeUp } from "./pending.ts";
import { releaseTask } from "./release.ts";
import { reparentChildren } from "./reparent.ts";
import { killOtherThreads } from "./send_signal.ts";
import { type SignalName, signalNumber } from "./signal.ts";
import {
  EXIT_ZOMBIE,
  PF_DUMPCORE,
  PF_EXITING,
  PF_SIGNALED,
  PF_THREAD,
  PF_VFORK,
  type Task,
} from "./task.ts";
import { completeVfork } from "./vfork.ts";
import { hasEnded, notifyParent } from "./wait.ts";
import type { KernelWorld } from "./world.ts";

/** How a task ends. */
export type ExitHow = number | {
  /** The signal that kills it. */
  readonly signal: SignalName | number;
  /** Whether it dumps core. */
  readonly core?: boolean;
};

/** The wait status of a task that ends so. */
export function waitStatus(task: Task, how: ExitHow): number {
  if (typeof how !== "number") return statusOfSignal(task, how);
  // One test for an integer from 0 to 255.
  if ((how & 0xff) === how) return how << 8;
  throw refuse(task, "EINVAL", `the code is ${how}`, "an integer from 0 to 255 is wanted");
}

function statusOfSignal(task: Task, how: Exclude<ExitHow, number>): number {
  const signal = signalNumber(how.signal);
  if (signal !== 0) return how.core ? signal | 0x80 : signal;
  throw refuse(task, "EINVAL", "the signal is 0", "a signal that can end a task is wanted");
}

/** Ends a whole process from one of its threads (do_group_exit). The others end when the outermost call returns. */
export function exitProcess(kernel: KernelWorld, task: Task, status: number): void {
  const leader = task.groupLeader;
  checkExit(kernel, task, leader);
  if (leader.groupExitCode < 0) {
    leader.groupExitCode = status;
    if (leader.liveThreads > 1) killOtherThreads(kernel, task);
  }
  exitThread(kernel, task, leader.groupExitCode);
}

/** Refuses the exits that would bring the world down. With the leader goes its whole process. */
export function checkExit(kernel: KernelWorld, task: Task, gone: Task): void {
  if (task.flags & PF_EXITING || gone === kernel.init || task.parent === null) {
    throw refuseExit(task);
  }
}

function refuseExit(task: Task): KernelError {
  return task.flags & PF_EXITING
    ? refuse(task, "ESRCH", "it is exiting already", "a running task is wanted")
    : refuse(task, "EPERM", "the system cannot live without it", "another task is wanted");
}

/** Ends one thread (do_exit). */
export function exitThread(kernel: KernelWorld, task: Task, status: number): void {
  // What it slept on is left here, so that nobody wakes the dead.
  if (task.sleep !== null) wakeUp(kernel, task.sleep, null, "EINTR");
  // First of all: from here on nobody attaches to it.
  task.flags |= PF_EXITING;
  task.groupLeader.liveThreads--;
  if (task.flags & PF_VFORK) completeVfork(kernel, task);
  task.exitCode = status;
  task.endTime = kernel.clock.now;
  if ((status & 0x7f) !== 0) dieBySignal(kernel, task, status);

  // The code is stored and the parent has not heard: what A47 promises to the hooks.
  if (task.subscribers !== null || kernel.globalCallouts !== null || kernel.watchedBy > 0) {
    callOut(kernel, task);
  }
  exitNotify(kernel, task);
}

function callOut(kernel: KernelWorld, task: Task): void {
  if (task.subscribers !== null) kernel.callouts!.exit(task);
  if (kernel.globalCallouts !== null) kernel.globalCallouts.exit(task);
  if (kernel.watchedBy > 0) kernel.preempt("callout");
}

function dieBySignal(kernel: KernelWorld, task: Task, status: number): void {
  task.flags |= PF_SIGNALED;
  if (status & 0x80) task.flags |= PF_DUMPCORE;
  kernel.notify("signal", task, status & 0x7f);
}

/** Gives the children away and lets the parent hear (exit_notify). */
function exitNotify(kernel: KernelWorld, task: Task): void {
  const lock = kernel.tasklistLock.state;
  lockWrite(lock);
  if (kernel.family.hasChildren(task)) reparentChildren(kernel, task);
  task.state = EXIT_ZOMBIE;
  if (kernel.trace !== null) traceExit(kernel, task);
  const leader = task.groupLeader;
  if (task.flags & PF_THREAD) releaseTask(kernel, task);
  // A leader that ended first is heard of when the last thread of its group has.
  if (hasEnded(leader)) notifyParent(kernel, leader);
  unlockWrite(lock);
  if (kernel.deferred !== null) kernel.runDeferred();
}

function traceExit(kernel: KernelWorld, task: Task): void {
  kernel.trace!.emit({
    type: "exit",
    task: String(task),
    pid: task.pid,
    status: task.exitCode,
    thread: (task.flags & PF_THREAD) !== 0,
  });
}

function refuse(
  task: Task,
  code: "EINVAL" | "EPERM" | "ESRCH",
  found: string,
  wanted: string,
): KernelError {
  return new KernelError(code, { action: "exit", name: String(task), found, wanted });
}
