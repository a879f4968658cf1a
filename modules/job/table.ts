import type { Kernel } from "../../kernel/kernel.ts";
import type { RwSemaphore } from "../../kernel/rw_semaphore.ts";
import { type Jid, makeJid, NO_JOB, sidOf } from "./jid.ts";
import type { Job } from "./record.ts";

/** The number of hash buckets (B1). */
const BUCKETS = 1024;

/** All jobs of a kernel, and the next ids. */
export class JobTable {
  /** Guards the table. Taken after a task's list and before a job's lock (B30). */
  readonly lock: RwSemaphore;
  /** The host id of new jobs. */
  hid: number;
  /** The number of jobs. */
  count = 0;
  readonly #buckets: (Job | null)[] = new Array<Job | null>(BUCKETS).fill(null);
  readonly #sidMax: number;
  #nextSid = 0;
  #added = 0;

  constructor(kernel: Kernel, options: { hid: number; sidMax: number }) {
    this.lock = kernel.createSemaphore("job_table_sem");
    this.hid = options.hid;
    this.#sidMax = options.sidMax;
  }

  /** Finds a job by its id. Needs the lock. */
  find(jid: Jid): Job | null {
    let job = this.#buckets[sidOf(jid) % BUCKETS];
    while (job !== null && job.jid !== jid) job = job.nextInBucket;
    return job;
  }

  /** Adds a job at the end of its bucket. Needs the lock for writing. */
  add(job: Job): void {
    const bucket = sidOf(job.jid) % BUCKETS;
    let last = this.#buckets[bucket];
    if (last === null) {
      this.#buckets[bucket] = job;
    } else {
      while (last.nextInBucket !== null) last = last.nextInBucket;
      last.nextInBucket = job;
    }
    job.serial = ++this.#added;
    job.listed = true;
    if (job.parent !== null) job.parent.nested++;
    this.count++;
  }

  /** Removes a job. Needs the lock for writing. */
  remove(job: Job): void {
    const bucket = sidOf(job.jid) % BUCKETS;
    let previous: Job | null = null;
    for (let at = this.#buckets[bucket]; at !== job; at = at!.nextInBucket) previous = at;
    if (previous === null) this.#buckets[bucket] = job.nextInBucket;
    else previous.nextInBucket = job.nextInBucket;
    job.listed = false;
    if (job.parent !== null) job.parent.nested--;
    this.count--;
  }

  /** The first jobs in the order of the buckets (B22). Needs the lock. */
  list(count: number = Infinity): Job[] {
    const jobs: Job[] = [];
    for (const bucket of this.#buckets) {
      for (let job = bucket; job !== null; job = job.nextInBucket) {
        if (jobs.length >= count) return jobs;
        jobs.push(job);
      }
    }
    return jobs;
  }

  /** The next free id, or null when there is none (B3). Needs the lock for writing. */
  allocate(): Jid | null {
    const begin = this.#nextSid;
    do {
      const jid = makeJid(this.hid, this.#nextSid);
      this.#nextSid = this.#nextSid >= this.#sidMax ? 0 : this.#nextSid + 1;
      if (jid !== NO_JOB && this.find(jid) === null) return jid;
    } while (this.#nextSid !== begin);
    return null;
  }
}
