import { KernelError } from "../kernel/errno.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { lockWrite, unlockWrite } from "../kernel/lock.ts";
import { PF_EXITING, type Task } from "../kernel/task.ts";
import { PnotifyEvents } from "./events.ts";
import {
  beginHook,
  endHook,
  hookError,
  hookFails,
  readVerdict,
  traceHook,
  verdictError,
} from "./hook.ts";
import type { EventsEntry, Registry } from "./registry.ts";
import { attach, checkMemory, createData, detach } from "./subscribe.ts";
import { findByName, type Subscriber } from "./subscriber.ts";
import { drain } from "./unregister.ts";
import { PNOTIFY_ERROR } from "./verdict.ts";

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
  if (!(events instanceof PnotifyEvents)) {
    throw new KernelError("EINVAL", {
      action: "register events",
      found: events === null || events === undefined
        ? `it is ${events}`
        : "it is no events structure",
      wanted: "what defineEvents returned is wanted",
    });
  }
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
 * Subscribes every task there is and runs init for it (A14). Tasks that are forked meanwhile have higher serials: a
 * further pass visits those, until a pass finds nobody new, so that no child of a parent not yet visited is missed.
 */
function visitAll(kernel: Kernel, entry: EventsEntry): void {
  let from = 0;
  while (from < kernel.nextSerial) {
    const end = kernel.nextSerial;
    const first = from;
    kernel.forEachTask((task) => {
      if (task.serial >= first && task.serial < end) visit(kernel, entry, task);
    });
    from = end;
  }
}

function visit(kernel: Kernel, entry: EventsEntry, task: Task): void {
  lockWrite(task);
  try {
    if (task.flags & PF_EXITING || findByName(task, entry.events.name) !== null) return;
    checkMemory(kernel, task, entry);
    const subscriber = attach(task, entry, createData(kernel, task, entry));
    let verdict: number;
    try {
      verdict = askInit(kernel, task, subscriber);
    } catch (error) {
      // Unlike a failing fork hook, the failing task stays subscribed and gets exit with the others (A18).
      entry.counts.init++;
      throw error;
    }
    if (verdict === 0) entry.counts.init++;
    else detach(kernel, task, subscriber);
  } finally {
    unlockWrite(task);
  }
}

function askInit(kernel: Kernel, task: Task, subscriber: Subscriber<unknown>): number {
  const { entry } = subscriber;
  const outer = beginHook(kernel, entry, "init", task);
  try {
    const answer = hookFails(kernel, entry, "init")
      ? PNOTIFY_ERROR
      : entry.events.init!(task, subscriber);
    const verdict = readVerdict(kernel, entry, "init", task, answer);
    if (kernel.trace !== null) traceHook(kernel, entry, "init", task, { verdict });
    if (verdict < 0) throw verdictError(entry, "init", task, verdict);
    return verdict;
  } catch (error) {
    throw hookError(kernel, entry, "init", task, error);
  } finally {
    endHook(kernel, outer);
  }
}

/** Gives exit to every task that was subscribed so far, the failing one included, and forgets the structure (A18, A19). */
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
