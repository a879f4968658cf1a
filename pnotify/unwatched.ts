import type { Kernel } from "../kernel/kernel.ts";
import { lockRead, lockWrite, unlockRead, unlockWrite } from "../kernel/lock.ts";
import { PF_THREAD, type Task } from "../kernel/task.ts";
import { forkHookOf } from "./fork.ts";
import { checkVoid, readVerdict, refusal, traceHook, verdictError, voidHookError } from "./hook.ts";
import type { Registry } from "./registry.ts";
import { detach, inheritData } from "./subscribe.ts";
import { firstSubscriber, link, Subscriber } from "./subscriber.ts";

/*
 * The walks of fork.ts, exec.ts and exit.ts once more, for a kernel without checks, injected faults and explorer. They do
 * the same in the same order, and say so in the same trace; but what goes around every hook there goes around the whole
 * walk here, and each step is written out. That makes a tracked lifecycle much cheaper (bench/README.md); nothing else
 * may be written this way.
 */

/** Whether the walks of this file may be used: nothing has to be done around each single hook. */
export function isUnwatched(kernel: Kernel): boolean {
  return kernel.watchedBy === 0;
}

/** As forkSubscribers, where nobody wants canFork. */
export function forkUnwatched(
  kernel: Kernel,
  registry: Registry,
  child: Task,
  parent: Task,
): void {
  const { context } = kernel;
  const outer = context.module;
  const { unlinked } = registry;
  const isThread = (child.flags & PF_THREAD) !== 0;
  let last: Subscriber<unknown> | null = null;
  let seen = unlinked.count;
  let asked: Subscriber<unknown> | null = null;
  lockRead(parent);
  try {
    for (let from = firstSubscriber(parent); from !== null; from = from.next) {
      const { entry } = from;
      const { events } = entry;
      let data: unknown = null;
      if (events.taskData !== null) {
        asked = null;
        context.module = outer;
        data = inheritData(kernel, child, parent, from);
      }
      // Each belongs behind the one before, unless a hook, or what made the data, may have taken that one off.
      if (unlinked.count !== seen) last = null;
      asked = new Subscriber(entry, data);
      if (last !== null && last.next === null) {
        last.next = asked;
        entry.count++;
      } else {
        link(child, asked, last);
      }
      last = asked;
      seen = unlinked.count;
      context.module = entry.owner;
      const answer = isThread && events.clone !== null
        ? events.clone(child, asked, from.data)
        : events.fork(child, asked, from.data);
      if (answer === 0 && kernel.trace === null) entry.counts.fork++;
      else settle(kernel, child, asked, answer, outer);
    }
  } catch (error) {
    if (asked === null) throw error;
    refuse(kernel, child, asked, error, outer);
  } finally {
    context.module = outer;
    unlockRead(parent);
  }
}

/** Lets an answer decide whether the child stays subscribed, when it is not the usual one or somebody traces. */
function settle(
  kernel: Kernel,
  child: Task,
  subscriber: Subscriber<unknown>,
  answer: unknown,
  outer: string | null,
): void {
  const { entry } = subscriber;
  const hook = forkHookOf(child, entry);
  const verdict = answer === 0 ? 0 : readVerdict(kernel, entry, hook, child, answer);
  if (kernel.trace !== null) traceHook(kernel, entry, hook, child, { verdict });
  if (verdict < 0) throw verdictError(entry, hook, child, verdict);
  if (verdict === 0) {
    entry.counts.fork++;
    return;
  }
  kernel.context.module = outer;
  detach(kernel, child, subscriber);
}

/** The failing module gets no exit (A41). */
function refuse(
  kernel: Kernel,
  child: Task,
  asked: Subscriber<unknown>,
  error: unknown,
  outer: string | null,
): never {
  try {
    throw refusal(kernel, asked.entry, forkHookOf(child, asked.entry), child, error);
  } finally {
    kernel.context.module = outer;
    detach(kernel, child, asked);
  }
}

/** As execSubscribers. */
export function execUnwatched(kernel: Kernel, task: Task): void {
  const { context } = kernel;
  const outer = context.module;
  lockRead(task);
  try {
    let at = firstSubscriber(task);
    while (at !== null) {
      try {
        for (; at !== null; at = at.next) {
          const { entry } = at;
          if (entry.events.exec === null) continue;
          context.module = entry.owner;
          const answer: unknown = entry.events.exec(task, at);
          if (answer !== undefined) checkVoid(answer);
          if (kernel.trace !== null) traceHook(kernel, entry, "exec", task);
        }
      } catch (error) {
        voidHookError(kernel, at!.entry, "exec", task, error);
        at = at!.next;
      }
    }
  } finally {
    context.module = outer;
    unlockRead(task);
  }
}

/** As exitSubscribers for a task that ran, where nobody wants to hear of free. */
export function exitUnwatched(kernel: Kernel, task: Task): void {
  const { context } = kernel;
  const outer = context.module;
  lockWrite(task);
  try {
    let at = firstSubscriber(task);
    while (at !== null) {
      try {
        for (; at !== null; at = takeOff(kernel, task, at, outer)) {
          const { entry } = at;
          entry.counts.exit++;
          if (entry.events.exit === null) continue;
          context.module = entry.owner;
          const answer: unknown = entry.events.exit(task, at);
          if (answer !== undefined) checkVoid(answer);
          if (kernel.trace !== null) traceHook(kernel, entry, "exit", task, { rollback: false });
        }
      } catch (error) {
        voidHookError(kernel, at!.entry, "exit", task, error);
        at = takeOff(kernel, task, at!, outer);
      }
    }
  } finally {
    context.module = outer;
    unlockWrite(task);
  }
}

/** Takes an entry off the list after its exit. The next is always the first: a hook may have taken others off. */
function takeOff(
  kernel: Kernel,
  task: Task,
  subscriber: Subscriber<unknown>,
  outer: string | null,
): Subscriber<unknown> | null {
  if (task.subscribers !== subscriber || subscriber.entry.events.taskData !== null) {
    kernel.context.module = outer;
    detach(kernel, task, subscriber);
    return firstSubscriber(task);
  }
  // Not counted as unlinked: no fork stands on the list of a task that has run.
  subscriber.entry.count--;
  return task.subscribers = subscriber.next;
}
