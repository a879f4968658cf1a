import { fallAsleep, Pending, wakeUp } from "./pending.ts";
import { PF_VFORK, type Task } from "./task.ts";
import type { KernelWorld } from "./world.ts";

/**
 * The call of a parent that sleeps in vfork (vfork_done). No signal ends it but a fatal one.
 *
 * @example
 * ```ts
 * import { boot } from "@pnotify/pnotify";
 * import { assertEquals } from "@std/assert";
 * const { kernel } = boot();
 * const shell = kernel.fork(kernel.init);
 * const { child, returned } = kernel.vfork(shell);
 * assertEquals([returned.done, returned.interruptible, returned.killable], [false, false, true]);
 * kernel.exit(child);
 * assertEquals(returned.value, child);
 * ```
 */
export class VforkPending extends Pending<Task> {
  /** The child whose exec or exit ends the sleep. */
  readonly child: Task;

  /** @internal Makes the call of a parent whose child is not yet published. */
  constructor(parent: Task, child: Task) {
    super(parent, false);
    this.killable = true;
    this.child = child;
  }
}

/** A task and the call of its parent that sleeps in vfork. */
export interface Vforked {
  /** The child. */
  readonly child: Task;
  /** The parent's call: done when the child has called exec or ended. */
  readonly returned: Pending<Task>;
}

/** Notes the parent's call before the child is published. A published child can end the call. */
export function beginVfork(kernel: KernelWorld, child: Task, parent: Task): VforkPending {
  const pending = new VforkPending(parent, child);
  // With CLONE_PARENT the forker is not the parent, and the child has no link to it.
  kernel.vforks.push(pending);
  return pending;
}

/** Puts the parent to sleep until the child calls exec or exits, unless it has done so already. */
export function awaitVfork(kernel: KernelWorld, pending: VforkPending): void {
  if (!pending.done) fallAsleep(kernel, pending);
}

/** The parent's call: the one that it sleeps on, or a finished one when the child has already ended the sleep. */
export function vforkOf(parent: Task, child: Task): VforkPending {
  if (parent.sleep instanceof VforkPending && parent.sleep.child === child) return parent.sleep;
  const pending = new VforkPending(parent, child);
  pending.done = true;
  pending.value = child;
  return pending;
}

/** Lets the parent go on: the child no longer uses its memory (complete_vfork_done). */
export function completeVfork(kernel: KernelWorld, child: Task): void {
  child.flags &= ~PF_VFORK;
  const index = kernel.vforks.findIndex((pending) => pending.child === child);
  // While the fork hooks of the child run, the parent's call is not yet noted, and no task sleeps.
  if (index < 0) return;
  const [pending] = kernel.vforks.splice(index, 1);
  wakeUp(kernel, pending, child);
}
