import { deliverSignals } from "./deliver.ts";
import { KernelError } from "./errno.ts";
import type { LockChecker } from "./lock.ts";
import { EXIT_DEAD, EXIT_ZOMBIE, PF_EXITING, type Task, TASK_NEW, TASK_RUNNING } from "./task.ts";
import type { KernelWorld } from "./world.ts";

/*
 * The entry and the return of a system call. Kernel.enter() and Kernel.leave() come here when there is more to do than to
 * count the call.
 */

/** Checks that a task can make a call, and notes the call while locks are checked. */
export function checkEntry(kernel: KernelWorld, what: string, task: Task | null): void {
  // A task makes one call at a time. The next call has to wait while the task sleeps, or another CPU is in its call.
  if (kernel.preemption !== null && task !== null && (task.sleep !== null || kernel.isBusy(task))) {
    kernel.wouldWait(`${task}`);
  }
  if (task !== null && task.state !== TASK_RUNNING) checkCaller(kernel, what, task);
  if (kernel.lockdep === null) return;
  const { frames, held } = kernel.context;
  frames.push({ what, task, hook: false, heldAtEntry: held.length });
}

function checkCaller(kernel: KernelWorld, what: string, task: Task): void {
  if (task.usage === 0) kernel.useAfterFree(what, task);
  if (task.state === TASK_NEW) {
    kernel.bug("never-born", `Cannot ${what} in "${task}": it is not yet on the task list`);
  }
  if (task.state === EXIT_ZOMBIE || task.state === EXIT_DEAD) {
    throw new KernelError("ESRCH", {
      action: `${what} in`,
      name: String(task),
      found: "it has ended",
      wanted: "a running task is wanted",
    });
  }
  if (kernel.lockdep !== null) {
    const lines = [`state ${task.state}`];
    kernel.report("asleep", `${task} called ${what} while it sleeps`, { what, lines });
  }
}

/** Checks that a call dropped what it took. The outermost call delivers signals. */
export function checkReturn(kernel: KernelWorld): void {
  const { context, lockdep } = kernel;
  if (lockdep !== null) checkHeld(kernel, lockdep);
  try {
    if (kernel.pendingSignals !== null && context.depth === 1) deliverSignals(kernel);
  } finally {
    context.depth--;
  }
}

function checkHeld({ context: { frames, held } }: KernelWorld, lockdep: LockChecker): void {
  const frame = frames.at(-1)!;
  if (held.length > frame.heldAtEntry) lockdep.checkReturned(`${frame.what}()`, frame.heldAtEntry);
  frames.pop();
}

/** Whether another CPU is in the middle of a call of a task, or of its exit. */
export function isBusy(kernel: KernelWorld, task: Task): boolean {
  for (const { frames } of kernel.contexts) {
    if (frames === kernel.context.frames) continue;
    if (frames.some((frame) => frame.task === task && !frame.hook)) return true;
  }
  const exits = (task.flags & PF_EXITING) !== 0 && task.state === TASK_RUNNING;
  return exits && !kernel.context.frames.some((frame) => frame.task === task);
}
