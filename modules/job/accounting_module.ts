import type { Task } from "../../kernel/task.ts";
import type { Jid } from "./jid.ts";

/** The only kind of accounting, that of CSA (B31). */
export const ACCOUNTING_CSA = 0;

/** A job's accounting data (struct job_csa). The job's lock guards it. */
export interface JobAccountingData {
  /** The job. */
  readonly jid: Jid;
  /** Its owner. */
  readonly uid: number;
  /** When it began, in nanoseconds of virtual time since boot. */
  readonly startTime: number;
  /** The number of tasks. A task that leaves still counts. */
  readonly tasks: number;
  /** The highest resident size of its processes in KB, or null while unknown. */
  coreHighWater: number | null;
  /** The highest virtual size of its processes in KB, or null while unknown. */
  virtualHighWater: number | null;
  /** The accounting file, or null. */
  file: string | null;
}

/**
 * The callbacks of an accounting module (struct job_acctmod). `status` is a wait status. A task leaves a job when it
 * ends, is detached, moves to another job, or when its fork is rolled back. In the last case its state is TASK_NEW.
 */
export interface JobAccounting {
  /** {@linkcode ACCOUNTING_CSA}. */
  readonly type: number;
  /** The module, as `env.name` gives it, or null for a user of the library. */
  readonly module: string | null;
  /** A job began. Job holds no lock (B13). */
  jobStart?(kind: "start" | "restart", data: JobAccountingData): void;
  /** A job ended, and its waiters know. Job holds no lock (B13). */
  jobEnd?(status: number, data: JobAccountingData): void;
  /** A task leaves. Job holds its locks for writing, so this may change `data` and must not call Job (B13). */
  eop?(status: number, task: Task, data: JobAccountingData): void;
}
