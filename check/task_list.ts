import type { Kernel } from "../kernel/kernel.ts";
import type { Task } from "../kernel/task.ts";

/** Takes a line about what is broken. */
export type Say = (text: string) => void;

/** The tasks on the list, pid 0 included, with the table that they are found in looked over. */
export function listTasks(kernel: Kernel, say: Say): Task[] {
  const { pids } = kernel;
  const tasks: Task[] = [];
  const seen = new Set<Task>();
  pids.tasks.forEach((task, pid) => {
    if (task === null) return;
    if (task.pid !== pid) say(`${task} is on the task list under pid ${pid}`);
    if (seen.has(task)) say(`${task} is on the task list twice`);
    if (pid > pids.highest) say(`${task} is above the end of the walk, ${pids.highest}`);
    seen.add(task);
    tasks.push(task);
  });
  if (pids.count !== tasks.length) {
    say(`the task list is counted ${pids.count} tasks and has ${tasks.length}`);
  }
  return tasks;
}

/** Names of tasks, for a line. */
export function names(tasks: readonly Task[]): string {
  return tasks.length === 0 ? "nobody" : tasks.map(String).join(", ");
}

/**
 * Follows a ring from a task, both ways.
 *
 * @returns The members, or null when the ring is broken; that has been said then.
 */
export function followRing(
  from: Task,
  what: string,
  next: (task: Task) => Task,
  previous: (task: Task) => Task,
  say: Say,
): Task[] | null {
  const members: Task[] = [];
  let at = from;
  do {
    if (members.includes(at)) {
      say(`the ${what} of ${from} runs in a circle without it at ${at}`);
      return null;
    }
    members.push(at);
    if (previous(next(at)) !== at) {
      say(`the ${what} of ${from} is broken between ${at} and ${next(at)}`);
      return null;
    }
    at = next(at);
  } while (at !== from);
  return members;
}
