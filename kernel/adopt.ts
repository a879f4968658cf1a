import { checkId } from "./cred.ts";
import { KernelError } from "./errno.ts";
import { isAbove } from "./family.ts";
import { CLONE_THREAD, duplicate, publish } from "./fork.ts";
import { lockWrite, unlockWrite } from "./lock.ts";
import { PID_MAX_LIMIT } from "./pid.ts";
import { TASK_COMM_LENGTH } from "./program.ts";
import { moveToGroup } from "./process_group.ts";
import { changedParent, moveChild } from "./reparent.ts";
import { EXIT_DEAD, PF_HAS_SUBREAPER, PF_SUBREAPER, type Task, TASK_NEW } from "./task.ts";
import type { KernelWorld } from "./world.ts";

/**
 * What is known of a task that existed before the kernel.
 *
 * @example
 * ```ts
 * import { Kernel, Task, type TaskCallouts } from "@pnotify/pnotify";
 * import { assertEquals } from "@std/assert";
 * const told: string[] = [];
 * const tell = (event: string) => (task: Task) => void told.push(`${event} ${task}`);
 * const service: TaskCallouts = {
 *   wantsFree: false,
 *   init: tell("init"),
 *   fork: tell("fork"),
 *   forkFailed: tell("undo"),
 *   exec: tell("exec"),
 *   exit: tell("exit"),
 *   further: (event, task) => tell(event)(task),
 *   subscribersOf: () => [],
 * };
 * const kernel = new Kernel();
 * kernel.callouts = kernel.globalCallouts = service;
 * const shell = kernel.adoptTask(kernel.init, { pid: 1234, comm: "sh" });
 * const job = kernel.adoptTask(shell, { pid: 1235, comm: "make" });
 * kernel.correctParent(job, kernel.init);
 * kernel.forEachUnborn(tell("unborn"));
 * kernel.forEachTask(tell("visit"));
 * assertEquals(told.slice(0, 3), ["init sh[1234]", "init make[1235]", "reparent make[1235]"]);
 * ```
 */
export interface AdoptOptions {
  /** Its pid; the next free one by default. */
  readonly pid?: number;
  /** Its comm; that of its parent by default. */
  readonly comm?: string;
  /** Whether it is a thread of the parent's process rather than a child. */
  readonly thread?: boolean;
  /** Its user; that of its parent by default. With null it is not known, and that of its parent is assumed. */
  readonly uid?: number | null;
  /** Its group; that of its parent by default. With null it is not known, and that of its parent is assumed. */
  readonly gid?: number | null;
  /** Its process group, whose leader need not be known; that of its parent by default. */
  readonly group?: number;
  /** The session of that process group; by default the one that it is in, or a session of its own id for a new group. */
  readonly session?: number;
}

/**
 * Puts a task on the task list without a fork: it existed before the kernel. No fork hook runs. Init hooks run, as they
 * do at registration for the tasks that exist (A14).
 */
export function adoptTask(kernel: KernelWorld, parent: Task, options: AdoptOptions): Task {
  checkIdentity(parent, options);
  checkGroup(kernel, parent, options);
  const flags = options.thread ? CLONE_THREAD : 0;
  const task = duplicate(kernel, parent, flags, options.pid);
  if (options.uid !== undefined || options.gid !== undefined) giveIdentity(kernel, task, options);
  task.credentials.user.tasks++;
  if (options.comm !== undefined) task.comm = options.comm.slice(0, TASK_COMM_LENGTH);
  publish(kernel, task, parent, flags);
  if (options.group !== undefined) enterGroup(kernel, task, options.group, options.session);
  kernel.callouts?.init?.(task);
  return task;
}

const ADOPT = "adopt a task below";

function checkIdentity(parent: Task, { uid, gid, comm }: AdoptOptions): void {
  checkId(ADOPT, parent, uid ?? 0);
  checkId(ADOPT, parent, gid ?? 0);
  if (comm !== undefined && typeof comm !== "string") {
    throw refuseAdoption(parent, `the comm is of type ${typeof comm}`, "a text is wanted");
  }
}

function checkGroup(kernel: KernelWorld, parent: Task, options: AdoptOptions): void {
  const { group, session, thread } = options;
  if (group === undefined && session === undefined) return;
  if (thread) {
    throw refuseAdoption(parent, "a thread has a group", "that of its process is wanted");
  }
  if (group === undefined) {
    throw refuseAdoption(parent, `session ${session} has no group`, "a group is wanted, too");
  }
  checkGroupId(parent, "group", group);
  checkGroupId(parent, "session", session ?? group);
  const known = kernel.pids.findGroup(group);
  if (known === null || session === undefined || known.session === session) return;
  throw refuseAdoption(
    parent,
    `group ${group} is in session ${known.session}`,
    `session ${session} is wanted`,
  );
}

/** A leader that is not known may have had any pid, and 0 is that of a leader outside of the pid namespace. */
function checkGroupId(parent: Task, what: string, id: number): void {
  if (Number.isInteger(id) && id >= 0 && id < PID_MAX_LIMIT) return;
  const wanted = `an integer from 0 to ${PID_MAX_LIMIT - 1} is wanted`;
  throw refuseAdoption(parent, `the ${what} is ${id}`, wanted);
}

function refuseAdoption(parent: Task, found: string, wanted: string): KernelError {
  return new KernelError("EINVAL", { action: ADOPT, name: String(parent), found, wanted });
}

/** A user other than root has no capabilities. */
function giveIdentity(kernel: KernelWorld, task: Task, { uid, gid }: AdoptOptions): void {
  const old = task.credentials;
  const user = uid === undefined || uid === null ? old.user : kernel.user(uid);
  task.credentials = Object.freeze({
    user,
    gid: gid ?? old.gid,
    capabilities: user.uid === 0 ? old.capabilities : 0,
    userAssumed: uid === undefined ? old.userAssumed : uid === null,
    groupAssumed: gid === undefined ? old.groupAssumed : gid === null,
  });
}

function enterGroup(kernel: KernelWorld, task: Task, id: number, session = id): void {
  if (id === task.processGroup.id) return;
  moveToGroup(kernel, task, kernel.pids.findGroup(id) ?? { id, session, members: 0 });
}

/** Gives a process another parent, after an adoption that no recording shows. */
export function correctParent(kernel: KernelWorld, task: Task, to: Task): void {
  const child = task.groupLeader;
  checkParent(child, to);
  const from = child.parent!;
  lockWrite(kernel.tasklistLock.state);
  moveChild(kernel, child, to);
  if (to.groupLeader.flags & (PF_SUBREAPER | PF_HAS_SUBREAPER)) child.flags |= PF_HAS_SUBREAPER;
  changedParent(kernel, child, from, to);
  unlockWrite(kernel.tasklistLock.state);
  if (kernel.deferred !== null) kernel.runDeferred();
}

/** Refuses a child that is on no task list, and a parent that descends from the child. */
function checkParent(child: Task, to: Task): void {
  if (child.state === EXIT_DEAD || child.state === TASK_NEW) {
    throw refuse("ESRCH", child, "it is not on the task list", "one that is on it is wanted");
  }
  if (isAbove(child, to)) {
    throw refuse("EINVAL", child, `${to} descends from it`, "a task that does not is wanted");
  }
}

function refuse(
  code: "EINVAL" | "ESRCH",
  child: Task,
  found: string,
  wanted: string,
): KernelError {
  return new KernelError(code, {
    action: "correct the parent of",
    name: String(child),
    found,
    wanted,
  });
}
