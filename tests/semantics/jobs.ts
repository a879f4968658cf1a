import { assertEquals, assertThrows } from "@std/assert";
import { Context } from "../../kernel/context.ts";
import { type ErrnoName, KernelError } from "../../kernel/errno.ts";
import type { Kernel, KernelOptions } from "../../kernel/kernel.ts";
import type { Task } from "../../kernel/task.ts";
import { JOB, job, type Jobs, PAM_JOB, type PamJob } from "../../modules/job/mod.ts";
import { boot } from "../../pnotify/boot.ts";
import type { Pnotify } from "../../pnotify/pnotify.ts";

/** A kernel with the job module in it. */
export interface JobWorld {
  readonly kernel: Kernel;
  readonly pnotify: Pnotify;
  readonly jobs: Jobs;
  readonly pam: PamJob;
  /** A task of root's, below init. */
  readonly root: Task;
}

export function bootJobs(
  params: { hid?: string; sid_max?: number; verbose?: boolean } = {},
  options: KernelOptions = {},
): JobWorld {
  const { kernel, pnotify } = boot(options);
  kernel.modules.insmod(job, { params });
  const jobs = kernel.symbols.find(JOB.name)!.value as Jobs;
  const pam = kernel.symbols.find(PAM_JOB.name)!.value as PamJob;
  return { kernel, pnotify, jobs, pam, root: kernel.fork(kernel.init) };
}

/** A task of a user's, below init. */
export function userTask(kernel: Kernel, uid: number): Task {
  const task = kernel.fork(kernel.init);
  kernel.setuid(task, uid);
  return task;
}

/** The job of a task, or the errno that asking for it gives. */
export function jobOf(jobs: Jobs, task: Task | number): string {
  try {
    return jobs.getJid({ pid: task });
  } catch (error) {
    if (error instanceof KernelError) return error.code;
    throw error;
  }
}

/** Asserts that a call fails with an errno. */
export function assertFails(code: ErrnoName, call: () => unknown): KernelError {
  const error = assertThrows(call, KernelError);
  assertEquals(error.code, code, error.message);
  return error;
}

/** Unloads the module and asserts that nothing was reported and nothing is left. */
export function assertClean({ kernel, pnotify }: JobWorld): void {
  if (kernel.modules.find("job") !== null) kernel.modules.rmmod("job");
  assertEquals(kernel.shutdown().map((report) => report.text), []);
  for (const { name, balance } of pnotify.balances()) {
    assertEquals([name, balance.balanced, balance.current], [name, true, 0]);
  }
}

/** Fails the n-th passing of one site, from now on. */
export function failAt(kernel: Kernel, site: string, nth: number = 1): void {
  let left = nth;
  kernel.faults = { shouldFail: (at) => at === site && --left === 0 };
}

/** Runs an operation on a second CPU, once, at the first preemption point where the condition holds. */
export function interrupt(kernel: Kernel, when: () => boolean, operation: () => void): void {
  const first = kernel.context;
  const second = new Context("cpu1");
  kernel.contexts.push(second);
  let state: "waiting" | "running" | "done" = "waiting";
  kernel.preemption = {
    get nested(): boolean {
      return state === "running";
    },
    blocked(): void {},
    reached(): void {
      if (state !== "waiting" || !when()) return;
      state = "running";
      kernel.context = second;
      try {
        operation();
      } finally {
        kernel.context = first;
        state = "done";
      }
    },
  };
}
