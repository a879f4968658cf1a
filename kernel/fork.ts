import { capable } from "./cred.ts";
import { KernelError } from "./errno.ts";
import { joinThreads } from "./family.ts";
import { lockWrite, unlockWrite } from "./lock.ts";
import { joinGroup } from "./process_group.ts";
import {
  EXIT_DEAD,
  PF_EXITING,
  PF_FORKNOEXEC,
  PF_HAS_SUBREAPER,
  PF_KTHREAD,
  PF_SIGPENDING,
  PF_SUBREAPER,
  PF_SUPERPRIV,
  PF_THREAD,
  PF_UNKILLABLE,
  PF_VFORK,
  Task,
  TASK_RUNNING,
} from "./task.ts";
import { putTaskStruct } from "./task_reference.ts";
import { awaitVfork, beginVfork } from "./vfork.ts";
import type { KernelWorld } from "./world.ts";

/**
 * The child shares its parent's memory until it calls exec.
 *
 * @example
 * ```ts
 * import { boot, CLONE_PARENT, CLONE_THREAD, CLONE_VFORK, CLONE_VM } from "@pnotify/pnotify";
 * import { PF_EXITING, PF_FORKNOEXEC, PF_HAS_SUBREAPER, PF_SUBREAPER, PF_THREAD, PF_VFORK } from "@pnotify/pnotify";
 * import { PF_DUMPCORE, PF_SIGNALED, PF_SIGPENDING, PF_SUPERPRIV, type Task } from "@pnotify/pnotify";
 * import { PF_AUTOREAP, PF_KTHREAD, PF_UNKILLABLE } from "@pnotify/pnotify";
 * import { assertEquals } from "@std/assert";
 * const { kernel } = boot();
 * const has = (task: Task, ...flags: number[]) => flags.map((flag) => (task.flags & flag) !== 0);
 * assertEquals(has(kernel.init, PF_UNKILLABLE, PF_AUTOREAP, PF_KTHREAD), [true, true, false]);
 *
 * const shell = kernel.fork(kernel.init);
 * kernel.setSubreaper(shell, true);
 * assertEquals(kernel.fork(shell, { flags: CLONE_PARENT }).parent, kernel.init);
 * const thread = kernel.fork(shell, { flags: CLONE_VM | CLONE_THREAD });
 * assertEquals(has(thread, PF_THREAD, PF_SUPERPRIV), [true, false]);
 *
 * const child = kernel.fork(shell, { flags: CLONE_VM | CLONE_VFORK });
 * assertEquals(has(child, PF_FORKNOEXEC, PF_VFORK, PF_HAS_SUBREAPER), [true, true, true]);
 * kernel.exit(child, { signal: "SIGSEGV", core: true });
 * assertEquals(has(child, PF_EXITING, PF_SIGNALED, PF_DUMPCORE), [true, true, true]);
 * assertEquals(has(shell, PF_SUBREAPER, PF_SIGPENDING), [true, false]);
 * ```
 */
export const CLONE_VM = 0x100;
/** The parent sleeps until the child calls exec or exits. */
export const CLONE_VFORK = 0x4000;
/** The child becomes a sibling of its forker: it gets the same parent. */
export const CLONE_PARENT = 0x8000;
/** The child is a thread of its forker's thread group. */
export const CLONE_THREAD = 0x10000;

/** How a child is to be made. */
export interface ForkOptions {
  /** CLONE_ bits; none makes a process. CLONE_VM alone does not make a thread. */
  readonly flags?: number;
  /** Its pid (set_tid); the next free one by default. */
  readonly pid?: number;
}

/** Copies a process or thread (copy_process). The child is published last, when nothing can fail any more. */
export function copyProcess(kernel: KernelWorld, parent: Task, options: ForkOptions): Task {
  const flags = options.flags ?? 0;
  if (parent.flags & PF_EXITING || flags !== 0) checkFork(kernel, parent, flags);
  checkLimits(kernel, parent);
  const { user } = parent.credentials;
  user.tasks++;
  let child: Task | null = null;
  try {
    child = duplicate(kernel, parent, flags, options.pid);
    if (parent.subscribers !== null || kernel.globalCallouts !== null || kernel.checkedBy > 0) {
      callOut(kernel, child, parent);
    }
    if (parent.flags & (PF_EXITING | PF_SIGPENDING)) checkSignals(parent);
  } catch (error) {
    if (child !== null) unwind(kernel, child, parent);
    user.tasks--;
    throw error;
  }
  const vfork = flags & CLONE_VFORK ? beginVfork(kernel, child, parent) : null;
  publish(kernel, child, parent, flags);
  if (kernel.trace !== null) traceFork(kernel, child, parent);
  if (vfork !== null) awaitVfork(kernel, vfork);
  return child;
}

function refuse(
  code: "EAGAIN" | "EINVAL" | "EINTR" | "ENOMEM" | "ESRCH" | "EEXIST",
  parent: Task,
  found: string,
  wanted?: string,
): KernelError {
  return new KernelError(code, { action: "fork", name: String(parent), found, wanted });
}

function checkFork(kernel: KernelWorld, parent: Task, flags: number): void {
  if (parent.flags & PF_EXITING) {
    throw refuse("ESRCH", parent, "it is exiting", "a running task is wanted");
  }
  if (flags & CLONE_PARENT && parent.groupLeader.flags & PF_UNKILLABLE) {
    throw refuse(
      "EINVAL",
      parent,
      "the child would be a sibling of init",
      "no CLONE_PARENT is wanted",
    );
  }
  if (flags & CLONE_VFORK && kernel.lockdep !== null) kernel.lockdep.mightSleep("vfork()");
}

function checkLimits(kernel: KernelWorld, parent: Task): void {
  if (parent.credentials.user.tasks >= parent.groupLeader.limits.processes) checkUser(parent);
  if (kernel.pids.count >= kernel.threadsMax) throw refuseFull(kernel, parent);
}

/** Root is not limited, nor is a task with one of two capabilities. */
function checkUser(parent: Task): void {
  const { user } = parent.credentials;
  if (user.uid === 0) return;
  if (capable(parent, "CAP_SYS_RESOURCE") || capable(parent, "CAP_SYS_ADMIN")) return;
  throw refuse(
    "EAGAIN",
    parent,
    `uid ${user.uid} has ${user.tasks} tasks`,
    `fewer than ${parent.groupLeader.limits.processes} are wanted`,
  );
}

function refuseFull(kernel: KernelWorld, parent: Task): KernelError {
  return refuse(
    "EAGAIN",
    parent,
    `there are ${kernel.pids.count} tasks`,
    `fewer than ${kernel.threadsMax} are wanted`,
  );
}

/** Makes the child, with its pid and with what the clone flags share (dup_task_struct, copy_*, alloc_pid). */
export function duplicate(
  kernel: KernelWorld,
  parent: Task,
  flags: number,
  givenPid: number | undefined,
): Task {
  if (kernel.checkedBy > 0) injectFaults(kernel, parent);
  const pid = givenPid === undefined ? kernel.pids.allocate() : takePid(kernel, parent, givenPid);
  if (pid < 0) throw refuse("EAGAIN", parent, "there is no free pid");
  const leader = parent.groupLeader;
  const child = new Task(kernel, kernel.nextSerial++, pid, parent);
  child.processGroup = leader.processGroup;
  child.limits = leader.limits;
  child.signalActions = leader.signalActions;
  child.parent = parent;
  child.flags = (parent.flags & PF_KTHREAD) | PF_FORKNOEXEC;
  if (leader.flags & (PF_SUBREAPER | PF_HAS_SUBREAPER)) child.flags |= PF_HAS_SUBREAPER;
  if (flags !== 0) applyFlags(child, parent, flags);
  return child;
}

function injectFaults(kernel: KernelWorld, parent: Task): void {
  if (kernel.mayFail("task")) throw refuse("ENOMEM", parent, "there is no memory for a task");
  if (kernel.mayFail("pid")) throw refuse("EAGAIN", parent, "there is no free pid");
}

/** Applies the clone flags to a child. */
function applyFlags(child: Task, parent: Task, flags: number): void {
  const leader = parent.groupLeader;
  if (flags & CLONE_THREAD) {
    // A thread is in no list of children. What it shares with its group is kept on the leader.
    child.flags =
      (parent.flags & ~(PF_SUPERPRIV | PF_SIGPENDING | PF_VFORK | PF_SUBREAPER | PF_UNKILLABLE)) |
      PF_THREAD;
    child.groupLeader = leader;
    child.parent = leader.parent;
  } else if (flags & CLONE_PARENT) {
    child.parent = leader.parent;
  }
  if (flags & CLONE_VFORK) child.flags |= PF_VFORK;
}

/** Takes a given pid (set_tid). */
function takePid(kernel: KernelWorld, parent: Task, pid: number): number {
  if (!Number.isInteger(pid) || pid < 1 || pid >= kernel.pids.pidMax) {
    throw refuse(
      "EINVAL",
      parent,
      `pid ${pid} is asked for`,
      `1 to ${kernel.pids.pidMax - 1} is wanted`,
    );
  }
  if (!kernel.pids.allocateGiven(pid)) {
    throw refuse("EEXIST", parent, `pid ${pid} is in use`, "a free pid is wanted");
  }
  return pid;
}

function callOut(kernel: KernelWorld, child: Task, parent: Task): void {
  // Other code runs from here on. It has to find the child, which is on no task list yet (A21, A26).
  kernel.context.unborn.push(child);
  if (parent.subscribers !== null) kernel.callouts!.fork(child, parent);
  if (kernel.globalCallouts !== null) kernel.globalCallouts.fork(child, parent);
  if (kernel.checkedBy > 0) kernel.preempt("callout");
}

function leaveUnborn(unborn: Task[], child: Task): void {
  if (unborn[unborn.length - 1] === child) unborn.pop();
}

/** Fails the fork of a parent that a fatal signal reached meanwhile: the child would escape the signal (A44). */
function checkSignals(parent: Task): void {
  if (parent.flags & PF_EXITING) throw refuse("ESRCH", parent, "it ended while it forked");
  if (parent.groupLeader.groupExitCode >= 0) {
    throw refuse("EAGAIN", parent, "its thread group is exiting");
  }
  throw refuse("EINTR", parent, "a fatal signal is pending");
}

/** Undoes a fork that failed after the child was copied, last step first. The callouts undo their own part (A41). */
function unwind(kernel: KernelWorld, child: Task, parent: Task): void {
  // The child never runs, so no module may subscribe to it any more.
  child.flags |= PF_EXITING;
  if (parent.subscribers !== null || child.subscribers !== null) {
    kernel.callouts?.forkFailed(child, parent);
  }
  if (kernel.globalCallouts !== null) kernel.globalCallouts.forkFailed(child, parent);
  child.state = EXIT_DEAD;
  leaveUnborn(kernel.context.unborn, child);
  kernel.pids.release(child.pid);
  putTaskStruct(child);
}

/** Makes the child visible in one step. Takes tasklistLock for writing. */
export function publish(
  kernel: KernelWorld,
  child: Task,
  parent: Task,
  flags: number,
): void {
  const lock = kernel.tasklistLock.state;
  lockWrite(lock);
  if (flags & CLONE_THREAD) {
    joinThreads(parent.groupLeader, child);
  } else {
    // Read both again: a hook may have moved the forker to another group, or ended its parent.
    kernel.family.adopt(flags & CLONE_PARENT ? parent.groupLeader.parent! : parent, child);
    joinGroup(child, parent.groupLeader.processGroup);
  }
  kernel.pids.publish(child);
  child.state = TASK_RUNNING;
  const { unborn } = kernel.context;
  if (unborn.length > 0) leaveUnborn(unborn, child);
  unlockWrite(lock);
}

function traceFork(kernel: KernelWorld, child: Task, parent: Task): void {
  kernel.trace!.emit({
    type: "fork",
    task: String(child),
    pid: child.pid,
    parent: String(parent),
    parentPid: parent.pid,
    thread: (child.flags & PF_THREAD) !== 0,
  });
}
