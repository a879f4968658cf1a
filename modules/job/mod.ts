/**
 * Inescapable job containers. A task is in at most one job, and its children and threads are born into that job. A new
 * session, process group or parent does not lead out of it. Only CAP_SYS_RESOURCE does. A job ends with its last task.
 * Limits, jobs nested in jobs, and jobs that outlive their members go beyond the original.
 *
 * @example
 * ```ts
 * import { boot } from "@pnotify/pnotify";
 * import { JOB, job } from "@pnotify/pnotify/modules/job";
 * import { assertEquals } from "@std/assert";
 * const { kernel } = boot();
 * kernel.modules.insmod(job);
 * const jobs = kernel.symbols.get(JOB);
 * const login = kernel.fork(kernel.init);
 * const jid = jobs.create({ task: login, uid: 1000 });
 * const daemon = kernel.fork(kernel.fork(login));
 * kernel.setsid(daemon);
 * assertEquals([jobs.getJid({ pid: daemon }), jobs.getPidList({ jid })], [jid, [3, 4, 5]]);
 * ```
 *
 * @module
 */
export type { TaskArgument } from "../call.ts";
export { ACCOUNTING_CSA, type JobAccounting, type JobAccountingData } from "./accounting_module.ts";
export {
  HID_DISABLED,
  hidOf,
  type Jid,
  type JidArgument,
  makeJid,
  NO_JOB,
  parseHid,
  parseJid,
  sidOf,
} from "./jid.ts";
export {
  type CreateJob,
  JOB,
  type JobProcess,
  type JobResult,
  type JobRow,
  type Jobs,
  type JobTree,
  type SetAccounting,
} from "./jobs.ts";
export { job, type JobParameters } from "./module.ts";
export { type Login, PAM_JOB, type PamJob } from "./pam.ts";
