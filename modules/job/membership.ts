import type { Task } from "../../kernel/task.ts";
import type { Subscriber } from "../../pnotify/subscriber.ts";
import { accountEnd, accountLeave } from "./account.ts";
import { type JobCore, needsMemory, refuse } from "./core.ts";
import { type Job, Member } from "./record.ts";

/*
 * How a task comes into a job and gets out of it. Both run with the task's list held, as hooks of pnotify or on behalf
 * of a call (B30). There is no third way: a task is in a job as long as the module is on its list.
 */

/** Puts a task into a job that it inherits from its parent, or is attached to (B6, B7, B28). */
export function join(
  core: JobCore,
  job: Job,
  task: Task,
  subscriber: Subscriber<Member | null>,
): void {
  job.lock.downWrite();
  try {
    if (job.state === "zombie") {
      throw refuse("EINPROGRESS", "join job", job.jid, `it is ending, ${task} comes too late`);
    }
    needsMemory(core.kernel, "job-member", "join job", job.jid);
    const full = job.fullAncestor();
    if (full !== null) {
      throw refuse(
        "EAGAIN",
        "join job",
        job.jid,
        `job ${full.jid} has ${full.population} tasks`,
        `fewer than ${full.limit} are wanted`,
      );
    }
    const member = new Member(task);
    job.append(member);
    subscriber.data = member;
  } finally {
    job.lock.upWrite();
  }
}

/** Tells accounting, and takes a task out of its job; the last one ends the job (B11). */
export function leave(core: JobCore, member: Member, told: boolean = true): void {
  const { lock } = core.table;
  let ended: Job[] = [];
  lock.downWrite();
  try {
    // It may have been detached while this one waited for the lock.
    const job = member.job;
    if (job === null) return;
    job.lock.downWrite();
    try {
      if (told) accountLeave(core, member.task, job);
      job.remove(member);
    } finally {
      job.lock.upWrite();
    }
    ended = unlistIfOver(core, job);
  } finally {
    lock.upWrite();
  }
  for (const job of ended) bury(core, job);
}

/**
 * Takes a job off the table if nothing keeps it, and those around it that only it kept, the innermost first. Needs the
 * table's lock for writing.
 */
export function unlistIfOver(core: JobCore, innermost: Job): Job[] {
  const ended: Job[] = [];
  for (let job: Job | null = innermost; job !== null; job = job.parent) {
    job.lock.downWrite();
    const isOver = job.isOver && job.listed;
    if (isOver) job.state = "zombie";
    job.lock.upWrite();
    if (!isOver) break;
    core.table.remove(job);
    ended.push(job);
  }
  return ended;
}

/**
 * Tells those who waited, and then accounting. The original sleeps in between until every waiter has gone (B11); here
 * their calls are completed at once, so nobody can see the task asleep with its list locked (B14).
 */
export function bury(core: JobCore, job: Job): void {
  job.waiters.wakeAll({ jid: job.jid, status: job.status });
  core.say(`${job.jid} ended, status ${job.status}`);
  accountEnd(core, job);
}
