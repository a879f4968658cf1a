import { KernelError } from "../kernel/errno.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { PF_EXITING, type Task, TASK_NEW } from "../kernel/task.ts";
import { rethrowBug } from "./hook.ts";
import type { EventsEntry } from "./registry.ts";
import { link, Subscriber, unlink } from "./subscriber.ts";
import { shallowCopy } from "./task_data.ts";

/** The options of a subscription by hand. */
export interface SubscribeOptions<D> {
  /** The data to begin with. Without it `taskData.create` makes the data, or it is null. */
  readonly data?: D;
}

/*
 * How subscribers come onto a task's list and leave it, with their data. Every subscriber passes through attach and
 * detach, so each value of data is destroyed exactly once. Both need the list's lock for writing. A child that is not
 * yet published counts as locked by its forker.
 */

/** Puts a module on a task's list. The search for its place by priority begins behind `after`. */
export function attach(
  task: Task,
  entry: EventsEntry,
  data: unknown,
  after: Subscriber<unknown> | null = null,
): Subscriber<unknown> {
  const subscriber = new Subscriber(entry, data);
  link(task, subscriber, after);
  if (entry.places !== null) entry.places.set(subscriber, { task, place: task.kernel.place() });
  return subscriber;
}

/** Throws ENOMEM when a fault is injected here. */
export function checkMemory(kernel: Kernel, task: Task, entry: EventsEntry): void {
  if (kernel.faults === null || !kernel.mayFail("subscriber")) return;
  throw new KernelError("ENOMEM", {
    action: "subscribe",
    name: entry.events.name,
    found: `there is no memory for a subscriber on the list of ${task}`,
  });
}

/** Takes a subscriber off a task's list and ends its data. Returns false when it was not on the list. */
export function detach(kernel: Kernel, task: Task, subscriber: Subscriber<unknown>): boolean {
  if (!unlink(task, subscriber)) return false;
  const { entry } = subscriber;
  if (entry.places !== null) entry.places.delete(subscriber);
  if (entry.exited !== null) entry.exited.delete(subscriber);
  if (entry.events.taskData !== null) endData(kernel, task, subscriber);
  return true;
}

/** Makes the data of a task that is subscribed without data. */
function createData(kernel: Kernel, task: Task, entry: EventsEntry): unknown {
  const { taskData } = entry.events;
  if (taskData === null) return null;
  const data = makeData(kernel, task, entry, () => taskData.create(task));
  entry.shares?.made(data);
  return data;
}

/**
 * Makes data for a task, and puts the module on its list. Returns null when the task began to exit meanwhile (A34).
 * While the data is made, another CPU may run, and an exit with an empty list takes no lock. So the exit flag is tested
 * last, right before the subscriber is linked.
 */
export function attachNew(
  kernel: Kernel,
  task: Task,
  entry: EventsEntry,
): Subscriber<unknown> | null {
  const data = createData(kernel, task, entry);
  if (!(task.flags & PF_EXITING)) return attach(task, entry, data);
  if (entry.events.taskData !== null) endData(kernel, task, new Subscriber(entry, data));
  return null;
}

/** Makes the data of a child at fork. Only a module with taskData comes here, as the closure costs time. */
export function inheritData(
  kernel: Kernel,
  child: Task,
  parent: Task,
  from: Subscriber<unknown>,
): unknown {
  const { entry } = from;
  const taskData = entry.events.taskData!;
  const inherit = taskData.inherit ?? "none";
  const data = makeData(kernel, child, entry, () => {
    if (inherit === "share") return from.data;
    if (inherit === "copy") return shallowCopy(from.data);
    if (inherit === "none") return taskData.create(child);
    return inherit(from.data, child, parent);
  });
  if (entry.shares !== null) {
    // An inherit function may return the parent's own object, which is then shared. Equal numbers may be two values.
    const handedOn = data === from.data && typeof data === "object" && data !== null;
    if (inherit === "share" || handedOn) entry.shares.shared(data);
    else entry.shares.made(data);
  }
  return data;
}

function makeData(kernel: Kernel, task: Task, entry: EventsEntry, make: () => unknown): unknown {
  if (kernel.faults !== null && kernel.mayFail("task-data")) {
    throw new KernelError("ENOMEM", {
      action: "subscribe",
      name: entry.events.name,
      found: `there is no memory for the data of ${task}`,
    });
  }
  try {
    return make();
  } catch (error) {
    if (error instanceof KernelError) throw error.blameRefusal(entry.owner);
    rethrowBug(kernel, entry.owner, error);
    kernel.moduleFault(entry.owner, { what: "taskData", task, cause: error });
    throw new KernelError("EFAULT", {
      action: "subscribe",
      name: entry.events.name,
      found: `its taskData broke down for ${task}`,
      cause: error,
    });
  }
}

function endData(kernel: Kernel, task: Task, subscriber: Subscriber<unknown>): void {
  const { entry, data } = subscriber;
  const { destroy } = entry.events.taskData!;
  if (destroy === undefined) return;
  if (entry.shares !== null && !entry.shares.dropped(data)) return;
  try {
    destroy.call(entry.events.taskData, data, task);
  } catch (error) {
    rethrowBug(kernel, entry.owner, error);
    kernel.moduleFault(entry.owner, { what: "taskData", task, cause: error });
  }
}

/** Subscribes by hand (A27). Needs the list's lock for writing. */
export function subscribeByHand(
  kernel: Kernel,
  task: Task,
  entry: EventsEntry,
  given: { data: unknown } | null,
): Subscriber<unknown> {
  const { name } = entry.events;
  kernel.checkTask(`subscribe ${name} to`, task);
  needsList(kernel, task, "write", "subscribe()");
  if (task.flags & PF_EXITING) throw refuseExiting(task, name);
  if (entry.events.global) {
    throw new KernelError("EINVAL", {
      action: "subscribe",
      name,
      found: "it is global",
      wanted: "one that is not is wanted",
    });
  }
  if (entry.draining) {
    throw new KernelError("EBUSY", {
      action: "subscribe",
      name,
      found: "it is being unregistered",
      wanted: "one that is not is wanted",
    });
  }
  checkMemory(kernel, task, entry);
  if (given !== null) entry.shares?.given(given.data);
  const subscriber = given === null
    ? attachNew(kernel, task, entry)
    : attach(task, entry, given.data);
  if (subscriber === null) throw refuseExiting(task, name);
  entry.counts.subscribed++;
  entry.used = true;
  traceList(kernel, "subscribe", task, entry);
  return subscriber;
}

/** Refuses a task in exit. After its exit callout, no code would take the subscriber off (A34). */
function refuseExiting(task: Task, name: string): KernelError {
  return new KernelError("ESRCH", {
    action: "subscribe",
    name,
    found: `${task} is exiting`,
    wanted: "a task that has not begun to exit is wanted",
  });
}

/** Unsubscribes by hand; calls no hook (A28). Needs the list's lock for writing. */
export function unsubscribeByHand(
  kernel: Kernel,
  task: Task,
  subscriber: Subscriber<unknown>,
): void {
  const { entry } = subscriber;
  kernel.checkTask(`unsubscribe ${entry.events.name} from`, task);
  needsList(kernel, task, "write", "unsubscribe()");
  const exited = entry.exited?.has(subscriber) ?? false;
  if (!detach(kernel, task, subscriber)) {
    throw new KernelError("EINVAL", {
      action: "unsubscribe",
      name: entry.events.name,
      found: `it is not on the list of ${task}`,
      wanted: "a subscriber of that list is wanted",
    });
  }
  // A subscriber that waits for free was counted at its exit.
  if (!exited) entry.counts.unsubscribed++;
  traceList(kernel, "unsubscribe", task, entry);
}

/** Reports a call on a list when the caller does not hold the list's lock (A33). */
export function needsList(
  kernel: Kernel,
  task: Task,
  mode: "read" | "write",
  call: string,
): void {
  if (kernel.lockdep === null || task.state === TASK_NEW) return;
  kernel.lockdep.needs(task, mode, call);
}

function traceList(
  kernel: Kernel,
  type: "subscribe" | "unsubscribe",
  task: Task,
  entry: EventsEntry,
): void {
  if (kernel.trace === null) return;
  kernel.trace.emit({
    type,
    task: String(task),
    pid: task.pid,
    module: entry.events.name,
    by: kernel.context.module ?? "user",
  });
}
