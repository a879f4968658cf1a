import { type ErrnoName, KernelError } from "../kernel/errno.ts";
import type { ExitHow } from "../kernel/exit.ts";
import { CLONE_PARENT, CLONE_THREAD, CLONE_VM } from "../kernel/fork.ts";
import { CAP_FULL_SET } from "../kernel/cred.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { AdoptOptions } from "../kernel/adopt.ts";
import type { ExecCall, FoundEvent } from "./event.ts";
import { createProgram, type Program } from "../kernel/program.ts";
import { EXIT_ZOMBIE, PF_EXITING, type Task } from "../kernel/task.ts";
import { deadlySignalOf, dumpedCore, exitCodeOf } from "../kernel/wait_status.ts";

/** The result of a fork in the model. */
export interface Forked {
  /** The child; null when the model has none. */
  readonly task: Task | null;
  /** The errno with which a module refused it, or null. */
  readonly refused: ErrnoName | null;
  /** Why the model has no child although no module refused it: a limit of its own, or a hook that broke down. */
  readonly failure: string | null;
}

/**
 * Replays the events of a recording in the kernel. The recording wins over the kernel: what really happened, happens. A
 * pid may belong to the kernel's own init, and a setuid program may set a user. A module wins over the recording where
 * it refuses a fork: that is what a replay shows.
 */
export class Model {
  /** The kernel. */
  readonly kernel: Kernel;
  /** Tasks that could not get their recorded pid. */
  readonly #aliases = new Map<Task, number>();
  #base: number | null = null;

  constructor(kernel: Kernel) {
    this.kernel = kernel;
  }

  /** The pid that a task has in the recording. */
  pidOf(task: Task): number {
    if (this.#aliases.size === 0) return task.pid;
    return this.#aliases.get(task) ?? task.pid;
  }

  /** Moves the clock to the time of an event. The clock stands still for an event that came late. */
  advance(time: number): void {
    this.#base ??= time - this.kernel.clock.now;
    const step = time - this.#base - this.kernel.clock.now;
    if (step > 0) this.kernel.clock.advance(step);
  }

  /** Makes a child or thread. The parent does not sleep in vfork, since the recording says when it goes on. */
  fork(creator: Task | null, pid: number, flags: number): Forked {
    if (creator === null) return { task: null, refused: null, failure: null };
    const modelFlags = flags & (CLONE_VM | CLONE_PARENT | CLONE_THREAD);
    // Look before, not after: a module may refuse with EEXIST or EINVAL, too, and is asked once.
    const isFree = this.kernel.pids.isFree(pid);
    try {
      const given = isFree ? { flags: modelFlags, pid } : { flags: modelFlags };
      const task = this.kernel.fork(creator, given);
      if (!isFree) this.#aliases.set(task, pid);
      return { task, refused: null, failure: null };
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      return error.refusedBy === null
        ? { task: null, refused: null, failure: error.message }
        : { task: null, refused: error.code, failure: null };
    }
  }

  /** Adds a task that existed before the recording. */
  adopt(parent: Task, pid: number, known: Partial<FoundEvent> | null, thread: boolean): Task {
    if (!thread && pid === this.kernel.init.pid) return this.kernel.init;
    if (!thread && pid === this.kernel.kthreadd.pid) return this.kernel.kthreadd;
    const comm = known?.comm ?? (thread ? parent.comm : "?");
    // A thread has the users and groups of its process.
    const options = { comm, thread, ...(thread ? {} : this.#identityOf(known ?? {})) };
    if (this.kernel.pids.isFree(pid)) return this.kernel.adoptTask(parent, { ...options, pid });
    const task = this.kernel.adoptTask(parent, options);
    this.#aliases.set(task, pid);
    return task;
  }

  /** What is not told of the user and group of a task is unknown. */
  #identityOf({ uid, gid, group, session }: Partial<FoundEvent>): AdoptOptions {
    const ids = { uid: uid ?? null, gid: gid ?? null };
    if (group === undefined) return ids;
    // The model may have the group in another session, since earlier events were not recorded.
    return { ...ids, group, session: this.kernel.pids.findGroup(group)?.session ?? session };
  }

  /** Asks whether a task may execute a program. Returns the errno with which a module refuses it, or null. */
  mayExec(task: Task | null, call: ExecCall): ErrnoName | null {
    const mayRefuse = task !== null && task.subscribers !== null &&
      this.kernel.callouts?.wantsCanExec;
    if (!mayRefuse) return null;
    try {
      this.kernel.mayExec(task, programOf(task, call, null));
      return null;
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      // A hook that broke down has not refused, and neither has the kernel.
      return error.refusedBy === null ? null : error.code;
    }
  }

  /** Replaces what a task runs. It has happened, so no module is asked. */
  exec(task: Task | null, call: ExecCall, comm: string | null): void {
    if (task === null) return;
    this.kernel.exec(task, programOf(task, call, comm), { permitted: true });
  }

  /** Says that a thread took over the pid of its leader. */
  tookOver(task: Task | null, pid: number): void {
    if (task === null) return;
    if (task.pid === pid) this.#aliases.delete(task);
    else this.#aliases.set(task, pid);
  }

  /** Ends a task. The last task of a process ends the process. An unknown status is 0 in the model. */
  exit(task: Task | null, status: number | null, last: boolean): void {
    if (task === null || task.flags & PF_EXITING) return;
    const { kernel } = this;
    if (task.groupLeader === kernel.init || task.groupLeader === kernel.kthreadd) return;
    const how = howEnded(status ?? 0);
    const leader = task.groupLeader;
    if (last) kernel.exit(task, how);
    else kernel.exitThread(task, how);
    if (this.#aliases.size > 0 && task !== leader) this.#aliases.delete(task);
    // The time of the reaping is unknown. Reaping at once frees the pid for its next user.
    if (last && leader.state === EXIT_ZOMBIE && leader.liveThreads === 0) this.#reap(leader);
    if (last && this.#aliases.size > 0) this.#aliases.delete(leader);
  }

  #reap(leader: Task): void {
    this.kernel.wait(leader.parent!, { pid: leader.pid, noHang: true });
  }

  /** The recorded pid of a process's parent. */
  parentOf(task: Task): number {
    return this.pidOf(task.groupLeader.parent!.groupLeader);
  }

  /** Gives a process the parent that the recording tells. */
  correctParent(task: Task, parent: Task): void {
    const leader = task.groupLeader;
    if (leader === parent.groupLeader || leader.parent?.groupLeader === parent.groupLeader) return;
    if (parent.flags & PF_EXITING) return;
    quietly(() => this.kernel.correctParent(leader, parent));
  }

  /** Changes the user or group. The task needs no capability for it. */
  setCredentials(task: Task, uid: number | null, gid: number | null): void {
    const { kernel } = this;
    // The model does not know setuid programs and gained capabilities. What happened was allowed.
    const { userAssumed, groupAssumed } = task.credentials;
    task.credentials = Object.freeze({
      ...task.credentials,
      capabilities: CAP_FULL_SET,
      userAssumed: userAssumed && uid === null,
      groupAssumed: groupAssumed && gid === null,
    });
    quietly(() => {
      if (uid !== null) kernel.setuid(task, uid);
      if (gid !== null) kernel.setgid(task, gid);
    });
    if (task.uid !== 0) {
      task.credentials = Object.freeze({ ...task.credentials, capabilities: 0 });
    }
  }

  /** Makes a session or a process group. This may fail where earlier events were not recorded. */
  setSession(task: Task, group: number | null): void {
    quietly(() => {
      if (group === null) this.kernel.setsid(task);
      else this.kernel.setpgid(task, { pgid: group });
    });
  }
}

function howEnded(status: number): ExitHow {
  const signal = deadlySignalOf(status);
  return signal === 0 ? exitCodeOf(status) : { signal, core: dumpedCore(status) };
}

/** Makes a call, and ignores a refusal. The model lacks the events before the recording. */
function quietly(call: () => void): void {
  try {
    call();
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
  }
}

/** The program of an exec. What is not told of it is null. Without a path the task keeps its comm. */
function programOf(task: Task, call: ExecCall, comm: string | null): Program {
  const { argv } = call;
  const path = call.path === "" ? null : call.path;
  const nameGiven = path === null ? task.comm : createProgram(path).comm;
  return { path, argv, comm: comm ?? nameGiven, cwd: call.cwd ?? null };
}
