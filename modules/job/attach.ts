import { KernelError } from "../../kernel/errno.ts";
import type { Task } from "../../kernel/task.ts";
import { getTaskStruct, putTaskStruct } from "../../kernel/task_reference.ts";
import { bury, join, leave, unlistIfOver } from "./membership.ts";
import { findJob, type JobCore, refuse } from "./core.ts";
import { type Jid, parseJid } from "./jid.ts";
import type { Job, Member } from "./record.ts";

/** Takes one task out of its job (B27). */
export function detachPid(core: JobCore, task: Task): Jid {
  const { pnotify, events } = core;
  const list = task.subscriberListSem;
  list.downWrite();
  try {
    const subscriber = pnotify.getSubscriber(task, events);
    const job = subscriber?.data?.job ?? null;
    if (subscriber === null || job === null) {
      throw refuse("ENODATA", "detach", task, "it is in no job", "a task in a job is wanted");
    }
    leave(core, subscriber.data!);
    pnotify.unsubscribe(task, subscriber);
    return job.jid;
  } finally {
    list.upWrite();
  }
}

/** Puts a task into a job (B28). The entry comes first, and goes again when the job does not want it. */
export function attachPid(core: JobCore, task: Task, jid: Jid): Jid {
  const { pnotify, events } = core;
  const list = task.subscriberListSem;
  list.downWrite();
  try {
    const old = pnotify.getSubscriber(task, events)?.data?.job ?? null;
    if (old !== null) {
      throw refuse("EINVAL", "attach", task, `it is in job ${old.jid}`, "one in no job is wanted");
    }
    const subscriber = pnotify.subscribe(task, events);
    try {
      joinByHand(core, jid, task, subscriber);
    } catch (error) {
      pnotify.unsubscribe(task, subscriber);
      throw error;
    }
    core.say(`${jid} is joined by ${task}`);
    return jid;
  } finally {
    list.upWrite();
  }
}

/** Joins as a child does; why the job refuses is not told (B28). */
function joinByHand(core: JobCore, jid: Jid, task: Task, subscriber: Parameters<typeof join>[3]) {
  const { lock } = core.table;
  lock.downRead();
  try {
    const job = findJob(core, jid, "attach to job");
    try {
      join(core, job, task, subscriber);
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      throw refuse("EFAULT", "attach", task, `job ${jid} refused it`, undefined, error);
    }
  } finally {
    lock.upRead();
  }
}

/** Takes all tasks out of a job and of those nested in it (B26). Zombies from the start, so that nobody joins meanwhile. */
export function detachJid(core: JobCore, jid: Jid): number {
  const jobs = markZombies(core, jid);
  let detached = 0;
  for (const job of jobs) {
    for (;;) {
      const member = firstMember(job);
      if (member === null) break;
      try {
        if (detachMember(core, member)) detached++;
      } finally {
        putTaskStruct(member.task);
      }
    }
  }
  endEmptied(core, jobs);
  return detached;
}

/** The job and those nested in it, the outermost first. */
function markZombies(core: JobCore, jid: Jid): Job[] {
  const { table } = core;
  table.lock.downWrite();
  try {
    const top = findJob(core, parseJid(jid), "detach all of job");
    const jobs = table.list().filter((job) => job.isWithin(top)).sort((a, b) => a.depth - b.depth);
    for (const job of jobs) {
      job.lock.downWrite();
      job.state = "zombie";
      job.keep = false;
      job.lock.upWrite();
    }
    return jobs;
  } finally {
    table.lock.upWrite();
  }
}

/** The oldest member, with a reference to its task, so that it is there when the job's lock is not. */
function firstMember(job: Job): Member | null {
  job.lock.downRead();
  try {
    if (job.first !== null) getTaskStruct(job.first.task);
    return job.first;
  } finally {
    job.lock.upRead();
  }
}

function detachMember(core: JobCore, member: Member): boolean {
  const { pnotify, events } = core;
  const { task } = member;
  const list = task.subscriberListSem;
  list.downWrite();
  try {
    // It may have left by itself before its list could be locked.
    if (member.job === null) return false;
    leave(core, member);
    const subscriber = pnotify.getSubscriber(task, events);
    if (subscriber?.data === member) pnotify.unsubscribe(task, subscriber);
    return true;
  } finally {
    list.upWrite();
  }
}

/** Those that had no member to take them along: jobs that were kept, or were around others only. */
function endEmptied(core: JobCore, jobs: readonly Job[]): void {
  const { lock } = core.table;
  for (const job of [...jobs].reverse()) {
    lock.downWrite();
    const ended = unlistIfOver(core, job);
    lock.upWrite();
    for (const one of ended) bury(core, one);
  }
}

/** Lets a kept job end (beyond the original). */
export function endJob(core: JobCore, jid: Jid): boolean {
  const { lock } = core.table;
  let ended: Job[] = [];
  lock.downWrite();
  try {
    const job = findJob(core, jid, "end job");
    job.lock.downWrite();
    job.keep = false;
    job.lock.upWrite();
    ended = unlistIfOver(core, job);
  } finally {
    lock.upWrite();
  }
  for (const job of ended) bury(core, job);
  return ended.length > 0;
}
