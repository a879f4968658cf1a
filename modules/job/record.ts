import type { Kernel } from "../../kernel/kernel.ts";
import { WaitQueue } from "../../kernel/pending.ts";
import type { RwSemaphore } from "../../kernel/rw_semaphore.ts";
import type { Task } from "../../kernel/task.ts";
import type { JobAccountingData } from "./accounting_module.ts";
import { type Jid, NO_JOB } from "./jid.ts";
import type { JobResult } from "./jobs.ts";

/** The data of a task: its place in the list of a job (struct job_attach). */
export class Member {
  /** The task. */
  readonly task: Task;
  /** The job, or null after the task has left. Guarded by the job's lock. */
  job: Job | null = null;
  /** The next younger member. Guarded by the job's lock. */
  next: Member | null = null;
  /** The next older member. Guarded by the job's lock. */
  previous: Member | null = null;

  constructor(task: Task) {
    this.task = task;
  }
}

/** A job (struct job_entry, B4). */
export class Job implements JobAccountingData {
  // Written once, before the job is in the table.

  /** The id. */
  jid: Jid = NO_JOB;
  /** The owner. */
  readonly uid: number;
  /** When it began, in nanoseconds of virtual time. */
  readonly startTime: number;
  /** The job that it is nested in, or null. */
  readonly parent: Job | null;
  /** The depth of its nesting. */
  readonly depth: number;
  /** Its number in the order of age, for listings. Written with the id. */
  serial = 0;

  // Guarded by the job's lock.

  /** The job's lock. Taken after that of the table (B30). */
  readonly lock: RwSemaphore;
  /** The oldest member, which is the prime process (B8). */
  first: Member | null = null;
  /** The youngest member. */
  last: Member | null = null;
  /** The number of members (refcnt). */
  tasks = 0;
  /** No task joins a zombie (B7). */
  state: "running" | "zombie" = "running";
  /** Whether it outlives its members until `end`. */
  keep: boolean;
  /** The highest resident size, in KB. */
  coreHighWater: number | null = null;
  /** The highest virtual size, in KB. */
  virtualHighWater: number | null = null;
  /** The accounting file. */
  file: string | null = null;
  /** The tasks that sleep until it ends. */
  readonly waiters: WaitQueue<JobResult>;

  // Guarded by the table's lock.

  /** The next job in the same hash bucket. */
  nextInBucket: Job | null = null;
  /** The number of jobs nested in it directly. */
  nested = 0;
  /** Whether it is in the table. */
  listed = false;

  // Atomic, so that a task need not lock the jobs around its own.

  /** The number of members of it and of all jobs nested in it. */
  population = 0;
  /** The wait status of the last task that left it or a job nested in it. */
  status = 0;
  /** The highest population, or Infinity. */
  limit: number = Infinity;

  constructor(
    kernel: Kernel,
    from: { uid: number; parent: Job | null; keep: boolean; limit: number },
  ) {
    this.uid = from.uid;
    this.startTime = kernel.clock.now;
    this.parent = from.parent;
    this.depth = from.parent === null ? 0 : from.parent.depth + 1;
    this.keep = from.keep;
    this.limit = from.limit;
    this.lock = kernel.createSemaphore("job.sem");
    this.waiters = new WaitQueue<JobResult>(kernel);
  }

  /** Whether nothing keeps it. Needs the locks of the table and of the job. */
  get isOver(): boolean {
    return this.tasks === 0 && this.nested === 0 && !this.keep;
  }

  /** Whether it is a given job, or nested in that job at any depth. */
  isWithin(ancestor: Job): boolean {
    return this === ancestor || (this.parent?.isWithin(ancestor) ?? false);
  }

  /** Adds the youngest member. Needs the job's lock for writing. */
  append(member: Member): void {
    member.job = this;
    member.previous = this.last;
    if (this.last === null) this.first = member;
    else this.last.next = member;
    this.last = member;
    this.tasks++;
    this.#countIn();
  }

  /** Removes a member. Needs the job's lock for writing. */
  remove(member: Member): void {
    if (member.previous === null) this.first = member.next;
    else member.previous.next = member.next;
    if (member.next === null) this.last = member.previous;
    else member.next.previous = member.previous;
    member.job = member.next = member.previous = null;
    this.tasks--;
    this.#countOut(member.task.exitCode);
  }

  #countIn(): void {
    this.population++;
    if (this.parent !== null) this.parent.#countIn();
  }

  #countOut(status: number): void {
    this.population--;
    this.status = status;
    if (this.parent !== null) this.parent.#countOut(status);
  }

  /** The innermost job around a new member that is full, or null. */
  fullAncestor(): Job | null {
    return this.population >= this.limit ? this : this.parent?.fullAncestor() ?? null;
  }
}
