import type { Task } from "../../kernel/task.ts";
import type { Subscriber } from "../../pnotify/subscriber.ts";
import { refuse } from "../call.ts";
import { accountEnd, accountLeave } from "./accounting_slot.ts";
import { type JobCore, needsMemory } from "./core.ts";
import { type Job, Member } from "./record.ts";

/*
 * How a task joins a job and leaves it. Both need the task's list. The hooks of pnotify and the calls hold it (B30).
 * Both run on every fork and exit of a member, so they take locks without closures.
 */

/** Puts a task into a job: the job of its parent, or one that it is attached to (B6, B7, B28). */
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

/** Reports to accounting, and takes a task out of its job. The last task ends the job (B11). */
export function leave(core: JobCore, member: Member, accounted: boolean = true): void {
  const { lock } = core.table;
  let ended: Job[] = [];
  lock.downWrite();
  try {
    // While this task waited for the lock, another task may have detached it.
    const job = member.job;
    if (job === null) return;
    job.lock.downWrite();
    try {
      if (accounted) accountLeave(core, member.task, job);
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
 * Takes a job off the table if nothing keeps it. Then does the same for the jobs around it. Returns the jobs that
 * ended, the innermost first. Needs the table's lock for writing.
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
 * Wakes the waiters, and then reports to accounting. The original sleeps in between until every waiter has gone (B11).
 * Here the waiters' calls complete at once. So no task sleeps while its list is locked (B14).
 */
export function bury(core: JobCore, job: Job): void {
  job.waiters.wakeAll({ jid: job.jid, status: job.status });
  core.say(`${job.jid} ended, status ${job.status}`);
  accountEnd(core, job);
}
