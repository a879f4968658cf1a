import { capable } from "./cred.ts";
import { KernelError } from "./errno.ts";
import { lockRead, unlockRead } from "./lock.ts";
import { membersOf } from "./process_group.ts";
import { isIgnoredByDefault, Signal, type SignalAction, signalName } from "./signal.ts";
import {
  PF_AUTOREAP,
  PF_EXITING,
  PF_KTHREAD,
  PF_SIGPENDING,
  PF_UNKILLABLE,
  type Task,
} from "./task.ts";
import { getTaskStruct } from "./task_reference.ts";
import type { KernelWorld } from "./world.ts";

/** Whether a parent ignores the end of its children. They are then reaped as soon as they end. */
export function ignoresChildren(parent: Task): boolean {
  const leader = parent.groupLeader;
  return (leader.flags & PF_AUTOREAP) !== 0 ||
    leader.signalActions?.[Signal.SIGCHLD] === "ignore";
}

/** Changes what a process does about a signal (sigaction). */
export function setSignalAction(task: Task, signal: number, action: SignalAction): void {
  if (!["default", "ignore", "catch"].includes(action)) {
    throw new KernelError("EINVAL", {
      action: "set the action of",
      name: String(task),
      found: `the action is ${action}`,
      wanted: "default, ignore or catch is wanted",
    });
  }
  if (signal === Signal.SIGKILL || signal === Signal.SIGSTOP || signal === 0) {
    throw new KernelError("EINVAL", {
      action: "set the action of",
      name: String(task),
      found: `the action of ${signalName(signal)} is fixed`,
      wanted: "another signal is wanted",
    });
  }
  const leader = task.groupLeader;
  const actions: Partial<Record<number, "ignore" | "catch">> = { ...leader.signalActions };
  if (action === "default") delete actions[signal];
  else actions[signal] = action;
  leader.signalActions = Object.freeze(actions);
}

/** Sends a signal to a process, a process group, or all processes, as the pid says (kill). */
export function sendByPid(
  kernel: KernelWorld,
  pid: number,
  signal: number,
  sender: Task | null,
): number {
  // Forks publish a child under this lock. Otherwise a child could escape whose forker has already checked for signals.
  const lock = kernel.tasklistLock.state;
  lockRead(lock);
  try {
    return sendToAll(kernel, pid, signal, sender);
  } finally {
    unlockRead(lock);
  }
}

function sendToAll(kernel: KernelWorld, pid: number, signal: number, sender: Task | null): number {
  const targets = targetsOf(kernel, pid, sender);
  if (targets.length === 0) {
    throw new KernelError("ESRCH", {
      action: `send ${signal === 0 ? "signal 0" : signalName(signal)} to`,
      name: String(pid),
      found: "no such process",
      wanted: "the pid of a process is wanted",
    });
  }
  let sent = 0;
  for (const target of targets) {
    if (!maySignal(sender, target, signal)) continue;
    sent++;
    if (signal !== 0) sendSignal(kernel, target, signal, sender);
  }
  if (sent === 0) {
    throw new KernelError("EPERM", {
      action: `send ${signal === 0 ? "signal 0" : signalName(signal)} to`,
      name: String(pid),
      found: `${sender} of uid ${sender!.uid} has no CAP_KILL`,
      wanted: "the same user or CAP_KILL is wanted",
    });
  }
  return sent;
}

function targetsOf(kernel: KernelWorld, pid: number, sender: Task | null): Task[] {
  if (pid > 0) {
    const task = kernel.pids.find(pid);
    return task === null ? [] : [task.groupLeader];
  }
  const targets: Task[] = [];
  if (pid === -1) {
    for (const task of kernel.pids.list()) {
      if (task.pid > 1 && task.isLeader && task !== sender?.groupLeader) {
        targets.push(task);
      }
    }
    return targets;
  }
  const id = pid === 0 ? sender?.pgid ?? 0 : -pid;
  const group = kernel.pids.findGroup(id);
  return group === null ? targets : membersOf(kernel, group);
}

function maySignal(sender: Task | null, target: Task, signal: number): boolean {
  if (sender === null || sender.groupLeader === target) return true;
  if (sender.credentials.user === target.credentials.user) return true;
  if (signal === Signal.SIGCONT && sender.sid === target.sid) return true;
  return capable(sender, "CAP_KILL");
}

/** Whether the default action of a signal ends a process. */
export function endsByDefault(leader: Task, signal: number): boolean {
  if (isIgnoredByDefault(signal)) return false;
  return (leader.flags & (PF_UNKILLABLE | PF_KTHREAD)) === 0;
}

/** Marks a signal pending for a thread group. It is delivered when the outermost kernel call returns. */
export function sendSignal(
  kernel: KernelWorld,
  target: Task,
  signal: number,
  sender: Task | null,
): void {
  const leader = target.groupLeader;
  const action = leader.signalActions?.[signal] ?? "default";
  if (action === "ignore") return;
  const fatal = action === "default";
  if (fatal) {
    if (!endsByDefault(leader, signal)) return;
    markThreads(leader);
  }
  if (kernel.trace !== null) {
    kernel.trace.emit({
      type: "signal",
      task: String(leader),
      pid: leader.pid,
      signal: signalName(signal),
      by: sender === null ? null : String(sender),
    });
  }
  queueSignal(kernel, leader, signal, fatal);
}

/** Ends the other threads of a group after one of them began the exit. They end when the outermost call returns. */
export function killOtherThreads(kernel: KernelWorld, task: Task): void {
  markThreads(task.groupLeader);
  queueSignal(kernel, task.groupLeader, 0, true);
}

function queueSignal(kernel: KernelWorld, leader: Task, signal: number, fatal: boolean): void {
  getTaskStruct(leader);
  (kernel.pendingSignals ??= []).push({ target: leader, signal, fatal });
}

/** Notes the fatal signal on each thread, which then cannot fork (A44). */
function markThreads(leader: Task): void {
  let thread = leader;
  do {
    if (!(thread.flags & PF_EXITING)) thread.flags |= PF_SIGPENDING;
    thread = thread.nextThread;
  } while (thread !== leader);
}
