import type { Kernel } from "../kernel/kernel.ts";
import { lockRead, unlockRead } from "../kernel/lock.ts";
import { PF_THREAD, type Task } from "../kernel/task.ts";
import type { PnotifyEvents } from "./events.ts";
import { exitSubscribers } from "./exit.ts";
import { askHook, hookCall, tellHook } from "./hook.ts";
import type { Registry } from "./registry.ts";
import { attach, checkMemory, detach, inheritData } from "./subscribe.ts";
import { firstSubscriber, isListed, type Subscriber } from "./subscriber.ts";
import { PNOTIFY_OK } from "./verdict.ts";

/**
 * Gives a child its parent's subscribers, in the parent's order, and calls each fork hook (A37, A38). Throws the error
 * of the first hook that refuses. The kernel then calls {@linkcode undoFork}.
 */
export function forkSubscribers(
  kernel: Kernel,
  registry: Registry,
  child: Task,
  parent: Task,
): void {
  lockRead(parent);
  try {
    if (registry.wants.canFork) askCanFork(kernel, registry, child, parent);
    inheritAll(kernel, registry, child, parent);
  } finally {
    unlockRead(parent);
  }
}

function inheritAll(kernel: Kernel, registry: Registry, child: Task, parent: Task): void {
  const { unlinked } = registry;
  let last: Subscriber<unknown> | null = null;
  let unlinkedBefore = unlinked.count;
  for (let from = firstSubscriber(parent); from !== null; from = from.next) {
    const { entry } = from;
    checkMemory(kernel, child, entry);
    const data = entry.events.taskData === null ? null : inheritData(kernel, child, parent, from);
    // The parent's list is in order, so append behind the last one. After a removal, search from the head.
    if (unlinked.count !== unlinkedBefore) last = null;
    last = attach(child, entry, data, last);
    unlinkedBefore = unlinked.count;
    confirmSubscription(kernel, child, last, from.data);
  }
}

/** Calls the fork hook, and keeps or ends the subscription of the child as the hook says. */
function confirmSubscription(
  kernel: Kernel,
  child: Task,
  subscriber: Subscriber<unknown>,
  parentData: unknown,
): void {
  let verdict: number;
  try {
    verdict = askFork(kernel, child, subscriber, parentData);
  } catch (error) {
    // The failing module gets no exit (A41).
    detach(kernel, child, subscriber);
    throw error;
  }
  if (verdict === PNOTIFY_OK) subscriber.entry.counts.fork++;
  else detach(kernel, child, subscriber);
}

/** The hook that decides about a child: the clone hook for a thread, if there is one, else the fork hook. */
export function forkHookOf(child: Task, events: PnotifyEvents<unknown>): "clone" | "fork" {
  return child.flags & PF_THREAD && events.clone !== null ? "clone" : "fork";
}

/** Calls the fork or clone hook. Returns its verdict, 0 or more; throws a KernelError when it refuses. */
export function askFork(
  kernel: Kernel,
  child: Task,
  subscriber: Subscriber<unknown>,
  parentData: unknown,
): number {
  const hook = forkHookOf(child, subscriber.entry.events);
  return askHook(hookCall(kernel, hook, child, subscriber), parentData);
}

/**
 * Undoes the callouts of a fork that failed in them or after them. Modules that agreed get exit in list order, for a
 * child that never ran (A41, A44). Then they get cancelFork in reverse order.
 */
export function undoFork(kernel: Kernel, registry: Registry, child: Task, parent: Task): void {
  if (child.subscribers !== null) exitSubscribers(kernel, child, true);
  const agreed = registry.agreed.get(child);
  if (agreed === undefined) return;
  registry.agreed.delete(child);
  lockRead(parent);
  try {
    for (const subscriber of agreed.reverse()) {
      // After it agreed, a hook may have taken it off the list.
      if (subscriber.entry.events.cancelFork === null || !isListed(parent, subscriber)) continue;
      tellHook(hookCall(kernel, "cancelFork", parent, subscriber, true), child);
    }
  } finally {
    unlockRead(parent);
  }
}

/** Calls every canFork hook before any fork hook. This phase changes nothing, so it need not be undone. */
function askCanFork(kernel: Kernel, registry: Registry, child: Task, parent: Task): void {
  const agreed: Subscriber<unknown>[] = [];
  registry.agreed.set(child, agreed);
  for (let at = firstSubscriber(parent); at !== null; at = at.next) {
    if (at.entry.events.canFork === null) continue;
    askHook(hookCall(kernel, "canFork", parent, at), child);
    agreed.push(at);
  }
}
