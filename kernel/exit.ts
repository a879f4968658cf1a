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
import { statusOfSignal, WCOREFLAG, WTERMSIG } from "./wait_status.ts";
import type { KernelWorld } from "./world.ts";

/**
 * How a task ends.
 *
 * @example
 * ```ts
 * import { boot, EXIT_DEAD, EXIT_ZOMBIE, TASK_RUNNING, type TaskState } from "@pnotify/pnotify";
 * import { TASK_INTERRUPTIBLE, TASK_NEW, TASK_UNINTERRUPTIBLE } from "@pnotify/pnotify";
 * import { assertEquals } from "@std/assert";
 * const { kernel } = boot();
 * const shell = kernel.fork(kernel.init);
 * const child = kernel.fork(shell);
 * kernel.exit(child, { signal: "SIGSEGV", core: true });
 * assertEquals([shell.state, child.state], [TASK_RUNNING, EXIT_ZOMBIE]);
 * kernel.wait(shell);
 * assertEquals([child.state, child.exitCode], [EXIT_DEAD, 11 | 0x80]);
 * const others: readonly TaskState[] = [TASK_NEW, TASK_INTERRUPTIBLE, TASK_UNINTERRUPTIBLE];
 * assertEquals(others.join(""), "NSD");
 * ```
 */
export type ExitHow = number | {
  /** The signal that kills it. */
  readonly signal: SignalName | number;
  /** Whether it dumps core. */
  readonly core?: boolean;
};

/** The wait status of a task that ends in a given way. */
export function waitStatus(task: Task, how: ExitHow): number {
  if (typeof how !== "number") return statusOfDeath(task, how);
  // One comparison tells an integer from 0 to 255.
  if ((how & 0xff) === how) return how << 8;
  throw refuse(task, "EINVAL", `the code is ${how}`, "an integer from 0 to 255 is wanted");
}

function statusOfDeath(task: Task, how: Exclude<ExitHow, number>): number {
  const signal = signalNumber(how.signal);
  if (signal !== 0) return statusOfSignal(signal, how.core === true);
  throw refuse(task, "EINVAL", "the signal is 0", "a signal that can end a task is wanted");
}

/** Ends a process (do_group_exit). The calling thread ends now, the other threads when the outermost call returns. */
export function exitProcess(kernel: KernelWorld, task: Task, status: number): void {
  const leader = task.groupLeader;
  checkExit(kernel, task, leader);
  if (leader.groupExitCode < 0) {
    leader.groupExitCode = status;
    if (leader.liveThreads > 1) killOtherThreads(kernel, task);
  }
  exitThread(kernel, task, leader.groupExitCode);
}

/** Refuses to end init, pid 0 and an exiting task. `ending` is the thread to end, or the leader for a process. */
export function checkExit(kernel: KernelWorld, task: Task, ending: Task): void {
  if (task.flags & PF_EXITING || ending === kernel.init || task.parent === null) {
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
  // End its sleep, since a dead task must not be woken.
  if (task.sleep !== null) wakeUp(kernel, task.sleep, null, "EINTR");
  // From here on no module can subscribe to it.
  task.flags |= PF_EXITING;
  task.groupLeader.liveThreads--;
  if (task.flags & PF_VFORK) completeVfork(kernel, task);
  task.exitCode = status;
  task.endTime = kernel.clock.now;
  if ((status & WTERMSIG) !== 0) dieBySignal(kernel, task, status);

  // Hooks rely on this point: the exit code is stored, and the parent is not told yet (A47).
  if (task.subscribers !== null || kernel.globalCallouts !== null || kernel.checkedBy > 0) {
    callOut(kernel, task);
  }
  exitNotify(kernel, task);
}

function callOut(kernel: KernelWorld, task: Task): void {
  if (task.subscribers !== null) kernel.callouts!.exit(task);
  if (kernel.globalCallouts !== null) kernel.globalCallouts.exit(task);
  if (kernel.checkedBy > 0) kernel.preempt("callout");
}

function dieBySignal(kernel: KernelWorld, task: Task, status: number): void {
  task.flags |= PF_SIGNALED;
  if (status & WCOREFLAG) task.flags |= PF_DUMPCORE;
  kernel.notify("signal", task, status & WTERMSIG);
}

/** Gives the task's children to other parents, and tells its own parent (exit_notify). */
function exitNotify(kernel: KernelWorld, task: Task): void {
  const lock = kernel.tasklistLock.state;
  lockWrite(lock);
  if (kernel.family.hasChildren(task)) reparentChildren(kernel, task);
  task.state = EXIT_ZOMBIE;
  if (kernel.trace !== null) traceExit(kernel, task);
  const leader = task.groupLeader;
  if (task.flags & PF_THREAD) releaseTask(kernel, task);
  // The parent is told when the last thread of the process has ended. That need not be the leader.
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
