import { WouldWait } from "../../kernel/preempt.ts";
import { KernelBug } from "../../kernel/report.ts";
import type { Task } from "../../kernel/task.ts";
import { refuse } from "../call.ts";
import { ACCOUNTING_CSA, type JobAccounting, type JobAccountingData } from "./accounting_module.ts";
import { changeJob, type JobCore, readJob } from "./core.ts";
import { NO_JOB, parseJid } from "./jid.ts";
import type { SetAccounting } from "./jobs.ts";
import type { Job } from "./record.ts";

/*
 * The slot for the one accounting module (B31). An error of that module is a module fault, and the job goes on.
 */

/** Reports that a job began. Needs that no lock of Job is held (B13). */
export function accountStart(core: JobCore, job: Job, kind: "start" | "restart"): void {
  const accounting = core.accounting;
  if (accounting?.jobStart === undefined) return;
  callOut(core, accounting, "jobStart", null, () => accounting.jobStart!(kind, job));
}

/** Reports that a job ended. Needs that no lock of Job is held (B13). */
export function accountEnd(core: JobCore, job: Job): void {
  const accounting = core.accounting;
  if (accounting?.jobEnd === undefined) return;
  callOut(core, accounting, "jobEnd", null, () => accounting.jobEnd!(job.status, job));
}

/** Reports that a task leaves. Needs the table and the job for writing (B13). */
export function accountLeave(core: JobCore, task: Task, job: Job): void {
  const accounting = core.accounting;
  if (accounting?.eop === undefined) return;
  callOut(core, accounting, "eop", task, () => accounting.eop!(task.exitCode, task, job));
}

function callOut(
  core: JobCore,
  accounting: JobAccounting,
  callback: "jobStart" | "jobEnd" | "eop",
  task: Task | null,
  call: () => void,
): void {
  const { module } = accounting;
  // Without a reference the original warned, called all the same, and then dropped a reference that it never got (B32).
  const put = module === null ? null : core.tryModuleGet(module);
  if (module !== null && put === null) {
    core.warn(`cannot take a reference to ${module} before calling ${callback}`);
  }
  const { context } = core.kernel;
  const caller = context.module;
  context.module = module;
  try {
    call();
  } catch (error) {
    if (error instanceof KernelBug || error instanceof WouldWait) throw error;
    core.kernel.moduleFault(module ?? "job accounting", { what: callback, task, cause: error });
  } finally {
    context.module = caller;
    put?.();
  }
}

/** Takes the slot (B31). */
export function registerAccounting(core: JobCore, accounting: JobAccounting): void {
  checkAccounting("register accounting with", accounting);
  if (core.accounting !== null) {
    const { module } = core.accounting;
    throw refuse(
      "EBUSY",
      "register accounting with",
      "job",
      `${module ?? "somebody"} has the place`,
      "a free place is wanted",
    );
  }
  core.accounting = accounting;
}

/** Gives the slot back (B31). */
export function unregisterAccounting(core: JobCore, accounting: JobAccounting): void {
  checkAccounting("unregister accounting with", accounting);
  if (core.accounting !== accounting) {
    throw refuse(
      "EFAULT",
      "unregister accounting with",
      "job",
      "it does not have the place",
      "the one that registered is wanted",
    );
  }
  core.accounting = null;
}

function checkAccounting(action: string, accounting: JobAccounting): void {
  if (typeof accounting !== "object" || accounting === null) {
    throw refuse("EINVAL", action, "job", `it is ${accounting}`, "an object is wanted");
  }
  checkType(action, accounting.type);
}

function checkType(action: string, type: unknown): void {
  if (type === ACCOUNTING_CSA) return;
  throw refuse(
    "EINVAL",
    action,
    "job",
    `the type is ${type}`,
    `${ACCOUNTING_CSA}, which is CSA, is wanted`,
  );
}

/** Reads the accounting data of a job (B31). */
export function getAccounting(
  core: JobCore,
  options: { jid: SetAccounting["jid"]; type: number },
): JobAccountingData {
  const action = "read the accounting data of job";
  checkTarget(action, options);
  return readJob(core, options.jid, action, (job) => ({
    jid: job.jid,
    uid: job.uid,
    startTime: job.startTime,
    tasks: job.tasks,
    coreHighWater: job.coreHighWater,
    virtualHighWater: job.virtualHighWater,
    file: job.file,
  }));
}

/** Changes the accounting data of a job (B31). */
export function setAccounting(core: JobCore, options: SetAccounting): void {
  const action = "set the accounting data of job";
  checkTarget(action, options);
  changeJob(core, options.jid, action, (job) => {
    if (options.file !== undefined) job.file = options.file;
    if (options.coreHighWater !== undefined) job.coreHighWater = options.coreHighWater;
    if (options.virtualHighWater !== undefined) job.virtualHighWater = options.virtualHighWater;
  });
}

function checkTarget(action: string, options: { jid: SetAccounting["jid"]; type: number }): void {
  if (parseJid(options.jid) === NO_JOB) {
    throw refuse("EINVAL", action, NO_JOB, "it means no job", "the id of a job is wanted");
  }
  checkType(action, options.type);
}
