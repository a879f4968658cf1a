import type { KernelError } from "../kernel/errno.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { lockRead, lockWrite, unlockRead, unlockWrite } from "../kernel/lock.ts";
import { PF_THREAD, type Task } from "../kernel/task.ts";
import { forkHookOf } from "./fork.ts";
import {
  checkVoid,
  type HookCall,
  hookCall,
  readVerdict,
  refusal,
  traceHook,
  verdictError,
  voidHookError,
} from "./hook.ts";
import type { Registry } from "./registry.ts";
import { detach, inheritData } from "./subscribe.ts";
import { firstSubscriber, link, Subscriber } from "./subscriber.ts";
import { PNOTIFY_OK } from "./verdict.ts";

/*
 * The walks of fork.ts, exec.ts and exit.ts once more, for a kernel without checkers. They make the same calls in the
 * same order with the same trace: tests/pnotify/unchecked_test.ts compares the two. There the work around a hook is
 * done for each hook. Here it is done once for the whole walk, and each step is written out. That makes a tracked
 * lifecycle much cheaper (docs/decisions.md). No other code may be written this way.
 */

/** Does what forkSubscribers does, when no structure has a canFork hook. */
export function forkUnchecked(
  kernel: Kernel,
  registry: Registry,
  child: Task,
  parent: Task,
): void {
  const { context } = kernel;
  const caller = context.module;
  const { unlinked } = registry;
  const isThread = (child.flags & PF_THREAD) !== 0;
  let last: Subscriber<unknown> | null = null;
  let unlinkedBefore = unlinked.count;
  // The subscriber whose fork hook runs. It is null while no error can come from a hook.
  let deciding: Subscriber<unknown> | null = null;
  lockRead(parent);
  try {
    for (let from = firstSubscriber(parent); from !== null; from = from.next) {
      const { entry } = from;
      const { events } = entry;
      let data: unknown = null;
      if (events.taskData !== null) {
        deciding = null;
        context.module = caller;
        data = inheritData(kernel, child, parent, from);
      }
      // The parent's list is in order, so append behind the last one. After a removal, search from the head.
      if (unlinked.count !== unlinkedBefore) last = null;
      deciding = new Subscriber(entry, data);
      if (last !== null && last.next === null) {
        last.next = deciding;
        entry.count++;
      } else {
        link(child, deciding, last);
      }
      last = deciding;
      unlinkedBefore = unlinked.count;
      context.module = entry.owner;
      const answer = isThread && events.clone !== null
        ? events.clone(child, deciding, from.data)
        : events.fork(child, deciding, from.data);
      if (answer === PNOTIFY_OK && kernel.trace === null) {
        entry.counts.fork++;
        continue;
      }
      const refused = decide(forkCall(kernel, child, deciding), answer, caller);
      if (refused === null) continue;
      deciding = null;
      throw refused;
    }
  } catch (error) {
    if (deciding === null) throw error;
    refuse(forkCall(kernel, child, deciding), error, caller);
  } finally {
    context.module = caller;
    unlockRead(parent);
  }
}

function forkCall(kernel: Kernel, child: Task, subscriber: Subscriber<unknown>): HookCall {
  return hookCall(kernel, forkHookOf(child, subscriber.entry.events), child, subscriber);
}

/**
 * Keeps or ends the subscription of a child, as the answer of a fork hook says. It is called for a traced fork, and for
 * an answer other than PNOTIFY_OK. Returns the error that fails the fork, or null.
 */
function decide(call: HookCall, answer: unknown, caller: string | null): KernelError | null {
  const { kernel, task, subscriber } = call;
  const verdict = readVerdict(call, answer);
  if (kernel.trace !== null) traceHook(call, { verdict });
  if (verdict === PNOTIFY_OK) {
    subscriber.entry.counts.fork++;
    return null;
  }
  kernel.context.module = caller;
  detach(kernel, task, subscriber);
  return verdict < 0 ? verdictError(call, verdict) : null;
}

/** Fails the fork with the error of a fork hook. The failing module gets no exit (A41). */
function refuse(call: HookCall, error: unknown, caller: string | null): never {
  const { kernel, task, subscriber } = call;
  try {
    throw refusal(call, error);
  } finally {
    kernel.context.module = caller;
    detach(kernel, task, subscriber);
  }
}

/** Does what execSubscribers does. */
export function execUnchecked(kernel: Kernel, task: Task): void {
  const { context } = kernel;
  const caller = context.module;
  lockRead(task);
  try {
    let next = firstSubscriber(task);
    while (next !== null) next = tellExecFrom(kernel, task, next);
  } finally {
    context.module = caller;
    unlockRead(task);
  }
}

/** Calls exec hooks, from a subscriber on, until one fails. Returns the subscriber after that one, or null. */
function tellExecFrom(
  kernel: Kernel,
  task: Task,
  first: Subscriber<unknown>,
): Subscriber<unknown> | null {
  let subscriber: Subscriber<unknown> | null = first;
  try {
    for (; subscriber !== null; subscriber = subscriber.next) {
      const { entry } = subscriber;
      if (entry.events.exec === null) continue;
      kernel.context.module = entry.owner;
      const answer: unknown = entry.events.exec(task, subscriber);
      if (answer !== undefined) checkVoid(answer);
      if (kernel.trace !== null) traceHook(hookCall(kernel, "exec", task, subscriber));
    }
    return null;
  } catch (error) {
    voidHookError(hookCall(kernel, "exec", task, subscriber!), error);
    return subscriber!.next;
  }
}

/** Does what exitSubscribers does for a task that ran, when no structure has a free hook. */
export function exitUnchecked(kernel: Kernel, task: Task): void {
  const { context } = kernel;
  const caller = context.module;
  lockWrite(task);
  try {
    let next = firstSubscriber(task);
    while (next !== null) next = tellExitFrom(kernel, task, next, caller);
  } finally {
    context.module = caller;
    unlockWrite(task);
  }
}

/** Calls exit hooks and takes the subscribers off the list, until a hook fails. Returns the next subscriber. */
function tellExitFrom(
  kernel: Kernel,
  task: Task,
  first: Subscriber<unknown>,
  caller: string | null,
): Subscriber<unknown> | null {
  let subscriber: Subscriber<unknown> | null = first;
  try {
    for (; subscriber !== null; subscriber = takeOff(kernel, task, subscriber, caller)) {
      const { entry } = subscriber;
      entry.counts.exit++;
      if (entry.events.exit === null) continue;
      kernel.context.module = entry.owner;
      const answer: unknown = entry.events.exit(task, subscriber);
      if (answer !== undefined) checkVoid(answer);
      if (kernel.trace !== null) traceHook(hookCall(kernel, "exit", task, subscriber));
    }
    return null;
  } catch (error) {
    voidHookError(hookCall(kernel, "exit", task, subscriber!), error);
    return takeOff(kernel, task, subscriber!, caller);
  }
}

/** Takes a subscriber off the list after its exit, and returns the new first one. A hook may have taken others off. */
function takeOff(
  kernel: Kernel,
  task: Task,
  subscriber: Subscriber<unknown>,
  caller: string | null,
): Subscriber<unknown> | null {
  if (task.subscribers !== subscriber || subscriber.entry.events.taskData !== null) {
    kernel.context.module = caller;
    detach(kernel, task, subscriber);
    return firstSubscriber(task);
  }
  // Do not count it as unlinked. A fork reads that count for the list of its child, and this task is no such child.
  subscriber.entry.count--;
  return task.subscribers = subscriber.next;
}
