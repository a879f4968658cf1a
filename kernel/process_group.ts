import { KernelError } from "./errno.ts";
import { assertHeld, lockWrite, unlockWrite } from "./lock.ts";
import type { ProcessGroup } from "./pid.ts";
import { EXIT_DEAD, PF_FORKNOEXEC, PF_THREAD, type Task, TASK_NEW } from "./task.ts";
import type { KernelWorld } from "./world.ts";

/*
 * A process refers to its group (Task.processGroup), and a group counts its members. There is no list of members, which
 * every fork and reap would have to keep. Only a signal to a group needs the members, and it looks at every process.
 */

/** Makes a thread group's leader a member of a process group. Needs tasklistLock for writing. */
export function joinGroup(leader: Task, group: ProcessGroup): void {
  const { kernel } = leader;
  if (kernel.checkedBy > 0) assertHeld(kernel.tasklistLock.state, "write", "joinGroup()");
  leader.processGroup = group;
  group.members++;
}

/** Takes a leader out of its process group; the last one frees the group's id. Needs tasklistLock for writing. */
export function leaveGroup(kernel: KernelWorld, leader: Task): void {
  if (kernel.checkedBy > 0) assertHeld(kernel.tasklistLock.state, "write", "leaveGroup()");
  const group = leader.processGroup;
  if (--group.members === 0) kernel.pids.releaseGroup(group);
}

/** The processes of a group, ended ones not yet reaped included, by pid. */
export function membersOf(kernel: KernelWorld, group: ProcessGroup): Task[] {
  return kernel.pids.list().filter((task) => task.isLeader && task.processGroup === group);
}

/** Makes a task's process the leader of a new session and of a new process group in it (setsid). */
export function createSession(kernel: KernelWorld, task: Task): number {
  const leader = task.groupLeader;
  const taken = kernel.pids.findGroup(leader.pid);
  if (taken !== null) {
    throw new KernelError("EPERM", {
      action: "make a session for",
      name: String(task),
      found: `process group ${leader.pid} exists`,
      wanted: "a process that leads no group is wanted",
    });
  }
  const oldSession = leader.processGroup.session;
  moveToGroup(kernel, leader, { id: leader.pid, session: leader.pid, members: 0 });
  if (kernel.trace !== null) traceSession(kernel, leader);
  kernel.notify("session", leader, oldSession);
  return leader.pid;
}

/** Moves a process to a process group of its session, or makes one (setpgid). */
export function setProcessGroup(kernel: KernelWorld, task: Task, target: Task, pgid: number): void {
  const leader = target.groupLeader;
  checkMove(task, target);
  if (pgid < 0 || !Number.isInteger(pgid)) {
    throw refuse(
      target,
      "EINVAL",
      `the group is ${pgid}`,
      "an integer that is not negative is wanted",
    );
  }
  const id = pgid === 0 ? leader.pid : pgid;
  if (id === leader.processGroup.id) return;
  let group = kernel.pids.findGroup(id);
  if (group === null) {
    if (id !== leader.pid) {
      throw refuse(target, "EPERM", `there is no group ${id}`, "a group of its session is wanted");
    }
    group = { id, session: leader.processGroup.session, members: 0 };
  }
  if (group.session !== leader.processGroup.session) {
    throw refuse(
      target,
      "EPERM",
      `group ${id} is in session ${group.session}`,
      "a group of its session is wanted",
    );
  }
  moveToGroup(kernel, leader, group);
  if (kernel.trace !== null) traceSession(kernel, leader);
}

function checkMove(task: Task, target: Task): void {
  const leader = target.groupLeader;
  if (target.state === EXIT_DEAD || target.state === TASK_NEW) {
    throw refuse(target, "ESRCH", "it is not on the task list", "one that is on it is wanted");
  }
  if (target.flags & PF_THREAD) {
    throw refuse(target, "EINVAL", "it is a thread", "the leader of a thread group is wanted");
  }
  if (leader !== task.groupLeader) {
    if (leader.parent?.groupLeader !== task.groupLeader) {
      throw refuse(target, "ESRCH", `it is no child of ${task}`, "the task or its child is wanted");
    }
    if (leader.processGroup.session !== task.sid) {
      throw refuse(target, "EPERM", "it is in another session", "the same session is wanted");
    }
    if (!(leader.flags & PF_FORKNOEXEC)) {
      throw refuse(target, "EACCES", "it has called exec", "a child that has not is wanted");
    }
  }
  if (leader.processGroup.session === leader.pid) {
    throw refuse(target, "EPERM", "it leads a session", "a process that leads none is wanted");
  }
}

function refuse(
  task: Task,
  code: "EINVAL" | "EPERM" | "ESRCH" | "EACCES",
  found: string,
  wanted: string,
): KernelError {
  return new KernelError(code, {
    action: "set the process group of",
    name: String(task),
    found,
    wanted,
  });
}

/** Moves a process to a process group, which may be new. Takes tasklistLock. */
export function moveToGroup(kernel: KernelWorld, leader: Task, group: ProcessGroup): void {
  lockWrite(kernel.tasklistLock.state);
  try {
    // Claim the new group before leaving the old one. If they share an id, it must not be free in between.
    if (group.members === 0) kernel.pids.claimGroup(group);
    leaveGroup(kernel, leader);
    joinGroup(leader, group);
  } finally {
    unlockWrite(kernel.tasklistLock.state);
  }
}

function traceSession(kernel: KernelWorld, leader: Task): void {
  kernel.trace!.emit({
    type: "session",
    task: String(leader),
    pid: leader.pid,
    sid: leader.sid,
    pgid: leader.pgid,
  });
}
