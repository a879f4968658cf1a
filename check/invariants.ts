import type { Kernel } from "../kernel/kernel.ts";
import { EXIT_DEAD, EXIT_ZOMBIE, PF_EXITING, type Task, TASK_NEW } from "../kernel/task.ts";
import { oversleeps } from "../kernel/wait.ts";
import { listTasks, type Say } from "./task_list.ts";
import {
  checkChildren,
  checkGroups,
  checkLeader,
  checkParent,
  checkThreads,
} from "./family_links.ts";
import type { Pnotify } from "../pnotify/pnotify.ts";
import type { EventsEntry } from "../pnotify/registry.ts";
import { firstSubscriber } from "../pnotify/subscriber.ts";

/**
 * Checks what must be true of a world while no call is in progress:
 *
 * - every link of the family tree, of the thread groups and of the process groups, from both ends,
 * - the pid table and its counts, the tasks of each user, usage counts, states and sleeps,
 * - the count of each events structure against the lists, and the balance law (A50),
 * - no subscriber on an ended task unless it waits for free, every lock free, and no unfinished call, callout or vfork.
 *
 * It changes nothing and takes no lock. Its time grows with the number of tasks. Tests, {@linkcode sweepFaults} and
 * {@linkcode explore} call it after each run.
 *
 * @param kernel The kernel, with no call in progress.
 * @param pnotify Its notification service.
 * @returns What is broken, a line each, with the tasks concerned; empty when all is well.
 * @example
 * ```ts
 * import { boot, checkInvariants } from "@pnotify/pnotify";
 * import { assertEquals } from "@std/assert";
 * const { kernel, pnotify } = boot();
 * const shell = kernel.fork(kernel.init);
 * assertEquals(checkInvariants(kernel, pnotify), []);
 * shell.subscriberListSem.downRead();
 * assertEquals(checkInvariants(kernel, pnotify), [
 *   "task.subscriberListSem of init[3] is held",
 *   "cpu0 holds task.subscriberListSem of init[3]",
 * ]);
 * ```
 */
export function checkInvariants(kernel: Kernel, pnotify: Pnotify): string[] {
  const broken: string[] = [];
  const say: Say = (text) => void broken.push(text);
  const tasks = listTasks(kernel, say);
  for (const task of tasks) {
    checkState(task, say);
    if (oversleeps(kernel, task)) say(`${task} sleeps in a wait that had to return`);
    checkUsage(kernel, task, say);
    checkChildren(task, say);
    if (task.isLeader) {
      checkParent(task, say);
      checkThreads(task, say);
    } else {
      checkLeader(task, say);
    }
    if (task.lockCount !== 0) say(`${task.lockName} is held`);
  }
  checkGroups(kernel, tasks, say);
  checkUsers(kernel, tasks, say);
  checkSubscribers(pnotify, tasks, say);
  checkLocks(kernel, pnotify, say);
  checkHalfWay(kernel, say);
  return broken;
}

function checkState(task: Task, say: Say): void {
  const { state } = task;
  const exiting = (task.flags & PF_EXITING) !== 0;
  if (state === TASK_NEW || state === EXIT_DEAD) {
    say(`${task} is on the task list in state ${state}`);
  }
  if (exiting !== (state === EXIT_ZOMBIE)) {
    say(`${task} in state ${state} is ${exiting ? "" : "not "}marked as exiting`);
  }
  const asleep = state === "S" || state === "D";
  if (asleep !== (task.sleep !== null)) {
    say(`${task} in state ${state} sleeps on ${task.sleep === null ? "nothing" : "something"}`);
  }
  if (task.sleep !== null && task.sleep.done) say(`${task} sleeps on a call that has returned`);
}

/** The task list holds one reference. Each pending signal and each TaskReference holds one more. */
function checkUsage(kernel: Kernel, task: Task, say: Say): void {
  let references = 1;
  for (const { target } of kernel.pendingSignals ?? []) if (target === task) references++;
  for (const reference of kernel.references ?? []) if (reference.task === task) references++;
  if (task.usage < references) say(`${task} has ${task.usage} of ${references} references`);
}

function checkUsers(kernel: Kernel, tasks: readonly Task[], say: Say): void {
  const counts = new Map([[kernel.user(0), 0]]);
  for (const { credentials: { user } } of tasks) counts.set(user, (counts.get(user) ?? 0) + 1);
  for (const [user, count] of counts) {
    if (user.tasks !== count) {
      say(`uid ${user.uid} is counted ${user.tasks} tasks and has ${count}`);
    }
  }
}

function checkSubscribers(pnotify: Pnotify, tasks: readonly Task[], say: Say): void {
  const onLists = new Map<EventsEntry, number>();
  for (const task of tasks) {
    let priority = Infinity;
    for (let at = firstSubscriber(task); at !== null; at = at.next) {
      onLists.set(at.entry, (onLists.get(at.entry) ?? 0) + 1);
      const { name } = at.events;
      if (at.events.priority > priority) say(`${name} is behind lower priorities on ${task}`);
      priority = at.events.priority;
      if (task.flags & PF_EXITING && at.events.free === null) {
        say(`${name} is still on dead ${task}`);
      }
      if (at.events.global) say(`${name} is global and on the list of ${task}`);
    }
  }
  for (const entry of pnotify.entries()) {
    const { name, global } = entry.events;
    const lists = onLists.get(entry) ?? 0;
    if (entry.count !== lists) {
      say(`${name} is counted ${entry.count} subscriptions and is on ${lists} lists`);
    }
    const { balanced, ...terms } = pnotify.balance(entry.events);
    if (!balanced && !global) say(`${name} is out of balance: ${JSON.stringify(terms)}`);
  }
}

function checkLocks(kernel: Kernel, pnotify: Pnotify, say: Say): void {
  if (kernel.tasklistLock.state.lockCount !== 0) say("tasklistLock is held");
  if (pnotify.eventsSem.isHeld("read")) say("eventsSem is held");
  for (const { name, held, depth, frames, module } of kernel.contexts) {
    for (const { lock } of held) say(`${name} holds ${lock.lockName}`);
    if (depth !== 0) say(`${name} is ${depth} calls deep`);
    if (frames.length !== 0) say(`${name} has ${frames.length} calls in progress`);
    if (module !== null) say(`${name} runs module ${module}`);
  }
}

function checkHalfWay(kernel: Kernel, say: Say): void {
  if (kernel.deferred !== null) say(`${kernel.deferred.length} callouts were never made`);
  for (const { child, done, task } of kernel.vforks) {
    if (child.state === EXIT_DEAD) say(`${task} waits for ${child}, which is gone`);
    if (!done && task.sleep === null) say(`${task} does not sleep in the vfork that it made`);
  }
}
