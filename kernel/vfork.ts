import type { Kernel } from "./kernel.ts";
import { fallAsleep, Pending, wakeUp } from "./pending.ts";
import { PF_VFORK, type Task } from "./task.ts";

/** A parent that sleeps in vfork. It is not interruptible, but a fatal signal ends it. */
export class VforkPending extends Pending<Task> {
  /** The child whose exec or exit ends the sleep. */
  readonly child: Task;

  /**
   * Makes one.
   *
   * @param parent The task that called vfork.
   * @param child Its child.
   */
  constructor(parent: Task, child: Task) {
    super(parent, false);
    this.killable = true;
    this.child = child;
  }
}

/** Puts the parent to sleep until the child calls exec or exits. */
export function awaitVfork(kernel: Kernel, child: Task, parent: Task): void {
  const pending = new VforkPending(parent, child);
  // The forker need not be the parent (CLONE_PARENT), so the child could not find it through its links.
  kernel.vforks.push(pending);
  fallAsleep(kernel, pending);
}

/** Lets the parent go on: the child no longer uses its memory (complete_vfork_done). */
export function completeVfork(kernel: Kernel, child: Task): void {
  child.flags &= ~PF_VFORK;
  const at = kernel.vforks.findIndex((pending) => pending.child === child);
  const [pending] = kernel.vforks.splice(at, 1);
  wakeUp(kernel, pending, child);
}
