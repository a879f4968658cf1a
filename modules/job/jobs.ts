import type { Pending } from "../../kernel/pending.ts";
import type { SignalName } from "../../kernel/signal.ts";
import { defineSymbol, type KernelSymbol } from "../../kernel/symbol.ts";
import type { TaskArgument } from "../call.ts";
import type { JobAccounting, JobAccountingData } from "./accounting_module.ts";
import type { Jid, JidArgument } from "./jid.ts";

/** The result of a wait for a job (B19). */
export interface JobResult {
  /** The job. */
  readonly jid: Jid;
  /** The wait status of the last task that left it. */
  readonly status: number;
}

/** The options of {@linkcode Jobs.create}. Those after `uid` go beyond the original. */
export interface CreateJob {
  /** The task that calls. It moves into the job. */
  readonly task: TaskArgument;
  /** The id of the job. The default and 0 mean the next free id. */
  readonly jid?: JidArgument;
  /** The owner. The default is the user of the calling task. */
  readonly uid?: number;
  /** Accounting is told that the job was running before. */
  readonly restart?: boolean;
  /** The most tasks that the job may have. Tasks of nested jobs count. */
  readonly limit?: number;
  /** The job outlives its members until {@linkcode Jobs.end}. */
  readonly keep?: boolean;
  /** `false` leaves the calling task where it is. The job begins empty and needs `keep`. */
  readonly move?: boolean;
  /** The job is nested in the job of the calling task. */
  readonly nested?: boolean;
}

/** A job in a listing. */
export interface JobRow {
  /** The id. */
  readonly jid: Jid;
  /** The owner. */
  readonly uid: number;
  /** `zombie` while the last members are being detached. */
  readonly state: "running" | "zombie";
  /** The number of members, threads included. */
  readonly tasks: number;
  /** The number of jobs nested in it directly. */
  readonly nested: number;
  /** The job it is nested in, or null. */
  readonly parent: Jid | null;
  /** The most tasks it may have, or null. */
  readonly limit: number | null;
  /** Whether it outlives its members. */
  readonly keep: boolean;
  /** The oldest member, or null. */
  readonly prime: { readonly pid: number; readonly comm: string } | null;
  /** When it began, in nanoseconds of virtual time since boot. */
  readonly startTime: number;
  /** The number of tasks that wait for its end. */
  readonly waiters: number;
}

/** A member of a job, with its children that are in the same job. */
export interface JobProcess {
  /** The pid. */
  readonly pid: number;
  /** The comm. */
  readonly comm: string;
  /** Whether it is a thread that is not the leader of its group. */
  readonly thread: boolean;
  /** The children in the job, in order of age. */
  readonly children: readonly JobProcess[];
}

/** A job with its members and the jobs nested in it. */
export interface JobTree extends JobRow {
  /** The members whose parent is not in the job, oldest first. */
  readonly processes: readonly JobProcess[];
  /** The jobs nested in it directly, oldest first. */
  readonly jobs: readonly JobTree[];
}

/** Changes to a job's accounting data (B31). */
export interface SetAccounting {
  /** The job. */
  readonly jid: JidArgument;
  /** The kind of accounting. */
  readonly type: number;
  /** The accounting file, or null for none. */
  readonly file?: string | null;
  /** The highest resident size in KB. */
  readonly coreHighWater?: number | null;
  /** The highest virtual size in KB. */
  readonly virtualHighWater?: number | null;
}

/**
 * The calls of the job module. Each takes one object of plain values. `task` is the task that calls, and its rights
 * count. `pid` is the task that the call is about.
 *
 * Each call lists its errors in the order of its tests (B17 to B31). ESRCH: there is no such task. EPERM: the caller
 * lacks CAP_SYS_RESOURCE. `killJid` also serves the owner. EINVAL: an option is bad. ENODATA: there is no such job, or
 * the task is in none.
 *
 * Locking: a task's list, then the job table, then a job. A call takes for writing what it changes, and the rest for
 * reading. `tree` takes tasklistLock, too.
 *
 * @example
 * ```ts
 * import { boot } from "@pnotify/pnotify";
 * import { JOB, job, type Jobs } from "@pnotify/pnotify/modules/job";
 * import { assertEquals } from "@std/assert";
 * const { kernel } = boot();
 * kernel.modules.insmod(job);
 * const jobs: Jobs = kernel.symbols.get(JOB);
 * const task = kernel.init;
 * assertEquals(jobs.setHid({ task, hid: "a" }), "0xa");
 * const shell = kernel.fork(task);
 * const jid = jobs.create({ task: shell, uid: 1000, keep: true });
 * const child = kernel.fork(shell);
 * assertEquals([jobs.getJid({ pid: child }), jobs.getUser({ jid }), jobs.getPrimePid({ jid })], [jid, 1000, 3]);
 * assertEquals([jobs.getJidCount(), jobs.getJidList(), jobs.getPidCount({ jid })], [1, [jid], 2]);
 * assertEquals(jobs.getPidList({ jid }), [3, 4]);
 * assertEquals(jobs.ioctl({ task: shell, request: "JOB_GETJID", args: { pid: child.pid } }), jid);
 * assertEquals(jobs.listText().split("\n")[0].split(/ +/), ["JID", "UID", "STATE", "TASKS", "LIMIT", "IN", "PRIME"]);
 * assertEquals(jobs.tree()[0].processes[0].children.map(({ pid }) => pid), [4]);
 * assertEquals(jobs.treeText().split("\n")[0], "job 0xa00000000 uid 1000 running, 2 tasks, kept");
 * assertEquals(jobs.detachPid({ task, pid: child }), jid);
 * assertEquals(jobs.attachPid({ task, pid: child, jid }), jid);
 * assertEquals(jobs.setLimit({ task, jid, limit: 2 }), null);
 * assertEquals(jobs.list().map((row) => [row.tasks, row.limit]), [[2, 2]]);
 * const waiting = jobs.waitJid({ task, jid });
 * assertEquals(jobs.killJid({ task, jid, signal: "SIGTERM" }), 2);
 * assertEquals([jobs.end({ task, jid }), waiting.value], [true, { jid, status: 15 }]);
 * const other = jobs.create({ task: kernel.fork(task) });
 * assertEquals([jobs.detachJid({ task, jid: other }), jobs.getJidCount()], [1, 0]);
 * ```
 */
export interface Jobs {
  /** Makes a job with the task in it (B17, B21). ESRCH, EPERM, EINVAL, ENODATA, EAGAIN, ENOMEM, EINPROGRESS, EBUSY. */
  create(options: CreateJob): Jid;
  /** The job of a task (B18). ESRCH, ENODATA. */
  getJid(options: { readonly pid: TaskArgument }): Jid;
  /** Waits until the last task has left a job (B19). EINVAL for options other than 0, ENODATA. EINTR by a signal. */
  waitJid(options: {
    readonly task: TaskArgument;
    readonly jid: JidArgument;
    readonly options?: number;
  }): Pending<JobResult>;
  /** Signals the tasks of a job and of nested jobs, and counts them. 0 only tests (B20). EINVAL, ENODATA, EPERM. */
  killJid(options: {
    readonly task: TaskArgument;
    readonly jid: JidArgument;
    readonly signal: SignalName | number;
  }): number;
  /** How many jobs there are (B22). */
  getJidCount(): number;
  /** The ids of all jobs, or of `count` at most, in the order of the hash buckets (B22). EINVAL, ENOMEM. */
  getJidList(options?: { readonly count?: number }): Jid[];
  /** How many tasks a job has, threads included (B23); with `nested` those of nested jobs, too. ENODATA. */
  getPidCount(options: { readonly jid: JidArgument; readonly nested?: boolean }): number;
  /** The pids of a job, or `count` of them at most, oldest member first (B23). EINVAL, ENOMEM, ENODATA. */
  getPidList(options: { readonly jid: JidArgument; readonly count?: number }): number[];
  /** The uid of a job's owner (B24). ENODATA. */
  getUser(options: { readonly jid: JidArgument }): number;
  /** The pid of a job's oldest member, its prime process (B8, B24). ENODATA, ESRCH when it has no member. */
  getPrimePid(options: { readonly jid: JidArgument }): number;
  /** Sets and returns the host id of later jobs, in hexadecimal. `ffffffff` disables `create` (B25). EPERM, EINVAL. */
  setHid(options: { readonly task: TaskArgument; readonly hid: string | number }): string;
  /** Takes all tasks out of a job and of those nested in it, which end, and counts the tasks (B26). EPERM, ENODATA. */
  detachJid(options: { readonly task: TaskArgument; readonly jid: JidArgument }): number;
  /** Takes a task out of its job, and returns the job. The last task ends it (B27). EPERM, ESRCH, ENODATA. */
  detachPid(options: { readonly task: TaskArgument; readonly pid: TaskArgument }): Jid;
  /** Puts a task that is in no job into one (B28). EPERM, ESRCH, EINVAL, ENOMEM, ENODATA, EFAULT if the job refuses. */
  attachPid(
    options: {
      readonly task: TaskArgument;
      readonly pid: TaskArgument;
      readonly jid: JidArgument;
    },
  ): Jid;
  /** Limits the tasks of a job and returns the old limit. Forks beyond it fail with EAGAIN. EPERM, EINVAL, ENODATA. */
  setLimit(options: {
    readonly task: TaskArgument;
    readonly jid: JidArgument;
    readonly limit: number | null;
  }): number | null;
  /** Lets a job made with `keep` end, now or with its last member, and says whether it has ended. EPERM, ENODATA. */
  end(options: { readonly task: TaskArgument; readonly jid: JidArgument }): boolean;
  /** Answers a request of the original by its name (B29). EBADRQC when there is no such request. */
  ioctl(options: {
    readonly task: TaskArgument;
    readonly request: string;
    readonly args?: Readonly<Record<string, unknown>>;
  }): unknown;

  /** All jobs, oldest first. */
  list(): JobRow[];
  /** All jobs as lines of a table. */
  listText(): string;
  /** The jobs that are not nested, oldest first, with their processes and the jobs nested in them. */
  tree(): JobTree[];
  /** All jobs with their processes as lines of a drawing. */
  treeText(): string;

  /** Takes the only place for an accounting module (job_register_acct, B31). EINVAL, EBUSY when it is taken. */
  registerAccounting(accounting: JobAccounting): void;
  /** Gives the place back (job_unregister_acct, B31). EINVAL, EFAULT when another module has it. */
  unregisterAccounting(accounting: JobAccounting): void;
  /** A copy of a job's accounting data (job_getacct, B31). `eop` must not call it. EINVAL, ENODATA. */
  getAccounting(options: { readonly jid: JidArgument; readonly type: number }): JobAccountingData;
  /** Changes a job's accounting file and high-water marks (job_setacct, B31). EINVAL, ENODATA. */
  setAccounting(options: SetAccounting): void;
}

/** The symbol of {@linkcode Jobs}. */
export const JOB: KernelSymbol<Jobs> = defineSymbol<Jobs>("job", {
  gplOnly: true,
  cNames: [
    "job_register_acct",
    "job_unregister_acct",
    "job_getjid",
    "job_getacct",
    "job_setacct",
  ],
});
