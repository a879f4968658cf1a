import type { Context } from "../kernel/context.ts";
import { type ErrnoName, errnoName, KernelError } from "../kernel/errno.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { Lockdep } from "../kernel/lockdep.ts";
import { isPromise } from "../kernel/module.ts";
import { WouldWait } from "../kernel/preempt.ts";
import { KernelBug } from "../kernel/report.ts";
import type { Task } from "../kernel/task.ts";
import type { HookName, PnotifyEvents } from "./events.ts";
import type { Subscriber } from "./subscriber.ts";
import { errnoOf, NO_VERDICT, PNOTIFY_ERROR, verdictName } from "./verdict.ts";

/*
 * The work around every hook. It names the responsible module, checks locks, injects faults, and handles exceptions.
 * Hooks and taskData are the only foreign code inside a kernel path. A kernel without checkers walks its lists in
 * unchecked.ts. It makes a HookCall only for a trace, a refusal or a fault.
 */

/** A call of a hook. */
export interface HookCall {
  /** The world. */
  readonly kernel: Kernel;
  /** The structure with the hook. Another structure of the same name may have subscribed (A25). */
  readonly events: PnotifyEvents<unknown>;
  /** Which hook. */
  readonly hook: HookName;
  /** The task that it is about: the first argument. */
  readonly task: Task;
  /** The subscriber that it is called for: the second argument. */
  readonly subscriber: Subscriber<unknown>;
  /** Whether it undoes a fork or a registration. */
  readonly rollback: boolean;
}

/** A call of a subscriber's own hook. */
export function hookCall(
  kernel: Kernel,
  hook: HookName,
  task: Task,
  subscriber: Subscriber<unknown>,
  rollback = false,
): HookCall {
  return { kernel, events: subscriber.entry.events, hook, task, subscriber, rollback };
}

/** Calls a hook without a verdict. After a fault in it, the other hooks are still called (A49). */
export function tellHook(call: HookCall, ...details: readonly unknown[]): void {
  const caller = beginHook(call);
  try {
    if (hookFails(call)) throw INJECTED;
    checkVoid(runHook(call, details));
    if (call.kernel.trace !== null) traceHook(call);
  } catch (error) {
    voidHookError(call, error);
  } finally {
    endHook(call, caller);
  }
}

/** Calls a hook with a verdict. Returns the verdict, 0 or more. Throws a KernelError when the hook refuses. */
export function askHook(call: HookCall, ...details: readonly unknown[]): number {
  const caller = beginHook(call);
  try {
    const verdict = verdictOf(call, details);
    if (call.kernel.trace !== null) traceHook(call, { verdict });
    if (verdict < 0) throw verdictError(call, verdict);
    return verdict;
  } finally {
    endHook(call, caller);
  }
}

function verdictOf(call: HookCall, details: readonly unknown[]): number {
  try {
    return readVerdict(call, hookFails(call) ? PNOTIFY_ERROR : runHook(call, details));
  } catch (error) {
    throw refusal(call, error);
  }
}

function runHook(
  { events, hook, task, subscriber }: HookCall,
  details: readonly unknown[],
): unknown {
  const run = events[hook] as unknown as (...args: readonly unknown[]) => unknown;
  return run.call(events, task, subscriber, ...details);
}

/** Makes the module of the hook responsible. Returns the module that ran before. */
function beginHook({ kernel, events, hook, task, subscriber }: HookCall): string | null {
  const { context } = kernel;
  const caller = context.module;
  context.module = subscriber.entry.owner;
  if (kernel.preemption !== null) kernel.preempt("callout");
  if (kernel.lockdep !== null) {
    const what = `${events.name}.${hook}`;
    context.frames.push({ what, task, hook: true, heldAtEntry: context.held.length });
  }
  return caller;
}

/** Ends the hook. It must have dropped each lock that it took. */
function endHook({ kernel }: HookCall, caller: string | null): void {
  const { context } = kernel;
  if (kernel.lockdep !== null) popFrame(context, kernel.lockdep);
  context.module = caller;
}

function popFrame(context: Context, lockdep: Lockdep): void {
  const frame = context.frames.at(-1)!;
  if (context.held.length > frame.heldAtEntry) {
    lockdep.checkReturned(frame.what, frame.heldAtEntry);
  }
  context.frames.pop();
}

/** Whether a fault is injected into the hook. */
function hookFails({ kernel, events, hook }: HookCall): boolean {
  return kernel.faults !== null && kernel.mayFail(`hook ${events.name}.${hook}`);
}

/** The exception of a fault that is injected into a hook without a verdict. */
const INJECTED = /* @__PURE__ */ Object.freeze({ toString: () => "an injected fault" });

/**
 * Reads the verdict of a hook. An integer of 0 or more is valid, and so are PNOTIFY_ERROR and a negative errno. Any
 * other answer is a fault of the module, and reads as NO_VERDICT, which fails the call with EFAULT (A5, A40).
 */
export function readVerdict(call: HookCall, answer: unknown): number {
  if (Number.isInteger(answer)) {
    const verdict = answer as number;
    if (verdict >= PNOTIFY_ERROR || errnoName(-verdict) !== null) return verdict;
  }
  const what = isPromise(answer)
    ? "a Promise"
    : typeof answer === "object" && answer !== null
    ? "an object"
    : String(answer);
  blame(call, `it returned ${what}, which is no verdict`);
  return NO_VERDICT;
}

/**
 * Refuses a Promise from a hook without a verdict. After its first await, an async hook would run outside of every
 * lock. Any other answer is ignored.
 */
export function checkVoid(answer: unknown): void {
  if (isPromise(answer)) {
    throw "it returned a Promise, and hooks run to completion";
  }
}

/** What a hook with a verdict can refuse: a registration, an exec or a fork. */
export function refusableAction(hook: HookName): "register" | "exec in" | "fork" {
  if (hook === "init") return "register";
  return hook === "canExec" ? "exec in" : "fork";
}

/** The error that the caller of fork, exec or register gets for a verdict below 0 (A40). */
export function verdictError(call: HookCall, verdict: number): KernelError {
  const { events, hook, task, subscriber } = call;
  const found = `${events.name}.${hook} refused ${task}`;
  const error = hookError(call, errnoOf(verdict), { found });
  return verdict === NO_VERDICT ? error : error.blameRefusal(subscriber.entry.owner);
}

/**
 * Traces what a hook threw. Returns the error for the caller of fork, exec or register. A KernelError refuses with its errno.
 * A KernelBug ends the run. Anything else is a fault of the module.
 */
export function refusal(call: HookCall, error: unknown): KernelError {
  const refused = error instanceof KernelError
    ? error.blameRefusal(call.subscriber.entry.owner)
    : brokenDown(call, error);
  if (call.kernel.trace !== null) {
    const fault = refused === error ? undefined : String(error);
    traceHook(call, { errno: refused.code, fault });
  }
  return refused;
}

function brokenDown(call: HookCall, error: unknown): KernelError {
  const { kernel, events, hook, subscriber } = call;
  rethrowBug(kernel, subscriber.entry.owner, error);
  blame(call, error);
  return hookError(call, "EFAULT", { found: `${events.name}.${hook} broke down`, cause: error });
}

function hookError(
  { events, hook, task }: HookCall,
  code: ErrnoName,
  details: { readonly found: string; readonly cause?: unknown },
): KernelError {
  const name = hook === "init" ? events.name : String(task);
  return new KernelError(code, { action: refusableAction(hook), name, ...details });
}

/** Traces and reports an exception from a hook without a verdict. The caller does not get it (A49). */
export function voidHookError(call: HookCall, error: unknown): void {
  const { kernel, subscriber } = call;
  rethrowBug(kernel, subscriber.entry.owner, error);
  if (kernel.trace !== null) traceHook(call, { fault: String(error) });
  blame(call, error);
}

function blame({ kernel, hook, task, subscriber }: HookCall, cause: unknown): void {
  const injected = cause === INJECTED;
  kernel.moduleFault(subscriber.entry.owner, { what: hook, task, cause, injected });
}

/** Rethrows what no hook may stop: a WouldWait, or a KernelBug, which also marks the module as faulty. */
export function rethrowBug(kernel: Kernel, owner: string, error: unknown): void {
  if (error instanceof WouldWait) throw error;
  if (!(error instanceof KernelBug)) return;
  kernel.modules.markFaulty(owner);
  throw error;
}

/** Traces a hook that has run. The kernel has a trace. */
export function traceHook(
  { kernel, events, hook, task, rollback }: HookCall,
  outcome: { verdict?: number; errno?: ErrnoName; fault?: string } = {},
): void {
  const { verdict, errno, fault } = outcome;
  kernel.trace!.emit({
    type: "hook",
    task: String(task),
    pid: task.pid,
    module: events.name,
    event: hook,
    ...(errno === undefined ? {} : { verdict: errno }),
    ...(verdict === undefined ? {} : { verdict: verdictName(verdict) }),
    ...(rollback ? { rollback } : {}),
    ...(fault === undefined ? {} : { fault }),
  });
}
