import type { Context } from "../kernel/context.ts";
import { Errno, type ErrnoName, errnoName, KernelError } from "../kernel/errno.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { Lockdep } from "../kernel/lockdep.ts";
import { isPromise } from "../kernel/module.ts";
import { WouldWait } from "../kernel/preempt.ts";
import { KernelBug } from "../kernel/report.ts";
import type { Task } from "../kernel/task.ts";
import type { HookName } from "./events.ts";
import type { EventsEntry } from "./registry.ts";
import { PNOTIFY_ERROR } from "./verdict.ts";

/*
 * What goes around every hook: who is responsible from here on, the checks of the debug mode, fault injection, and
 * what becomes of an exception. A hook is the only place where foreign code runs inside a kernel path.
 */

/** Says who runs from here on. Returns who ran before, for {@linkcode endHook}. */
export function beginHook(
  kernel: Kernel,
  entry: EventsEntry,
  hook: HookName,
  task: Task,
): string | null {
  const { context } = kernel;
  const outer = context.module;
  context.module = entry.owner;
  if (kernel.preemption !== null) kernel.preempt("callout");
  if (kernel.lockdep !== null) pushFrame(context, entry, hook, task);
  return outer;
}

function pushFrame(context: Context, entry: EventsEntry, hook: HookName, task: Task): void {
  const what = `${entry.events.name}.${hook}`;
  context.frames.push({ what, task, hook: true, heldAtEntry: context.held.length });
}

/** Says that the hook is over: what it took it must have dropped. */
export function endHook(kernel: Kernel, outer: string | null): void {
  const { context } = kernel;
  if (kernel.lockdep !== null) popFrame(context, kernel.lockdep);
  context.module = outer;
}

function popFrame(context: Context, lockdep: Lockdep): void {
  const frame = context.frames.at(-1)!;
  if (context.held.length > frame.heldAtEntry) {
    lockdep.checkReturned(frame.what, frame.heldAtEntry);
  }
  context.frames.pop();
}

/** Whether a hook is to fail for the sake of a test. */
export function hookFails(kernel: Kernel, entry: EventsEntry, hook: HookName): boolean {
  return kernel.faults !== null && kernel.mayFail(`hook ${entry.events.name}.${hook}`);
}

/** What an injected fault in a hook without a verdict throws. */
export const INJECTED = "an injected fault";

/**
 * Makes a number of what an answering hook returned: 0 or more as it is, below 0 as an error. Anything that is no
 * integer is a fault of the module (A5, A40).
 */
export function readVerdict(
  kernel: Kernel,
  entry: EventsEntry,
  hook: HookName,
  task: Task,
  answer: unknown,
): number {
  if (Number.isInteger(answer)) {
    const verdict = answer as number;
    if (verdict >= PNOTIFY_ERROR || errnoName(-verdict) !== null) return verdict;
  }
  const what = isPromise(answer)
    ? "a Promise"
    : typeof answer === "object" && answer !== null
    ? "an object"
    : String(answer);
  kernel.moduleFault(entry.owner, {
    what: hook,
    task,
    cause: `it returned ${what}, which is no verdict`,
  });
  return -Errno.EFAULT;
}

/**
 * Refuses the answer of an async hook: what it does after its first await would happen outside of every lock. Anything
 * else that a hook without a verdict returns is of no interest.
 */
export function checkVoid(answer: unknown): void {
  if (isPromise(answer)) {
    throw "it returned a Promise, and hooks run to completion";
  }
}

/** Turns a verdict below zero into the error that the caller of fork or register gets (A40). */
export function verdictError(
  entry: EventsEntry,
  hook: HookName,
  task: Task,
  verdict: number,
): KernelError {
  return new KernelError(errnoName(-verdict) ?? "EPERM", {
    action: hook === "init" ? "register" : "fork",
    name: hook === "init" ? entry.events.name : String(task),
    found: `${entry.events.name}.${hook} refused ${task}`,
  });
}

/**
 * Decides what becomes of an exception from a hook that answers: a KernelError refuses with its errno, a KernelBug ends
 * the run, and anything else is a fault of the module.
 */
function hookError(
  kernel: Kernel,
  entry: EventsEntry,
  hook: HookName,
  task: Task,
  error: unknown,
): KernelError {
  if (error instanceof KernelError) return error;
  rethrowBug(kernel, entry, error);
  kernel.moduleFault(entry.owner, { what: hook, task, cause: error });
  return new KernelError("EFAULT", {
    action: hook === "init" ? "register" : "fork",
    name: hook === "init" ? entry.events.name : String(task),
    found: `${entry.events.name}.${hook} broke down`,
    cause: error,
  });
}

/** Decides what becomes of an exception from a hook that answers, and traces the hook. */
export function refusal(
  kernel: Kernel,
  entry: EventsEntry,
  hook: HookName,
  task: Task,
  error: unknown,
): KernelError {
  const refused = hookError(kernel, entry, hook, task, error);
  // A verdict has been traced already; what was thrown has not.
  if (kernel.trace !== null && !(refused.details?.found.endsWith(`refused ${task}`) ?? false)) {
    const fault = refused === error ? undefined : String(error);
    traceHook(kernel, entry, hook, task, { errno: refused.code, fault });
  }
  return refused;
}

/** Decides what becomes of an exception from a hook that does not answer: nobody is there to be told (A49). */
export function voidHookError(
  kernel: Kernel,
  entry: EventsEntry,
  hook: HookName,
  task: Task,
  error: unknown,
  rollback = false,
): void {
  rethrowBug(kernel, entry, error);
  if (kernel.trace !== null) {
    traceHook(kernel, entry, hook, task, { rollback, fault: String(error) });
  }
  kernel.moduleFault(entry.owner, { what: hook, task, cause: error });
}

/** A broken kernel rule is the fault of the module whose hook broke it, and nothing can go on. */
export function rethrowBug(kernel: Kernel, entry: EventsEntry, error: unknown): void {
  if (error instanceof WouldWait) throw error;
  if (!(error instanceof KernelBug)) return;
  kernel.modules.markFaulty(entry.owner);
  throw error;
}

/** Traces a hook that has run. */
export function traceHook(
  kernel: Kernel,
  entry: EventsEntry,
  hook: HookName,
  task: Task,
  outcome: { verdict?: number; errno?: ErrnoName; rollback?: boolean; fault?: string } = {},
): void {
  const { verdict, errno, rollback, fault } = outcome;
  kernel.trace!.emit({
    type: "hook",
    task: String(task),
    pid: task.pid,
    module: entry.events.name,
    event: hook,
    ...(errno !== undefined
      ? { verdict: errno }
      : verdict === undefined
      ? {}
      : { verdict: verdictName(verdict) }),
    ...(rollback ? { rollback } : {}),
    ...(fault === undefined ? {} : { fault }),
  });
}

function verdictName(
  verdict: number,
): "PNOTIFY_OK" | "PNOTIFY_NOSUB" | "PNOTIFY_ERROR" | ErrnoName {
  if (verdict === 0) return "PNOTIFY_OK";
  if (verdict > 0) return "PNOTIFY_NOSUB";
  return verdict === PNOTIFY_ERROR ? "PNOTIFY_ERROR" : errnoName(-verdict)!;
}
