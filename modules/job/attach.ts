import { KernelError } from "../../kernel/errno.ts";
import type { Task } from "../../kernel/task.ts";
import { getTaskStruct, putTaskStruct } from "../../kernel/task_reference.ts";
import type { Subscriber } from "../../pnotify/subscriber.ts";
import { refuse } from "../call.ts";
import { bury, join, leave, unlistIfOver } from "./membership.ts";
import { findJob, type JobCore } from "./core.ts";
import { type Jid, parseJid } from "./jid.ts";
import type { Job, Member } from "./record.ts";

/** Takes one task out of its job (B27). */
export function detachPid(core: JobCore, task: Task): Jid {
  const { pnotify, events } = core;
  return task.subscriberListSem.whileWrite(() => {
    const subscriber = pnotify.getSubscriber(task, events);
    const job = subscriber?.data?.job ?? null;
    if (subscriber === null || job === null) {
      throw refuse("ENODATA", "detach", task, "it is in no job", "a task in a job is wanted");
    }
    leave(core, subscriber.data!);
    pnotify.unsubscribe(task, subscriber);
    return job.jid;
  });
}

/** Puts a task into a job (B28). The task is subscribed first, and unsubscribed if the job refuses it. */
export function attachPid(core: JobCore, task: Task, jid: Jid): Jid {
  const { pnotify, events } = core;
  return task.subscriberListSem.whileWrite(() => {
    const current = pnotify.getSubscriber(task, events)?.data?.job ?? null;
    if (current !== null) {
      const found = `it is in job ${current.jid}`;
      throw refuse("EINVAL", "attach", task, found, "one in no job is wanted");
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
  });
}

/** Makes a task join as a child does. A refusal of the job becomes EFAULT (B28). */
function joinByHand(
  core: JobCore,
  jid: Jid,
  task: Task,
  subscriber: Subscriber<Member | null>,
): void {
  core.table.lock.whileRead(() => {
    const job = findJob(core, jid, "attach to job");
    try {
      join(core, job, task, subscriber);
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      throw new KernelError("EFAULT", {
        action: "attach",
        name: String(task),
        found: `job ${jid} refused it`,
        cause: error,
      });
    }
  });
}

/** Takes all tasks out of a job and of those nested in it (B26). */
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

/** Makes a job and those nested in it zombies, so that no task joins. Returns the jobs, the outermost first. */
function markZombies(core: JobCore, jid: Jid): Job[] {
  const { table } = core;
  return table.lock.whileWrite(() => {
    const top = findJob(core, parseJid(jid), "detach all of job");
    const jobs = table.list().filter((job) => job.isWithin(top)).sort((a, b) => a.depth - b.depth);
    for (const job of jobs) {
      job.lock.whileWrite(() => {
        job.state = "zombie";
        job.keep = false;
      });
    }
    return jobs;
  });
}

/** The oldest member. A reference to its task is taken, as the task may end when the job's lock is dropped. */
function firstMember(job: Job): Member | null {
  return job.lock.whileRead(() => {
    if (job.first !== null) getTaskStruct(job.first.task);
    return job.first;
  });
}

function detachMember(core: JobCore, member: Member): boolean {
  const { pnotify, events } = core;
  const { task } = member;
  return task.subscriberListSem.whileWrite(() => {
    // The task may have left before its list could be locked.
    if (member.job === null) return false;
    leave(core, member);
    const subscriber = pnotify.getSubscriber(task, events);
    if (subscriber?.data === member) pnotify.unsubscribe(task, subscriber);
    return true;
  });
}

/** Ends the jobs without members of their own. No leaving member ended them. */
function endEmptied(core: JobCore, jobs: readonly Job[]): void {
  for (const job of [...jobs].reverse()) {
    const ended = core.table.lock.whileWrite(() => unlistIfOver(core, job));
    for (const endedJob of ended) bury(core, endedJob);
  }
}

/** Lets a kept job end. This goes beyond the original. */
export function endJob(core: JobCore, jid: Jid): boolean {
  const ended = core.table.lock.whileWrite(() => {
    const job = findJob(core, jid, "end job");
    job.lock.whileWrite(() => void (job.keep = false));
    return unlistIfOver(core, job);
  });
  for (const job of ended) bury(core, job);
  return ended.length > 0;
}
