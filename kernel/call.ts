import { deliverSignals } from "./deliver.ts";
import { KernelError } from "./errno.ts";
import type { LockChecker } from "./lock.ts";
import { EXIT_DEAD, EXIT_ZOMBIE, PF_EXITING, type Task, TASK_NEW, TASK_RUNNING } from "./task.ts";
import type { KernelWorld } from "./world.ts";

/*
 * Entry and return of a system call, apart from what Kernel.enter() and Kernel.leave() do on every call.
 */

/** Checks that a task can make a call, and notes the call while locks are checked. */
export function checkEntry(kernel: KernelWorld, what: string, task: Task | null): void {
  // A task makes one call at a time: while another CPU is in one, or it sleeps, the next one has to wait.
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

/** Whether another CPU runs a task right now: a call of it, or its exit. Only asked while operations are nested. */
export function isBusy(kernel: KernelWorld, task: Task): boolean {
  for (const { frames } of kernel.contexts) {
    if (frames === kernel.context.frames) continue;
    if (frames.some((frame) => frame.task === task && !frame.hook)) return true;
  }
  const exits = (task.flags & PF_EXITING) !== 0 && task.state === TASK_RUNNING;
  return exits && !kernel.context.frames.some((frame) => frame.task === task);
}
