import { KernelError } from "../kernel/errno.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { lockWrite, unlockWrite } from "../kernel/lock.ts";
import type { Task } from "../kernel/task.ts";
import type { PnotifyEvents } from "./events.ts";
import { tellExit } from "./exit.ts";
import { hookCall, tellHook } from "./hook.ts";
import { checkEvents, type EventsEntry, type Registry } from "./registry.ts";
import { detach } from "./subscribe.ts";
import { findByName } from "./subscriber.ts";

/** What to do when tasks are still subscribed. */
export interface UnregisterOptions {
  /** `drain` gives each of them exit (A23). `refuse` fails with EBUSY, as in 2004 (A24). */
  readonly ifBusy?: "drain" | "refuse";
}

/** Unregisters an events structure (pnotify_unregister, A22-A26). Holds eventsSem for writing. */
export function unregisterEvents(
  kernel: Kernel,
  registry: Registry,
  events: PnotifyEvents<unknown>,
  options: UnregisterOptions,
): void {
  const entry = checkUnregister(kernel, registry, events);
  if (options.ifBusy === "refuse" && entry.count > 0) {
    throw new KernelError("EBUSY", {
      action: "unregister events",
      name: events.name,
      found: `${entry.count} subscriptions are left`,
      wanted: "none is wanted",
    });
  }
  drain(kernel, entry, false);
  registry.remove(entry);
  if (kernel.trace !== null) kernel.trace.emit({ type: "unregister", module: events.name });
}

function checkUnregister(
  kernel: Kernel,
  registry: Registry,
  events: PnotifyEvents<unknown>,
): EventsEntry {
  checkEvents("unregister", events);
  const entry = registry.find(events);
  if (entry !== null && entry.registered) return entry;
  if (registry.byName(events.name) !== null) {
    kernel.printk(`pnotify: ${events.name} is registered by another events structure`, "warning");
  }
  throw new KernelError("EINVAL", {
    action: "unregister events",
    name: events.name,
    found: "it is not registered",
    wanted: "a registered one is wanted",
  });
}

/**
 * Walks all tasks until none is subscribed. Each walk takes one subscriber of the name off each task, after its exit
 * (A23). If a walk meets none although some are counted, these are reported and left, so that it ends (A26).
 */
export function drain(kernel: Kernel, entry: EventsEntry, rollback: boolean): void {
  entry.draining = true;
  try {
    drainAll(kernel, entry, rollback);
  } finally {
    entry.draining = false;
  }
}

function drainAll(kernel: Kernel, entry: EventsEntry, rollback: boolean): void {
  while (entry.count > 0) {
    let drained = false;
    const before = movesOf(kernel);
    const visit = (task: Task) => {
      if (task.subscribers !== null && drainTask(kernel, entry, task, rollback)) drained = true;
      return entry.count > 0;
    };
    kernel.forEachTask(visit);
    if (drained || movesOf(kernel) > before) continue;
    // A walk of the task list does not meet children under construction and reaped tasks that wait for free.
    kernel.forEachUnborn(visit);
    for (const task of [...entry.exited?.values() ?? []]) visit(task);
    // The last subscription may have ended by itself.
    if (drained || entry.count === 0) continue;
    kernel.report(
      "subscriber-leak",
      `${entry.events.name} has ${entry.count} subscriptions on no task that is on the task list`,
      { module: entry.owner },
    );
    return;
  }
}

/** A number that grows when a fork or an exec may have put a task at a pid that a walk has passed. */
export function movesOf(kernel: Kernel): number {
  return kernel.nextSerial + kernel.pids.exchanges;
}

/**
 * Calls exit for one subscriber of a task, and takes it off. It is found by name, and not by structure (A25). So the
 * subscriber of another structure of that name goes too, and this structure's hook is called. Returns whether it removed
 * a subscriber.
 */
export function drainTask(
  kernel: Kernel,
  entry: EventsEntry,
  task: Task,
  rollback: boolean,
): boolean {
  const { events } = entry;
  lockWrite(task);
  try {
    const subscriber = findByName(task, events.name);
    if (subscriber === null) return false;
    // A subscriber that waits for free has had its exit.
    if (subscriber.entry.exited?.has(subscriber)) {
      tellHook(hookCall(kernel, "free", task, subscriber), null);
    } else {
      tellExit({ ...hookCall(kernel, "exit", task, subscriber, rollback), events });
    }
    detach(kernel, task, subscriber);
    return true;
  } finally {
    unlockWrite(task);
  }
}
