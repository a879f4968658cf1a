import { KernelError } from "../kernel/errno.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { lockWrite, unlockWrite } from "../kernel/lock.ts";
import { PF_EXITING, type Task } from "../kernel/task.ts";
import type { PnotifyEvents } from "./events.ts";
import { askHook, hookCall } from "./hook.ts";
import { checkEvents, type EventsEntry, type Registry } from "./registry.ts";
import { attachNew, checkMemory, detach } from "./subscribe.ts";
import { findByName } from "./subscriber.ts";
import { drain, drainTask, movesOf } from "./unregister.ts";
import { PNOTIFY_OK } from "./verdict.ts";

/** Registers an events structure (pnotify_register, A10-A21). Holds eventsSem for writing. */
export function registerEvents(
  kernel: Kernel,
  registry: Registry,
  events: PnotifyEvents<unknown>,
): void {
  checkRegister(kernel, registry, events);
  const entry = registry.of(events);
  registry.add(entry);
  entry.registeredAt = kernel.clock.now;
  if (kernel.lockdep !== null) entry.registeredFrom = kernel.place();
  if (kernel.trace !== null) kernel.trace.emit({ type: "register", module: events.name });
  if (events.init === null) return;
  try {
    visitAll(kernel, entry);
  } catch (error) {
    undoRegistration(kernel, registry, entry, error);
    throw error;
  }
}

/** The refusals, in the order of A10 and A12. */
function checkRegister(
  kernel: Kernel,
  registry: Registry,
  events: PnotifyEvents<unknown>,
): void {
  checkEvents("register", events);
  const { name } = events;
  if (registry.find(events)?.registered) {
    throw new KernelError("EINVAL", {
      action: "register events",
      name,
      found: "it is registered already",
      wanted: "one that is not is wanted",
    });
  }
  const taken = registry.byName(name);
  if (taken === null) return;
  kernel.printk(`pnotify: attempt to register duplicate name ${name}`, "warning");
  throw new KernelError("EBUSY", {
    action: "register events",
    name,
    found: `the name is taken since ${taken.registeredAt} ns`,
    wanted: "a free name is wanted",
  });
}

/**
 * Subscribes every task that exists and runs init for it (A14). Meanwhile tasks may be forked, and a thread may take
 * over a pid that the walk has passed. A further walk visits those tasks, so that none is missed (A21).
 */
function visitAll(kernel: Kernel, entry: EventsEntry): void {
  const start = movesOf(kernel);
  const visited: Task[] = [];
  let visitedSet: Set<Task> | null = null;
  const visitOnce = (task: Task) => {
    // Until a task is forked or changes its pid, the walk meets no task twice. Until then a list is enough.
    if (visitedSet === null && movesOf(kernel) !== start) visitedSet = new Set(visited);
    if (visitedSet === null) visited.push(task);
    else if (visitedSet.has(task)) return;
    else visitedSet.add(task);
    visit(kernel, entry, task);
  };
  for (let before = -1; before < movesOf(kernel);) {
    before = movesOf(kernel);
    kernel.forEachTask(visitOnce);
    // A child whose fork hooks were called before this walk is not on the task list, and the walk does not meet it.
    kernel.forEachUnborn(visitOnce);
  }
}

function visit(kernel: Kernel, entry: EventsEntry, task: Task): void {
  lockWrite(task);
  try {
    if (task.flags & PF_EXITING || findByName(task, entry.events.name) !== null) return;
    checkMemory(kernel, task, entry);
    const subscriber = attachNew(kernel, task, entry);
    if (subscriber === null) return;
    let verdict: number;
    try {
      verdict = askHook(hookCall(kernel, "init", task, subscriber));
    } catch (error) {
      // The failing task stays subscribed, and gets exit with the others (A18). A failing fork hook gets no exit.
      entry.counts.init++;
      throw error;
    }
    if (verdict === PNOTIFY_OK) entry.counts.init++;
    else detach(kernel, task, subscriber);
  } finally {
    unlockWrite(task);
  }
}

/**
 * Calls every init hook for a task that joined the task list without a fork (A14). If a hook refuses, only this task
 * gets exit (A18), and is not subscribed.
 */
export function initSubscribers(kernel: Kernel, registry: Registry, task: Task): void {
  for (const entry of [...registry.registered]) {
    if (entry.events.init === null) continue;
    try {
      visit(kernel, entry, task);
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      drainTask(kernel, entry, task, true);
      kernel.printk(`pnotify: ${entry.events.name} refused ${task}: ${error.message}`, "warning");
    }
  }
}

/** Gives exit to every task subscribed so far, the failing one included, and forgets the structure (A18, A19). */
function undoRegistration(
  kernel: Kernel,
  registry: Registry,
  entry: EventsEntry,
  error: unknown,
): void {
  if (!(error instanceof KernelError)) return;
  drain(kernel, entry, true);
  registry.remove(entry);
  kernel.printk(
    `pnotify: registration of ${entry.events.name} failed: ${error.message}`,
    "warning",
  );
}
