import type { Pending } from "../../kernel/pending.ts";
import type { Task } from "../../kernel/task.ts";
import { refuse } from "../call.ts";
import { changeJob, type JobCore, needsMemory, readJob } from "./core.ts";
import { checkLimit } from "./create.ts";
import { type Jid, type JidArgument, parseHid } from "./jid.ts";
import type { JobResult } from "./jobs.ts";

/** The job of a task (B18). */
export function getJid(core: JobCore, task: Task): Jid {
  const job = core.pnotify.dataOf(task, core.events)?.job ?? null;
  if (job !== null) return job.jid;
  throw refuse("ENODATA", "get the job of", task, "it is in no job", "a task in a job is wanted");
}

/**
 * Puts the calling task to sleep until a job has ended (B19). The task joins the queue before the locks are dropped. So
 * the job cannot end in between.
 */
export function waitJid(
  core: JobCore,
  task: Task,
  options: { readonly jid: JidArgument; readonly options?: number },
): Pending<JobResult> {
  const action = "wait for job";
  if ((options.options ?? 0) !== 0) {
    const found = `the options are ${options.options}`;
    throw refuse("EINVAL", action, options.jid, found, "none, which is 0, is wanted");
  }
  return readJob(core, options.jid, action, (job) => job.waiters.sleep(task));
}

/** How many jobs there are (B22). */
export function getJidCount(core: JobCore): number {
  const { table } = core;
  return table.lock.whileRead(() => table.count);
}

/** The ids of all jobs (B22). */
export function getJidList(core: JobCore, count: number = Infinity): Jid[] {
  const action = "list";
  checkCount(action, "jobs", count);
  if (count === 0) return [];
  needsMemory(core.kernel, "job-list", action, "jobs");
  const { table } = core;
  return table.lock.whileRead(() => table.list(count).map((job) => job.jid));
}

/** The pids of a job (B23). */
export function getPidList(
  core: JobCore,
  options: { readonly jid: JidArgument; readonly count?: number },
): number[] {
  const { jid, count = Infinity } = options;
  const action = "list the tasks of job";
  checkCount(action, jid, count);
  if (count === 0) return [];
  needsMemory(core.kernel, "job-list", action, jid);
  return readJob(core, jid, action, (job) => {
    const pids: number[] = [];
    for (let at = job.first; at !== null && pids.length < count; at = at.next) {
      pids.push(at.task.pid);
    }
    return pids;
  });
}

function checkCount(action: string, name: unknown, count: number): void {
  if (count === Infinity || (Number.isInteger(count) && count >= 0)) return;
  throw refuse("EINVAL", action, name, `the count is ${count}`, "an integer from 0 is wanted");
}

/** The prime process of a job (B24). */
export function getPrimePid(core: JobCore, jid: JidArgument): number {
  const action = "get the prime process of job";
  return readJob(core, jid, action, (job) => {
    if (job.first !== null) return job.first.task.pid;
    throw refuse("ESRCH", action, jid, "it has no member", "a job with a member is wanted");
  });
}

/** Changes the host id of later jobs (B25). */
export function setHid(core: JobCore, hid: string | number): string {
  const { table } = core;
  const number = parseHid(hid);
  table.lock.whileWrite(() => void (table.hid = number));
  return `0x${number.toString(16)}`;
}

/** Changes the limit of a job. */
export function setLimit(
  core: JobCore,
  jid: JidArgument,
  limit: number | null,
): number | null {
  const newLimit = limit ?? Infinity;
  checkLimit("limit job", jid, newLimit);
  return changeJob(core, jid, "limit job", (job) => {
    const oldLimit = job.limit;
    job.limit = newLimit;
    return oldLimit === Infinity ? null : oldLimit;
  });
}
