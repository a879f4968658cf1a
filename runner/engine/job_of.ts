import { KernelError } from "../../kernel/errno.ts";
import type { Task } from "../../kernel/task.ts";
import type { Jobs } from "../../modules/job/mod.ts";

/**
 * The job that a task belongs to.
 *
 * @param jobs The calls of the module job.
 * @param task The task.
 * @returns The number of its job, or null when it is in none.
 */
export function jobOf(jobs: Jobs, task: Task): string | null {
  try {
    return jobs.getJid({ pid: task });
  } catch (error) {
    if (error instanceof KernelError) return null;
    throw error;
  }
}
