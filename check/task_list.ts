import type { Kernel } from "../kernel/kernel.ts";
import type { Task } from "../kernel/task.ts";

/** Receives a line about something that is broken. */
export type Say = (text: string) => void;

/** The tasks on the list, pid 0 included. Checks the pid table on the way. */
export function listTasks(kernel: Kernel, say: Say): Task[] {
  const { pids } = kernel;
  const tasks: Task[] = [];
  const seen = new Set<Task>();
  pids.forEach((task, pid) => {
    if (task.pid !== pid) say(`${task} is on the task list under pid ${pid}`);
    if (seen.has(task)) say(`${task} is on the task list twice`);
    if (pids.isFree(pid)) say(`${task} is on the task list under pid ${pid}, which is free`);
    seen.add(task);
    tasks.push(task);
  });
  if (pids.count !== tasks.length) {
    say(`the task list is counted ${pids.count} tasks and has ${tasks.length}`);
  }
  return tasks;
}

/** The names of tasks in a line. */
export function names(tasks: readonly Task[]): string {
  return tasks.length === 0 ? "nobody" : tasks.map(String).join(", ");
}

/** Follows a ring from a task, both ways. Returns the members. Reports a broken ring, and returns null. */
export function followRing(
  from: Task,
  what: string,
  next: (task: Task) => Task,
  previous: (task: Task) => Task,
  say: Say,
): Task[] | null {
  const members: Task[] = [];
  let member = from;
  do {
    if (members.includes(member)) {
      say(`the ${what} of ${from} runs in a circle without it at ${member}`);
      return null;
    }
    members.push(member);
    if (previous(next(member)) !== member) {
      say(`the ${what} of ${from} is broken between ${member} and ${next(member)}`);
      return null;
    }
    member = next(member);
  } while (member !== from);
  return members;
}
