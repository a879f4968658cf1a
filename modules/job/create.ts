import type { Task } from "../../kernel/task.ts";
import { refuse } from "../call.ts";
import { accountStart } from "./accounting_slot.ts";
import { type JobCore, needsMemory, needsPrivilege } from "./core.ts";
import { HID_DISABLED, type Jid, NO_JOB, parseJid } from "./jid.ts";
import type { CreateJob } from "./jobs.ts";
import { leave } from "./membership.ts";
import { Job, Member } from "./record.ts";

/** The deepest nesting of jobs. */
const DEPTH_MAX = 32;

/** Makes a job for the calling task (B17, B21). */
export function createJob(core: JobCore, task: Task, options: CreateJob): Jid {
  // Test first whether jobs are disabled. Then no caller is refused (B17).
  if (core.table.hid === HID_DISABLED) return NO_JOB;
  needsPrivilege(task, "create a job for");
  const { requestedJid, keep, limit, move } = checkCreate(task, options);
  const parent = options.nested === true ? jobToNestIn(core, task) : null;
  needsMemory(core.kernel, "job", "create a job for", task);
  const job = new Job(core.kernel, { uid: options.uid ?? task.uid, parent, keep, limit });
  if (move) moveInto(core, task, job, requestedJid);
  else enlist(core, job, requestedJid, null);
  core.say(`${job.jid} of uid ${job.uid} begins${move ? ` with ${task}` : ""}`);
  accountStart(core, job, options.restart === true ? "restart" : "start");
  return job.jid;
}

function checkCreate(
  task: Task,
  options: CreateJob,
): { requestedJid: Jid; keep: boolean; limit: number; move: boolean } {
  const { jid = 0, uid = task.uid, limit = Infinity, keep = false, move = true } = options;
  const action = "create a job for";
  const requestedJid = parseJid(jid);
  if (!Number.isInteger(uid) || uid < 0 || uid > 0xffff_fffe) {
    throw refuse("EINVAL", action, task, `the uid is ${uid}`, "an integer is wanted");
  }
  checkLimit(action, task, limit);
  if (!move && !keep) {
    throw refuse("EINVAL", action, task, "nobody would be in it", "move or keep is wanted");
  }
  return { requestedJid, keep, limit, move };
}

/** Refuses a value that is no limit. */
export function checkLimit(action: string, name: unknown, limit: number): void {
  if (limit === Infinity || (Number.isInteger(limit) && limit >= 1)) return;
  throw refuse("EINVAL", action, name, `the limit is ${limit}`, "a positive integer is wanted");
}

/** The job of the calling task. The task is in it, so it cannot end before the nested job exists. */
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

/** Moves a task to a new job. It joins before it leaves the old job, so that a failure changes nothing (B21). */
function moveInto(core: JobCore, task: Task, job: Job, requestedJid: Jid): void {
  const { pnotify, events } = core;
  task.subscriberListSem.whileWrite(() => {
    const oldSubscriber = pnotify.getSubscriber(task, events);
    const member = new Member(task);
    const newSubscriber = pnotify.subscribe(task, events, { data: member });
    try {
      enlist(core, job, requestedJid, member);
    } catch (error) {
      pnotify.unsubscribe(task, newSubscriber);
      throw error;
    }
    if (oldSubscriber === null) return;
    if (oldSubscriber.data !== null) leave(core, oldSubscriber.data);
    pnotify.unsubscribe(task, oldSubscriber);
  });
}

/** Gives a job its id, adds it to the table, and adds its first member. */
function enlist(core: JobCore, job: Job, requestedJid: Jid, member: Member | null): void {
  const { table } = core;
  table.lock.whileWrite(() => {
    if (job.parent !== null) checkParent(job.parent);
    job.jid = chooseJid(core, requestedJid);
    table.add(job);
    if (member !== null) job.lock.whileWrite(() => job.append(member));
  });
}

function chooseJid(core: JobCore, requestedJid: Jid): Jid {
  const { table } = core;
  if (requestedJid !== NO_JOB) {
    if (table.find(requestedJid) === null) return requestedJid;
    throw refuse("EBUSY", "create job", requestedJid, "the id is taken", "a free one is wanted");
  }
  const jid = table.allocate();
  if (jid !== null) return jid;
  throw refuse("EBUSY", "create job", NO_JOB, "no id is free", "a free one is wanted");
}

function checkParent(parent: Job): void {
  const ending = parent.lock.whileRead(() => parent.state === "zombie");
  if (ending) throw refuse("EINPROGRESS", "nest a job in", parent.jid, "it is ending");
}
