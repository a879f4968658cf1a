/**
 * Inescapable job containers. A task is in one job at most, its children and threads are born into it, and no change of
 * session, process group or parent leads out: only CAP_SYS_RESOURCE does. A job ends with its last task.
 *
 * Everything rests on two hooks of pnotify: `fork` lets a child in, `exit` lets a task out. The kernel knows of no jobs.
 *
 * Locking: the list of the task, then the job table (`job_table_sem`), then the job (`job.sem`); who needs only the job
 * skips the table. Beyond the original are limits, jobs nested in jobs, and jobs that outlive their members.
 *
 * @example
 * ```ts
 * import { boot } from "@pnotify/pnotify";
 * import { JOB, job } from "@pnotify/pnotify/modules/job";
 * import { assertEquals } from "@std/assert";
 * const { kernel } = boot();
 * kernel.modules.insmod(job);
 * const jobs = kernel.symbols.get(JOB);
 *
 * const login = kernel.fork(kernel.init);
 * const jid = jobs.create({ task: login, uid: 1000 });
 * const daemon = kernel.fork(kernel.fork(login));
 * kernel.setsid(daemon);
 * assertEquals(jobs.getJid({ pid: daemon.pid }), jid);
 * assertEquals(jobs.getPidList({ jid }), [3, 4, 5]);
 * ```
 *
 * @module
 */
export type { TaskArgument } from "../call.ts";
export * from "./accounting.ts";
export * from "./jid.ts";
export * from "./jobs.ts";
export { job, type JobParameters } from "./module.ts";
export { type Login, PAM_JOB, type PamJob } from "./pam.ts";
