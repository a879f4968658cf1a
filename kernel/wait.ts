import { KernelError } from "./errno.ts";
import { assertHeld, lockWrite, unlockWrite } from "./lock.ts";
import { fallAsleep, Pending, prepareToSleep, returned, wakeUp } from "./pending.ts";
import { releaseTask } from "./release.ts";
import { ignoresChildren, sendSignal } from "./send_signal.ts";
import { Signal } from "./signal.ts";
import { EXIT_ZOMBIE, type Task } from "./task.ts";
import type { KernelWorld } from "./world.ts";

/**
 * Which children to wait for, and how.
 *
 * @example
 * ```ts
 * import { boot, processStatus } from "@pnotify/pnotify";
 * import { assertEquals } from "@std/assert";
 * const { kernel } = boot();
 * const shell = kernel.fork(kernel.init);
 * const child = kernel.fork(shell);
 * const thread = kernel.createThread(child);
 * kernel.exitThread(thread, 1);
 * kernel.exit(child, 3);
 * assertEquals(processStatus(child), 3 << 8);
 * assertEquals(kernel.wait(shell, { pid: child.pid }).value, { pid: child.pid, status: 3 << 8 });
 * ```
 */
export interface WaitOptions {
  /** Only the child with this pid. */
  readonly pid?: number;
  /** Only children of this process group. */
  readonly pgid?: number;
  /** Return at once, with `null` when no child has ended (WNOHANG). */
  readonly noHang?: boolean;
}

/** The result of a wait. */
export interface WaitResult {
  /** The child's pid. */
  readonly pid: number;
  /** Its wait status: `code << 8 | signal | 0x80 if it dumped core`. */
  readonly status: number;
}

/** A task that sleeps in wait. */
class WaitPending extends Pending<WaitResult> {
  declare readonly options: WaitOptions;

  constructor(task: Task, options: WaitOptions) {
    super(task, true);
    this.options = options;
  }
}

/** Waits for a child to end, and reaps it (do_wait). */
export function waitForChild(
  kernel: KernelWorld,
  task: Task,
  options: WaitOptions,
): Pending<WaitResult> {
  const lock = kernel.tasklistLock.state;
  lockWrite(lock);
  const child = findChild(kernel, task, options);
  if (child === null || !hasEnded(child)) return waitInVain(kernel, task, options, child);
  const result = reap(kernel, child, task);
  unlockWrite(lock);
  if (kernel.deferred !== null) kernel.runDeferred();
  return returned(task, result);
}

/** Ends a wait that found no child to reap: by a sleep, by null with `noHang`, or by ECHILD. Drops tasklistLock. */
function waitInVain(
  kernel: KernelWorld,
  task: Task,
  options: WaitOptions,
  child: Task | null,
): Pending<WaitResult> {
  const pending = child === null || options.noHang ? null : new WaitPending(task, options);
  if (pending !== null) prepareToSleep(kernel, pending);
  unlockWrite(kernel.tasklistLock.state);
  if (child === null) {
    throw new KernelError("ECHILD", {
      action: "wait in",
      name: String(task),
      found: "it has no such child",
      wanted: "a child to wait for is wanted",
    });
  }
  if (pending === null) return returned<WaitResult>(task, null);
  if (!pending.done) fallAsleep(kernel, pending);
  return pending;
}

/** Finds a child that has ended, else a child that has not, else null. Without tasklistLock the child may vanish. */
function findChild(kernel: KernelWorld, task: Task, options: WaitOptions): Task | null {
  if (options.pid === undefined) return findAnyChild(task, options);
  const child = kernel.pids.find(options.pid);
  return child !== null && isChildOf(child, task) && matches(child, options) ? child : null;
}

function findAnyChild(task: Task, options: WaitOptions): Task | null {
  let alive: Task | null = null;
  let thread = task;
  do {
    for (let child = thread.firstChild; child !== null; child = child.nextSibling) {
      if (!matches(child, options)) continue;
      if (hasEnded(child)) return child;
      alive = child;
    }
    thread = thread.nextThread;
  } while (thread !== task);
  return alive;
}

/** Whether a task sleeps in a wait that should have returned. Takes no lock, so no call may be in progress. */
export function oversleeps(kernel: KernelWorld, task: Task): boolean {
  if (!(task.sleep instanceof WaitPending)) return false;
  const child = findChild(kernel, task, task.sleep.options);
  return child === null || hasEnded(child);
}

/** Every thread of a process may wait for the children of all. */
function isChildOf(child: Task, task: Task): boolean {
  return child.isLeader && child.parent?.groupLeader === task.groupLeader;
}

function matches(child: Task, options: WaitOptions): boolean {
  return options.pgid === undefined || child.processGroup.id === options.pgid;
}

/** Whether a process has ended: its leader is a zombie, and no other thread is left in the group. */
export function hasEnded(leader: Task): boolean {
  return leader.state === EXIT_ZOMBIE && leader.nextThread === leader;
}

/**
 * The wait status of a process (wait_task_zombie): that of its group when exit or a signal ended the group, else that of
 * its leader.
 *
 * @param leader The leader of its thread group.
 * @returns `code << 8 | signal | 0x80` if it dumped core.
 */
export function processStatus(leader: Task): number {
  return leader.groupExitCode >= 0 ? leader.groupExitCode : leader.exitCode;
}

function reap(kernel: KernelWorld, child: Task, parent: Task): WaitResult {
  const result = { pid: child.pid, status: processStatus(child) };
  bury(kernel, child, parent);
  return result;
}

/** Takes a zombie off the task list. The reaper is null when the parent ignores its children. */
function bury(kernel: KernelWorld, child: Task, reaper: Task | null): void {
  if (kernel.trace !== null) traceReap(kernel, child, reaper);
  releaseTask(kernel, child);
}

function traceReap(kernel: KernelWorld, child: Task, reaper: Task | null): void {
  kernel.trace!.emit({
    type: "reap",
    task: String(child),
    pid: child.pid,
    by: reaper === null ? null : String(reaper),
  });
}

/**
 * Tells a parent that a child has ended (do_notify_parent). If the parent ignores SIGCHLD, the child is reaped at once.
 * If the parent sleeps in wait, it reaps the child now. Needs tasklistLock for writing.
 */
export function notifyParent(kernel: KernelWorld, child: Task): void {
  if (kernel.checkedBy > 0) assertHeld(kernel.tasklistLock.state, "write", "notifyParent()");
  const parent = child.parent!;
  if (ignoresChildren(parent)) bury(kernel, child, null);
  let thread = parent;
  do {
    if (thread.sleep !== null) retryWait(kernel, thread.sleep);
    thread = thread.nextThread;
  } while (thread !== parent);
  // Send the signal last. Its handler must not interrupt a wait that this child ends.
  if (parent.groupLeader.signalActions !== null) {
    sendSignal(kernel, parent, Signal.SIGCHLD, child);
  }
}

function retryWait(kernel: KernelWorld, pending: Pending<unknown>): void {
  if (!(pending instanceof WaitPending)) return;
  const { options, task } = pending;
  const child = findChild(kernel, task, options);
  if (child === null) wakeUp(kernel, pending, null, "ECHILD");
  else if (hasEnded(child)) wakeUp(kernel, pending, reap(kernel, child, task));
}
