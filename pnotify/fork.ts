import type { Kernel } from "../kernel/kernel.ts";
import { lockRead, unlockRead } from "../kernel/lock.ts";
import { PF_THREAD, type Task } from "../kernel/task.ts";
import { exitSubscribers } from "./exit.ts";
import {
  beginHook,
  checkVoid,
  endHook,
  hookFails,
  INJECTED,
  readVerdict,
  refusal,
  traceHook,
  verdictError,
  voidHookError,
} from "./hook.ts";
import type { EventsEntry, Registry } from "./registry.ts";
import { attach, checkMemory, detach, inheritData } from "./subscribe.ts";
import { firstSubscriber, isListed, type Subscriber } from "./subscriber.ts";
import { PNOTIFY_ERROR } from "./verdict.ts";

/**
 * Gives a child its parent's subscribers, in the parent's order, and asks each fork hook (A37, A38). Throws what the
 * first to refuse refused with; the kernel then calls {@linkcode undoFork}.
 */
export function forkSubscribers(
  kernel: Kernel,
  registry: Registry,
  child: Task,
  parent: Task,
): void {
  lockRead(parent);
  try {
    if (registry.twoPhase) askCanFork(kernel, registry, child, parent);
    inheritAll(kernel, registry, child, parent);
  } finally {
    unlockRead(parent);
  }
}

function inheritAll(kernel: Kernel, registry: Registry, child: Task, parent: Task): void {
  const { unlinked } = registry;
  let last: Subscriber<unknown> | null = null;
  let seen = unlinked.count;
  for (let from = firstSubscriber(parent); from !== null; from = from.next) {
    const { entry } = from;
    checkMemory(kernel, child, entry);
    const data = entry.events.taskData === null ? null : inheritData(kernel, child, parent, from);
    // In the parent's order each belongs behind the one before, unless a hook may have taken that one off.
    if (unlinked.count !== seen) last = null;
    last = attach(child, entry, data, last);
    seen = unlinked.count;
    settle(kernel, child, last, from.data);
  }
}

/** Lets the fork hook decide whether the child stays subscribed. */
function settle(
  kernel: Kernel,
  child: Task,
  subscriber: Subscriber<unknown>,
  parentData: unknown,
): void {
  const { entry } = subscriber;
  let verdict: number;
  try {
    verdict = askFork(kernel, child, subscriber, parentData);
  } catch (error) {
    // The failing module gets no exit (A41).
    detach(kernel, child, subscriber);
    throw error;
  }
  if (verdict === 0) entry.counts.fork++;
  else detach(kernel, child, subscriber);
}

/** Which hook a child is brought to: a thread's own one, where there is one. */
export function forkHookOf(child: Task, { events }: EventsEntry): "clone" | "fork" {
  return child.flags & PF_THREAD && events.clone !== null ? "clone" : "fork";
}

/** Returns what the fork or clone hook answered, 0 or more; throws when that was a refusal. */
export function askFork(
  kernel: Kernel,
  child: Task,
  subscriber: Subscriber<unknown>,
  parentData: unknown,
): number {
  const { entry } = subscriber;
  const { events } = entry;
  const hook = forkHookOf(child, entry);
  const outer = beginHook(kernel, entry, hook, child);
  try {
    const answer = hookFails(kernel, entry, hook)
      ? PNOTIFY_ERROR
      : hook === "clone"
      ? events.clone!(child, subscriber, parentData)
      : events.fork(child, subscriber, parentData);
    const verdict = answer === 0 ? 0 : readVerdict(kernel, entry, hook, child, answer);
    if (kernel.trace !== null) traceHook(kernel, entry, hook, child, { verdict });
    if (verdict < 0) throw verdictError(entry, hook, child, verdict);
    return verdict;
  } catch (error) {
    throw refusal(kernel, entry, hook, child, error);
  } finally {
    endHook(kernel, outer);
  }
}

/**
 * Undoes the callouts of a fork that failed in them or after them: those that had said yes get exit in list order, on
 * a child that never ran (A41, A44), and then cancelFork in reverse order.
 */
export function undoFork(kernel: Kernel, registry: Registry, child: Task, parent: Task): void {
  if (child.subscribers !== null) exitSubscribers(kernel, child, true);
  const agreed = registry.agreed.get(child);
  if (agreed === undefined) return;
  registry.agreed.delete(child);
  lockRead(parent);
  try {
    for (const subscriber of agreed.reverse()) cancelOne(kernel, child, parent, subscriber);
  } finally {
    unlockRead(parent);
  }
}

/** The first phase: nothing has been done yet that would have to be undone. */
function askCanFork(kernel: Kernel, registry: Registry, child: Task, parent: Task): void {
  const agreed: Subscriber<unknown>[] = [];
  registry.agreed.set(child, agreed);
  for (let at = firstSubscriber(parent); at !== null; at = at.next) {
    if (at.entry.events.canFork === null) continue;
    askOne(kernel, child, parent, at);
    agreed.push(at);
  }
}

function askOne(kernel: Kernel, child: Task, parent: Task, at: Subscriber<unknown>): void {
  const { entry } = at;
  const outer = beginHook(kernel, entry, "canFork", parent);
  try {
    const answer = hookFails(kernel, entry, "canFork")
      ? PNOTIFY_ERROR
      : entry.events.canFork!(parent, at, child);
    const verdict = readVerdict(kernel, entry, "canFork", parent, answer);
    if (kernel.trace !== null) traceHook(kernel, entry, "canFork", parent, { verdict });
    if (verdict < 0) throw verdictError(entry, "canFork", parent, verdict);
  } catch (error) {
    throw refusal(kernel, entry, "canFork", parent, error);
  } finally {
    endHook(kernel, outer);
  }
}

/** Tells one that had agreed, unless it was unsubscribed meanwhile. */
function cancelOne(
  kernel: Kernel,
  child: Task,
  parent: Task,
  subscriber: Subscriber<unknown>,
): void {
  const { entry } = subscriber;
  if (entry.events.cancelFork === null || !isListed(parent, subscriber)) return;
  const outer = beginHook(kernel, entry, "cancelFork", parent);
  try {
    if (hookFails(kernel, entry, "cancelFork")) throw INJECTED;
    checkVoid(entry.events.cancelFork(parent, subscriber, child));
    if (kernel.trace !== null) traceHook(kernel, entry, "cancelFork", parent, { rollback: true });
  } catch (error) {
    voidHookError(kernel, entry, "cancelFork", parent, error, true);
  } finally {
    endHook(kernel, outer);
  }
}
