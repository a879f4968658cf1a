import type { Task } from "../../kernel/task.ts";
import { accountStart } from "./account.ts";
import { type JobCore, needsMemory, needsPrivilege, refuse } from "./core.ts";
import { HID_DISABLED, type Jid, NO_JOB, parseJid } from "./jid.ts";
import type { CreateJob } from "./jobs.ts";
import { leave } from "./membership.ts";
import { Job, Member } from "./record.ts";

/** How deep jobs may be nested. */
const DEPTH_MAX = 32;

/** Makes a job for the calling task (B17, B21). */
export function createJob(core: JobCore, task: Task, options: CreateJob): Jid {
  // Before anything else: a machine without jobs refuses nobody (B17).
  if (core.table.hid === HID_DISABLED) return NO_JOB;
  needsPrivilege(task, "create a job for");
  const { wanted, keep, limit, move } = checkCreate(task, options);
  const parent = options.nested === true ? jobToNestIn(core, task) : null;
  needsMemory(core.kernel, "job", "create a job for", task);
  const job = new Job(core.kernel, { uid: options.uid ?? task.uid, parent, keep, limit });
  if (move) moveInto(core, task, job, wanted);
  else enlist(core, job, wanted, null);
  core.say(`${job.jid} of uid ${job.uid} begins${move ? ` with ${task}` : ""}`);
  accountStart(core, job, options.restart === true ? "restart" : "start");
  return job.jid;
}

function checkCreate(
  task: Task,
  options: CreateJob,
): { wanted: Jid; keep: boolean; limit: number; move: boolean } {
  const { jid = 0, uid = task.uid, limit = Infinity, keep = false, move = true } = options;
  const action = "create a job for";
  const wanted = parseJid(jid);
  if (!Number.isInteger(uid) || uid < 0 || uid > 0xffff_fffe) {
    throw refuse("EINVAL", action, task, `the uid is ${uid}`, "an integer is wanted");
  }
  checkLimit(action, task, limit);
  if (!move && !keep) {
    throw refuse("EINVAL", action, task, "nobody would be in it", "move or keep is wanted");
  }
  return { wanted, keep, limit, move };
}

/** Refuses what is no limit. */
export function checkLimit(action: string, name: unknown, limit: number): void {
  if (limit === Infinity || (Number.isInteger(limit) && limit >= 1)) return;
  throw refuse("EINVAL", action, name, `the limit is ${limit}`, "a positive integer is wanted");
}

/** The job around a nested one cannot end before it is there: the calling task is in it. */
function jobToNestIn(core: JobCore, task: Task): Job {
  const parent = core.pnotify.dataOf(task, core.events)?.job ?? null;
  const action = "nest a job for";
  if (parent === null) {
    throw refuse("ENODATA", action, task, "it is in no job", "a task in a job is wanted");
  }
  if (parent.depth + 1 >= DEPTH_MAX) {
    const found = `job ${parent.jid} is nested ${parent.depth} deep`;
    throw refuse("EAGAIN", action, task, found, `fewer than ${DEPTH_MAX} levels are wanted`);
  }
  return parent;
}

/** The new membership first, then the old one's end, so that a failure leaves the task where it was (B21). */
function moveInto(core: JobCore, task: Task, job: Job, wanted: Jid): void {
  const { pnotify, events } = core;
  const list = task.subscriberListSem;
  list.downWrite();
  try {
    const old = pnotify.getSubscriber(task, events);
    const member = new Member(task);
    const fresh = pnotify.subscribe(task, events, { data: member });
    try {
      enlist(core, job, wanted, member);
    } catch (error) {
      pnotify.unsubscribe(task, fresh);
      throw error;
    }
    if (old === null) return;
    if (old.data !== null) leave(core, old.data);
    pnotify.unsubscribe(task, old);
  } finally {
    list.upWrite();
  }
}

/** Gives a job its id, puts it in the table, and its first member in it. */
function enlist(core: JobCore, job: Job, wanted: Jid, member: Member | null): void {
  const { table } = core;
  table.lock.downWrite();
  try {
    if (job.parent !== null) checkParent(job.parent);
    job.jid = chooseJid(core, wanted);
    table.add(job);
    if (member === null) return;
    job.lock.downWrite();
    job.append(member);
    job.lock.upWrite();
  } finally {
    table.lock.upWrite();
  }
}

function chooseJid(core: JobCore, wanted: Jid): Jid {
  const { table } = core;
  if (wanted !== NO_JOB) {
    if (table.find(wanted) === null) return wanted;
    throw refuse("EBUSY", "create job", wanted, "the id is taken", "a free one is wanted");
  }
  const jid = table.allocate();
  if (jid !== null) return jid;
  throw refuse("EBUSY", "create job", NO_JOB, "no id is free", "a free one is wanted");
}

function checkParent(parent: Job): void {
  parent.lock.downRead();
  const ending = parent.state === "zombie";
  parent.lock.upRead();
  if (ending) throw refuse("EINPROGRESS", "nest a job in", parent.jid, "it is ending");
}
