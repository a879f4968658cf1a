import { KernelError } from "./errno.ts";
import { exitThread } from "./exit.ts";
import { leaveThreads } from "./family.ts";
import { lockWrite, unlockWrite } from "./lock.ts";
import type { Program } from "./program.ts";
import { releaseTask } from "./release.ts";
import {
  EXIT_ZOMBIE,
  PF_AUTOREAP,
  PF_EXITING,
  PF_FORKNOEXEC,
  PF_HAS_SUBREAPER,
  PF_SUBREAPER,
  PF_THREAD,
  PF_UNKILLABLE,
  PF_VFORK,
  type Task,
} from "./task.ts";
import { completeVfork } from "./vfork.ts";
import type { KernelWorld } from "./world.ts";

/** How a program is to be executed. */
export interface ExecOptions {
  /** Whether {@linkcode Kernel.mayExec} has just permitted it. Then no canExec hook is called again. False by default. */
  readonly permitted?: boolean;
}

/** Replaces what a task runs (do_execve). A failure leaves the old program in place and is not notified (A51). */
export function execProgram(
  kernel: KernelWorld,
  task: Task,
  program: Program,
  permitted: boolean,
): void {
  if (task.flags & PF_EXITING || task.groupLeader.groupExitCode >= 0) throw refuseExiting(task);
  if (kernel.checkedBy > 0) injectFaults(kernel, task);
  if (kernel.binaries !== null) kernel.binaries.load(program);
  if (task.subscribers !== null && kernel.callouts!.wantsCanExec) {
    if (!permitted) askCallouts(kernel, task, program);
  }

  const oldPid = task.pid;
  const leader = task.groupLeader;
  if (leader !== task || leader.nextThread !== leader) becomeOnlyThread(kernel, task);

  task.program = program;
  task.comm = program.comm;
  task.flags &= ~PF_FORKNOEXEC;
  if (task.signalActions !== null) forgetHandlers(task);
  if (task.flags & PF_VFORK) completeVfork(kernel, task);
  if (kernel.trace !== null) traceExec(kernel, task, oldPid);
  if (task.subscribers !== null || kernel.globalCallouts !== null || kernel.checkedBy > 0) {
    callOut(kernel, task);
  }
}

/** Does what execProgram does before its point of no return. */
export function mayExec(kernel: KernelWorld, task: Task, program: Program): void {
  if (task.flags & PF_EXITING || task.groupLeader.groupExitCode >= 0) throw refuseExiting(task);
  if (kernel.binaries !== null) kernel.binaries.load(program);
  if (task.subscribers !== null && kernel.callouts!.wantsCanExec) {
    askCallouts(kernel, task, program);
  }
}

/** Asks before anything has changed, so that nothing has to be undone (bprm_check_security). */
function askCallouts(kernel: KernelWorld, task: Task, program: Program): void {
  kernel.callouts!.canExec!(task, program);
  // A hook, or another CPU meanwhile, may have ended the task.
  if (task.flags & PF_EXITING || task.groupLeader.groupExitCode >= 0) throw refuseExiting(task);
}

function callOut(kernel: KernelWorld, task: Task): void {
  if (task.subscribers !== null) kernel.callouts!.exec(task);
  if (kernel.globalCallouts !== null) kernel.globalCallouts.exec(task);
  if (kernel.checkedBy > 0) kernel.preempt("callout");
}

function injectFaults(kernel: KernelWorld, task: Task): void {
  if (kernel.mayFail("exec")) {
    throw refuse(task, "ENOMEM", "there is no memory for the new image");
  }
}

function traceExec(kernel: KernelWorld, task: Task, oldPid: number): void {
  kernel.trace!.emit({
    type: "exec",
    task: String(task),
    pid: task.pid,
    path: task.program.path,
    oldPid,
  });
}

function refuseExiting(task: Task): KernelError {
  return task.flags & PF_EXITING
    ? refuse(task, "ESRCH", "it is exiting", "a running task is wanted")
    : refuse(task, "EAGAIN", "its thread group is exiting");
}

function refuse(
  task: Task,
  code: "EAGAIN" | "ENOMEM" | "ESRCH",
  found: string,
  wanted?: string,
): KernelError {
  return new KernelError(code, { action: "exec in", name: String(task), found, wanted });
}

/** Flags that describe a process and are kept on its leader. */
const KEPT_ON_LEADER = PF_SUBREAPER | PF_HAS_SUBREAPER | PF_UNKILLABLE | PF_AUTOREAP;

/** Drops the handlers, which are code of the old program. Ignored signals stay ignored (flush_signal_handlers). */
function forgetHandlers(task: Task): void {
  const actions = task.signalActions!;
  const kept: Partial<Record<number, "ignore" | "catch">> = {};
  for (const signal in actions) {
    if (actions[signal] === "ignore") kept[signal] = "ignore";
  }
  task.signalActions = Object.keys(kept).length > 0 ? Object.freeze(kept) : null;
}

/** Ends every other thread of the group, the leader last, and makes the caller its leader (de_thread). */
function becomeOnlyThread(kernel: KernelWorld, task: Task): void {
  const leader = task.groupLeader;
  for (let thread = leader.nextThread; thread !== leader;) {
    if (thread === task || thread.flags & PF_EXITING) {
      thread = thread.nextThread;
      continue;
    }
    endThread(kernel, thread);
    // Begin again at the leader. The exit hooks may have ended further threads, which are then in no ring.
    thread = leader.nextThread;
  }
  if (leader !== task && !(leader.flags & PF_EXITING)) endThread(kernel, leader);
  if (task.flags & PF_EXITING) throw refuse(task, "ESRCH", "it ended while the others did");
  awaitOthers(kernel, leader, task);
  if (leader !== task) takeOver(kernel, leader, task);
}

function endThread(kernel: KernelWorld, thread: Task): void {
  if (kernel.preemption !== null && kernel.isBusy(thread)) kernel.wouldWait(`${thread}`);
  exitThread(kernel, thread, 0);
}

/** Refuses the exec while another thread is in its exit: an exit hook called it, or the explorer nested it there. */
function awaitOthers(kernel: KernelWorld, leader: Task, task: Task): void {
  const isLast = leader === task
    ? task.nextThread === task
    : leader.state === EXIT_ZOMBIE && leader.nextThread === task && task.nextThread === leader;
  if (isLast) return;
  if (kernel.preemption?.nested) kernel.wouldWait(`the threads of ${leader}`);
  throw refuse(task, "EAGAIN", "another thread of it is still in its exit");
}

/** Gives a thread the pid, family and limits of its leader. The thread keeps its own subscribers and their data. */
function takeOver(kernel: KernelWorld, leader: Task, task: Task): void {
  lockWrite(kernel.tasklistLock.state);
  kernel.pids.exchange(task, leader);
  kernel.family.takeOver(leader, task);
  task.processGroup = leader.processGroup;
  leaveThreads(leader);
  task.groupLeader = task;
  // A pending signal may name the old leader. It finds the process through this link.
  leader.groupLeader = task;
  if (kernel.init === leader) kernel.init = task;
  task.startTime = leader.startTime;
  task.liveThreads = 1;
  task.groupExitCode = -1;
  task.limits = leader.limits;
  task.signalActions = leader.signalActions;
  const inherited = leader.flags & KEPT_ON_LEADER;
  task.flags = (task.flags & ~PF_THREAD) | inherited;
  leader.flags |= PF_THREAD;
  releaseTask(kernel, leader);
  unlockWrite(kernel.tasklistLock.state);
  kernel.runDeferred();
}
