import type { Kernel } from "../../kernel/kernel.ts";
import { WaitQueue } from "../../kernel/pending.ts";
import type { RwSemaphore } from "../../kernel/rw_semaphore.ts";
import type { Task } from "../../kernel/task.ts";
import type { JobAccountingData } from "./accounting.ts";
import { type Jid, NO_JOB } from "./jid.ts";
import type { JobResult } from "./jobs.ts";

/** What the module hangs on a task: its place in the list of a job (struct job_attach). */
export class Member {
  /** The task. */
  readonly task: Task;
  /** The job, or null once it has left. Guarded by the job's lock. */
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

  /** Its id. */
  jid: Jid = NO_JOB;
  /** Its owner. */
  readonly uid: number;
  /** When it began: virtual time. */
  readonly startTime: number;
  /** The job that it is nested in, or null. */
  readonly parent: Job | null;
  /** How deep it is nested. */
  readonly depth: number;
  /** Its number among all jobs, so that listings can be in order of age. Written with the id. */
  serial = 0;

  // Guarded by the job's lock.

  /** The lock. Taken after that of the table (B30). */
  readonly lock: RwSemaphore;
  /** The oldest member, who is the prime process (B8). */
  first: Member | null = null;
  /** The youngest member. */
  last: Member | null = null;
  /** How many members there are (refcnt). */
  tasks = 0;
  /** No task joins a zombie any more (B7). */
  state: "running" | "zombie" = "running";
  /** Whether it outlives its members until it is told to end. */
  keep: boolean;
  /** For accounting. */
  coreHighWater: number | null = null;
  /** For accounting. */
  virtualHighWater: number | null = null;
  /** For accounting. */
  file: string | null = null;
  /** Tasks that sleep until it ends. */
  readonly waiters: WaitQueue<JobResult>;

  // Guarded by the table's lock.

  /** The next job in the same hash bucket. */
  nextInBucket: Job | null = null;
  /** How many jobs are nested in it directly. */
  nested = 0;
  /** Whether it is in the table. */
  listed = false;

  // Atomic, so that nobody need take the locks of the jobs around their own.

  /** Members of it and of all jobs nested in it. */
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

  /** Whether nothing keeps it any more. Needs the lock of the table and its own. */
  get isOver(): boolean {
    return this.tasks === 0 && this.nested === 0 && !this.keep;
  }

  /** Whether it is another job, or nested in that one at any depth. */
  isWithin(other: Job): boolean {
    return this === other || (this.parent?.isWithin(other) ?? false);
  }

  /** Adds a member, as the youngest. Needs its lock for writing. */
  append(member: Member): void {
    member.job = this;
    member.previous = this.last;
    if (this.last === null) this.first = member;
    else this.last.next = member;
    this.last = member;
    this.tasks++;
    this.#countIn();
  }

  /** Removes a member. Needs its lock for writing. */
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

  /** The job whose limit leaves no room for one more member, or null. */
  fullAncestor(): Job | null {
    return this.population >= this.limit ? this : this.parent?.fullAncestor() ?? null;
  }
}
