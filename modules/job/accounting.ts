import type { Task } from "../../kernel/task.ts";
import type { Jid } from "./jid.ts";

/** The kinds of accounting that Job knows: one slot, that of CSA (B31). */
export const ACCOUNTING_CSA = 0;

/** What Job keeps for accounting (struct job_csa). Guarded by the job's lock. */
export interface JobAccountingData {
  /** The job. */
  readonly jid: Jid;
  /** Its owner. */
  readonly uid: number;
  /** When it began: virtual time, in nanoseconds since boot. */
  readonly startTime: number;
  /** How many tasks are in it; the one that leaves is still counted. */
  readonly tasks: number;
  /** The highest resident size of any of its processes in KB, or null while unknown. */
  coreHighWater: number | null;
  /** The highest virtual size of any of its processes in KB, or null while unknown. */
  virtualHighWater: number | null;
  /** Its accounting file, or null. */
  file: string | null;
}

/**
 * What an accounting module wants to be told (struct job_acctmod).
 *
 * @example
 * ```ts
 * import { boot } from "@pnotify/pnotify";
 * import { ACCOUNTING_CSA, JOB, job, type JobAccounting } from "@pnotify/pnotify/modules/job";
 * import { assertEquals } from "@std/assert";
 * const { kernel } = boot();
 * kernel.modules.insmod(job);
 * const jobs = kernel.symbols.get(JOB);
 * const heard: string[] = [];
 * const accounting: JobAccounting = {
 *   type: ACCOUNTING_CSA,
 *   module: null,
 *   jobStart: (kind, { jid }) => void heard.push(`${kind} ${jid}`),
 *   eop: (status, task) => void heard.push(`${task} ${status}`),
 *   jobEnd: (status, { jid }) => void heard.push(`end ${jid} ${status}`),
 * };
 * jobs.registerAccounting(accounting);
 * const shell = kernel.fork(kernel.init);
 * jobs.create({ task: shell });
 * kernel.exit(shell, 1);
 * jobs.unregisterAccounting(accounting);
 * assertEquals(heard, ["start 0x1", "init[3] 256", "end 0x1 256"]);
 * ```
 */
export interface JobAccounting {
  /** The kind; {@linkcode ACCOUNTING_CSA}. */
  readonly type: number;
  /** The module that it belongs to, as `env.name` gives it, or null for users of the library. */
  readonly module: string | null;
  /**
   * A job began. Locking: none of Job's locks is held (B13).
   *
   * @param kind Whether it is new, or one that was running before.
   * @param data What Job keeps for accounting.
   */
  jobStart?(kind: "start" | "restart", data: JobAccountingData): void;
  /**
   * A job ended: it can be found no more, and those that waited for it have been told. Locking: none of Job's locks is
   * held (B13).
   *
   * @param status The wait status of the last task that left.
   * @param data What Job keeps for accounting.
   */
  jobEnd?(status: number, data: JobAccountingData): void;
  /**
   * A task leaves a job: it ends, it is detached, it moves to another job, or its fork is rolled back and it never ran
   * (its state is TASK_NEW then). Locking: the job table and the job are held for writing, so it must not call Job back
   * (B13); it may change `data` for the same reason.
   *
   * @param status The wait status of the task, 0 while it lives.
   * @param task The task.
   * @param data What Job keeps for accounting.
   */
  eop?(status: number, task: Task, data: JobAccountingData): void;
}
