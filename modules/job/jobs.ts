import type { Pending } from "../../kernel/pending.ts";
import type { SignalName } from "../../kernel/signal.ts";
import { defineSymbol, type KernelSymbol } from "../../kernel/symbol.ts";
import type { TaskArgument } from "../call.ts";
import type { JobAccounting, JobAccountingData } from "./accounting.ts";
import type { Jid, JidArgument } from "./jid.ts";

/** What a task that waited for a job is told (B19). */
export interface JobResult {
  /** The job. */
  readonly jid: Jid;
  /** The wait status of the last task that left it. */
  readonly status: number;
}

/** How a job is to be made. The fields after `uid` go beyond the original. */
export interface CreateJob {
  /** The task that calls, and that moves into the job. */
  readonly task: TaskArgument;
  /** The id it shall have; the next free one by default, and for 0. */
  readonly jid?: JidArgument;
  /** Its owner; the user of the calling task by default. */
  readonly uid?: number;
  /** Accounting is told that it was running before. */
  readonly restart?: boolean;
  /** How many tasks it may have, those of jobs nested in it included. */
  readonly limit?: number;
  /** It outlives its members until it is told to {@linkcode Jobs.end}. */
  readonly keep?: boolean;
  /** `false` leaves the calling task where it is, so that the job begins empty; wants `keep`. */
  readonly move?: boolean;
  /** It is nested in the job of the calling task. */
  readonly nested?: boolean;
}

/** A job, as a listing shows it. */
export interface JobRow {
  /** Its id. */
  readonly jid: Jid;
  /** Its owner. */
  readonly uid: number;
  /** `zombie` while its last members are being detached. */
  readonly state: "running" | "zombie";
  /** Its members, threads included. */
  readonly tasks: number;
  /** The jobs nested in it directly. */
  readonly nested: number;
  /** The job it is nested in, or null. */
  readonly parent: Jid | null;
  /** How many tasks it may have, or null. */
  readonly limit: number | null;
  /** Whether it outlives its members. */
  readonly keep: boolean;
  /** Its oldest member, or null. */
  readonly prime: { readonly pid: number; readonly comm: string } | null;
  /** When it began: virtual time, in nanoseconds since boot. */
  readonly startTime: number;
  /** How many tasks wait for its end. */
  readonly waiters: number;
}

/** A member of a job, with those of its children that are in the same job. */
export interface JobProcess {
  /** Its pid. */
  readonly pid: number;
  /** Its comm. */
  readonly comm: string;
  /** Whether it is a thread that is not the leader of its group. */
  readonly thread: boolean;
  /** Its children in the job, in order of age. */
  readonly children: readonly JobProcess[];
}

/** A job with its members and the jobs nested in it. */
export interface JobTree extends JobRow {
  /** Its members whose parent is in another job or in none, oldest first, each with what is below it. */
  readonly processes: readonly JobProcess[];
  /** The jobs nested in it, oldest first. */
  readonly jobs: readonly JobTree[];
}

/** What may be changed of a job's accounting data (B31). */
export interface SetAccounting {
  /** The job. */
  readonly jid: JidArgument;
  /** The kind of accounting. */
  readonly type: number;
  /** Its accounting file, or null for none. */
  readonly file?: string | null;
  /** The highest resident size in KB. */
  readonly coreHighWater?: number | null;
  /** The highest virtual size in KB. */
  readonly virtualHighWater?: number | null;
}

/**
 * What the job module offers to other modules, to users of the library, and to scenarios. Every call takes one object
 * of plain values; `task` is the task that calls, whose rights count, and `pid` a task that something is done to.
 *
 * Errors are listed in the order in which they are tested (B17-B31). `create` and the calls after it need
 * CAP_SYS_RESOURCE where they list EPERM.
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
 * const shell = kernel.fork(task);
 * const jid = jobs.create({ task: shell, uid: 1000, keep: true });
 * const child = kernel.fork(shell);
 * assertEquals([jobs.getJid({ pid: child }), jobs.getUser({ jid }), jobs.getPrimePid({ jid })], [jid, 1000, 3]);
 * assertEquals([jobs.getJidCount(), jobs.getJidList()], [1, [jid]]);
 * assertEquals([jobs.getPidCount({ jid }), jobs.getPidList({ jid })], [2, [3, 4]]);
 * assertEquals(jobs.ioctl({ task: shell, request: "JOB_GETJID", args: { pid: child.pid } }), jid);
 *
 * assertEquals(jobs.detachPid({ task, pid: child }), jid);
 * assertEquals(jobs.attachPid({ task, pid: child, jid }), jid);
 * assertEquals(jobs.setLimit({ task, jid, limit: 2 }), null);
 * assertEquals(jobs.list().map((row) => [row.tasks, row.limit]), [[2, 2]]);
 *
 * const waiting = jobs.waitJid({ task, jid });
 * assertEquals(jobs.killJid({ task, jid, signal: "SIGTERM" }), 2);
 * assertEquals([jobs.end({ task, jid }), waiting.value], [true, { jid, status: 15 }]);
 * ```
 */
export interface Jobs {
  /**
   * Makes a job and moves the calling task into it; from then on its children are in it too (B17, B21).
   *
   * Locking: takes the task's list, then the job table, then the job, for writing.
   *
   * @param options How.
   * @returns Its id, or `"0x0"` while creation is disabled.
   * @throws {KernelError} ESRCH when there is no such task, EPERM without CAP_SYS_RESOURCE, EINVAL for a bad option,
   * ENODATA, EINPROGRESS or EAGAIN when it cannot be nested, ENOMEM, EBUSY when the id is taken or none is free; the
   * task stays in its old job then.
   */
  create(options: CreateJob): Jid;
  /**
   * The job of a task (B18). Locking: takes the task's list for reading.
   *
   * @param options The task.
   * @returns The id of its job.
   * @throws {KernelError} ESRCH when there is no such task, ENODATA when it is in no job.
   */
  getJid(options: { readonly pid: TaskArgument }): Jid;
  /**
   * Waits until a job has ended (B19). Locking: takes the table and the job for reading.
   *
   * @param options The task that waits, the job, and options, of which there are none: 0.
   * @returns The call: done when the last task has left. A signal ends it with EINTR.
   * @throws {KernelError} EINVAL for an option, ENODATA when there is no such job.
   */
  waitJid(options: {
    readonly task: TaskArgument;
    readonly jid: JidArgument;
    readonly options?: number;
  }): Pending<JobResult>;
  /**
   * Sends a signal to every task of a job and of the jobs nested in it, oldest first (B20). Locking: takes the table and
   * the job for reading.
   *
   * @param options The task that sends, the job, and the signal; 0 only asks whether one could be sent.
   * @returns How many tasks it was sent to.
   * @throws {KernelError} EINVAL for a bad signal, ENODATA when there is no such job, EPERM unless the sender's user
   * owns the job or the sender has CAP_SYS_RESOURCE; or the last error of a member that is not the prime process.
   */
  killJid(options: {
    readonly task: TaskArgument;
    readonly jid: JidArgument;
    readonly signal: SignalName | number;
  }): number;
  /**
   * How many jobs there are (B22). Locking: takes the table for reading.
   *
   * @returns The number.
   */
  getJidCount(): number;
  /**
   * The ids of all jobs in the order of the hash buckets (B22). Locking: takes the table for reading.
   *
   * @param options How many at most.
   * @returns The ids.
   * @throws {KernelError} EINVAL for a bad number, ENOMEM.
   */
  getJidList(options?: { readonly count?: number }): Jid[];
  /**
   * How many tasks a job has, threads included (B23). Locking: takes the table and the job for reading.
   *
   * @param options The job, and whether the jobs nested in it count as well.
   * @returns The number.
   * @throws {KernelError} ENODATA when there is no such job.
   */
  getPidCount(options: { readonly jid: JidArgument; readonly nested?: boolean }): number;
  /**
   * The pids of a job, oldest member first (B23). Locking: takes the table and the job for reading.
   *
   * @param options The job, and how many at most; the rest is left out without a word.
   * @returns The pids.
   * @throws {KernelError} EINVAL for a bad number, ENOMEM, ENODATA when there is no such job.
   */
  getPidList(options: { readonly jid: JidArgument; readonly count?: number }): number[];
  /**
   * The owner of a job (B24). Locking: takes the table for reading.
   *
   * @param options The job.
   * @returns The uid.
   * @throws {KernelError} ENODATA when there is no such job.
   */
  getUser(options: { readonly jid: JidArgument }): number;
  /**
   * The prime process of a job: its oldest member (B8, B24). Locking: takes the table and the job for reading.
   *
   * @param options The job.
   * @returns The pid.
   * @throws {KernelError} ENODATA when there is no such job, ESRCH when it has no member.
   */
  getPrimePid(options: { readonly jid: JidArgument }): number;
  /**
   * Changes the host id of the jobs to come (B25). Locking: takes the table for writing.
   *
   * @param options The task that calls, and the host id in hexadecimal; `ffffffff` disables creation.
   * @returns The host id, in hexadecimal.
   * @throws {KernelError} EPERM, EINVAL for a bad host id.
   * @example
   * ```ts
   * import { boot } from "@pnotify/pnotify";
   * import { JOB, job } from "@pnotify/pnotify/modules/job";
   * import { assertEquals } from "@std/assert";
   * const { kernel } = boot();
   * kernel.modules.insmod(job);
   * const jobs = kernel.symbols.get(JOB);
   * assertEquals(jobs.setHid({ task: kernel.init, hid: "a" }), "0xa");
   * assertEquals(jobs.create({ task: kernel.fork(kernel.init) }).slice(0, 3), "0xa");
   * ```
   */
  setHid(options: { readonly task: TaskArgument; readonly hid: string | number }): string;
  /**
   * Takes all tasks out of a job and of those nested in it, oldest first; the jobs end, the processes run on (B26).
   * Locking: takes each task's list, the table and the job for writing.
   *
   * @param options The task that calls, and the job.
   * @returns How many tasks.
   * @throws {KernelError} EPERM, ENODATA when there is no such job.
   * @example
   * ```ts
   * import { boot } from "@pnotify/pnotify";
   * import { JOB, job } from "@pnotify/pnotify/modules/job";
   * import { assertEquals } from "@std/assert";
   * const { kernel } = boot();
   * kernel.modules.insmod(job);
   * const jobs = kernel.symbols.get(JOB);
   * const jid = jobs.create({ task: kernel.fork(kernel.init) });
   * assertEquals([jobs.detachJid({ task: kernel.init, jid }), jobs.getJidCount()], [1, 0]);
   * ```
   */
  detachJid(options: { readonly task: TaskArgument; readonly jid: JidArgument }): number;
  /**
   * Takes one task out of its job, which ends when it was the last (B27). Locking: takes the task's list, the table and
   * the job for writing.
   *
   * @param options The task that calls, and the task to take out.
   * @returns The job it was in.
   * @throws {KernelError} EPERM, ESRCH when there is no such task, ENODATA when it is in no job.
   */
  detachPid(options: { readonly task: TaskArgument; readonly pid: TaskArgument }): Jid;
  /**
   * Puts a task into a job (B28). Locking: takes the task's list for writing, the table for reading, the job for writing.
   *
   * @param options The task that calls, the task to put in, and the job.
   * @returns The job.
   * @throws {KernelError} EPERM, ESRCH when there is no such task, EINVAL when it is in a job, ENOMEM, ENODATA when there
   * is no such job, EFAULT when the job takes nobody any more.
   */
  attachPid(
    options: {
      readonly task: TaskArgument;
      readonly pid: TaskArgument;
      readonly jid: JidArgument;
    },
  ): Jid;
  /**
   * Limits how many tasks a job may have, those of jobs nested in it included; forks beyond fail with EAGAIN. It may be
   * below what the job has: nobody is ended. Beyond the original, where limits never came to be (B29). Locking: takes
   * the table for reading, the job for writing.
   *
   * @param options The task that calls, the job, and the limit, null for none.
   * @returns The limit there was.
   * @throws {KernelError} EPERM, EINVAL for a bad limit, ENODATA when there is no such job.
   */
  setLimit(options: {
    readonly task: TaskArgument;
    readonly jid: JidArgument;
    readonly limit: number | null;
  }): number | null;
  /**
   * Lets a job that was made with `keep` end: at once when it is empty, else with its last member. Locking: takes the
   * table and the job for writing.
   *
   * @param options The task that calls, and the job.
   * @returns Whether it has ended.
   * @throws {KernelError} EPERM, ENODATA when there is no such job.
   */
  end(options: { readonly task: TaskArgument; readonly jid: JidArgument }): boolean;
  /**
   * The one call that the original had, with its request names (B29). Reserved and unknown requests are refused.
   *
   * @param options The task that calls, the request such as `JOB_GETJID`, and what goes with it.
   * @returns What the call returned.
   * @throws {KernelError} EBADRQC for a request that there is not, or what the call throws.
   */
  ioctl(options: {
    readonly task: TaskArgument;
    readonly request: string;
    readonly args?: Readonly<Record<string, unknown>>;
  }): unknown;

  /**
   * All jobs, oldest first. Locking: takes the table and each job for reading.
   *
   * @returns The jobs.
   */
  list(): JobRow[];
  /**
   * All jobs as a table.
   *
   * @returns Lines of text.
   * @example
   * ```ts
   * import { boot } from "@pnotify/pnotify";
   * import { JOB, job } from "@pnotify/pnotify/modules/job";
   * import { assertEquals } from "@std/assert";
   * const { kernel } = boot();
   * kernel.modules.insmod(job);
   * const jobs = kernel.symbols.get(JOB);
   * jobs.create({ task: kernel.fork(kernel.init) });
   * assertEquals(jobs.listText().split("\n")[0].split(/ +/), ["JID", "UID", "STATE", "TASKS", "LIMIT", "IN", "PRIME"]);
   * ```
   */
  listText(): string;
  /**
   * All jobs with their processes, nested jobs inside their own. Locking: takes the table and each job for reading, then
   * tasklistLock.
   *
   * @returns The jobs that are not nested, oldest first.
   * @example
   * ```ts
   * import { boot } from "@pnotify/pnotify";
   * import { JOB, job } from "@pnotify/pnotify/modules/job";
   * import { assertEquals } from "@std/assert";
   * const { kernel } = boot();
   * kernel.modules.insmod(job);
   * const jobs = kernel.symbols.get(JOB);
   * const shell = kernel.fork(kernel.init);
   * jobs.create({ task: shell });
   * kernel.fork(shell);
   * const [{ processes: [first] }] = jobs.tree();
   * assertEquals([first.pid, first.children.map(({ pid }) => pid)], [3, [4]]);
   * ```
   */
  tree(): JobTree[];
  /**
   * All jobs with their processes, drawn.
   *
   * @returns Lines of text.
   * @example
   * ```ts
   * import { boot } from "@pnotify/pnotify";
   * import { JOB, job } from "@pnotify/pnotify/modules/job";
   * import { assertEquals } from "@std/assert";
   * const { kernel } = boot();
   * kernel.modules.insmod(job);
   * const jobs = kernel.symbols.get(JOB);
   * jobs.create({ task: kernel.fork(kernel.init) });
   * assertEquals(jobs.treeText(), "job 0x1 uid 0 running, 1 task\n`- init[3]");
   * ```
   */
  treeText(): string;

  /**
   * Takes the one place that there is for an accounting module (job_register_acct, B31).
   *
   * @param accounting What is to be told.
   * @throws {KernelError} EINVAL for null or a bad type, EBUSY when the place is taken.
   * @example
   * ```ts
   * import { boot, KernelError } from "@pnotify/pnotify";
   * import { ACCOUNTING_CSA, JOB, job } from "@pnotify/pnotify/modules/job";
   * import { assertThrows } from "@std/assert";
   * const { kernel } = boot();
   * kernel.modules.insmod(job);
   * const jobs = kernel.symbols.get(JOB);
   * jobs.registerAccounting({ type: ACCOUNTING_CSA, module: null });
   * const again = () => jobs.registerAccounting({ type: ACCOUNTING_CSA, module: null });
   * assertThrows(again, KernelError, "EBUSY");
   * ```
   */
  registerAccounting(accounting: JobAccounting): void;
  /**
   * Gives the place back (job_unregister_acct, B31).
   *
   * @param accounting What was registered.
   * @throws {KernelError} EINVAL for null or a bad type, EFAULT when it does not have the place.
   * @example
   * ```ts
   * import { boot, KernelError } from "@pnotify/pnotify";
   * import { ACCOUNTING_CSA, JOB, job } from "@pnotify/pnotify/modules/job";
   * import { assertThrows } from "@std/assert";
   * const { kernel } = boot();
   * kernel.modules.insmod(job);
   * const jobs = kernel.symbols.get(JOB);
   * const accounting = { type: ACCOUNTING_CSA, module: null };
   * jobs.registerAccounting(accounting);
   * jobs.unregisterAccounting(accounting);
   * assertThrows(() => jobs.unregisterAccounting(accounting), KernelError, "EFAULT");
   * ```
   */
  unregisterAccounting(accounting: JobAccounting): void;
  /**
   * What Job keeps for accounting (job_getacct, B31). Not for use in `eop`, which holds the locks. Locking: takes the
   * table and the job for reading.
   *
   * @param options The job, and the kind.
   * @returns A copy.
   * @throws {KernelError} EINVAL for job 0 or a bad type, ENODATA when there is no such job.
   * @example
   * ```ts
   * import { boot } from "@pnotify/pnotify";
   * import { ACCOUNTING_CSA, JOB, job } from "@pnotify/pnotify/modules/job";
   * import { assertEquals } from "@std/assert";
   * const { kernel } = boot();
   * kernel.modules.insmod(job);
   * const jobs = kernel.symbols.get(JOB);
   * const jid = jobs.create({ task: kernel.fork(kernel.init), uid: 1000 });
   * assertEquals(jobs.getAccounting({ jid, type: ACCOUNTING_CSA }).uid, 1000);
   * ```
   */
  getAccounting(options: { readonly jid: JidArgument; readonly type: number }): JobAccountingData;
  /**
   * Changes what Job keeps for accounting: the file and the high-water marks, and nothing else (job_setacct, B31).
   * Locking: takes the table for reading, the job for writing.
   *
   * @param options The job, the kind, and what to change.
   * @throws {KernelError} EINVAL for job 0 or a bad type, ENODATA when there is no such job.
   * @example
   * ```ts
   * import { boot } from "@pnotify/pnotify";
   * import { ACCOUNTING_CSA, JOB, job } from "@pnotify/pnotify/modules/job";
   * import { assertEquals } from "@std/assert";
   * const { kernel } = boot();
   * kernel.modules.insmod(job);
   * const jobs = kernel.symbols.get(JOB);
   * const jid = jobs.create({ task: kernel.fork(kernel.init) });
   * jobs.setAccounting({ jid, type: ACCOUNTING_CSA, file: "/home/user/acct" });
   * assertEquals(jobs.getAccounting({ jid, type: ACCOUNTING_CSA }).file, "/home/user/acct");
   * ```
   */
  setAccounting(options: SetAccounting): void;
}

/** The symbol under which {@linkcode Jobs} is offered. */
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
