import { capable } from "../../kernel/cred.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import type { Task } from "../../kernel/task.ts";
import type { PnotifyEvents } from "../../pnotify/events.ts";
import type { Pnotify } from "../../pnotify/pnotify.ts";
import { refuse } from "../call.ts";
import type { JobAccounting } from "./accounting_module.ts";
import { type Jid, type JidArgument, parseJid } from "./jid.ts";
import type { Job, Member } from "./record.ts";
import type { JobTable } from "./table.ts";

/** The state of the module in one kernel. */
export interface JobCore {
  readonly kernel: Kernel;
  readonly pnotify: Pnotify;
  readonly table: JobTable;
  /** The events that each member is subscribed to. */
  readonly events: PnotifyEvents<Member | null>;
  /** The module in the accounting slot (B31), or null. */
  accounting: JobAccounting | null;
  /** Prints to the kernel log. */
  warn(text: string): void;
  /** Prints to the kernel log when the module is verbose. */
  say(text: string): void;
  /** Takes a reference on a module. */
  tryModuleGet(name: string): (() => void) | null;
}

/** Refuses a task without CAP_SYS_RESOURCE (B6). */
export function needsPrivilege(task: Task, action: string): void {
  if (capable(task, "CAP_SYS_RESOURCE")) return;
  throw refuse(
    "EPERM",
    action,
    task,
    `uid ${task.uid} has no CAP_SYS_RESOURCE`,
    "CAP_SYS_RESOURCE is wanted",
  );
}

/** Fails with ENOMEM when a fault is injected here. */
export function needsMemory(kernel: Kernel, site: string, action: string, name: unknown): void {
  if (kernel.faults === null || !kernel.mayFail(site)) return;
  throw refuse("ENOMEM", action, name, "there is no memory");
}

/** Finds a job by its id. Needs the table's lock. */
export function findJob(core: JobCore, jid: Jid, action: string): Job {
  const job = core.table.find(jid);
  if (job !== null) return job;
  throw refuse("ENODATA", action, jid, "there is no such job", "the id of a job is wanted");
}

/** Reads a job. Holds the table and the job for reading, so that the job cannot end. */
export function readJob<T>(
  core: JobCore,
  jid: JidArgument,
  action: string,
  read: (job: Job) => T,
): T {
  const id = parseJid(jid);
  return core.table.lock.whileRead(() => {
    const job = findJob(core, id, action);
    return job.lock.whileRead(() => read(job));
  });
}

/** Changes a job. Holds the table for reading and the job for writing, so that the job cannot end. */
export function changeJob<T>(
  core: JobCore,
  jid: JidArgument,
  action: string,
  change: (job: Job) => T,
): T {
  const id = parseJid(jid);
  return core.table.lock.whileRead(() => {
    const job = findJob(core, id, action);
    return job.lock.whileWrite(() => change(job));
  });
}
