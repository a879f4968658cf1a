import type { Lockable, LockMode } from "./lock.ts";
import type { ContextName, Place } from "./report.ts";
import type { Task } from "./task.ts";

/** A lock that a context holds. Kept only while checks are on. */
export interface HeldLock {
  /** The lock. */
  readonly lock: Lockable;
  /** How it is held. */
  readonly mode: LockMode;
  /** Where it was taken. */
  readonly taken: Place;
}

/** A kernel call or hook in progress. Kept only while checks or a trace are on. */
export interface Frame {
  /** The operation or hook: `fork`, `job.exit`. */
  readonly what: string;
  /** The task that made the call, or that the hook is for, or `null`. */
  readonly task: Task | null;
  /** Whether it is a hook, and so no call that its task made. */
  readonly hook: boolean;
  /** How many locks were held when it began: as many must be held when it ends. */
  readonly heldAtEntry: number;
}

/**
 * A simulated CPU: whose call is in progress, on behalf of which module, holding which locks.
 *
 * One world has one context unless a schedule explorer nests an operation at a preemption point: that one runs on a
 * context of its own, and so can be seen to want what another one holds.
 *
 * Origin: our own: what the kernel keeps for each CPU.
 *
 * @example
 * ```ts
 * import { boot } from "@pnotify/pnotify";
 * import { assertEquals } from "@std/assert";
 * const { kernel } = boot();
 * assertEquals([kernel.context.name, kernel.context.depth], ["cpu0", 0]);
 * ```
 */
export class Context {
  /** Its name, `cpu0` for the first. */
  readonly name: ContextName;
  /** How deep kernel calls are nested: a hook may call the kernel again. */
  depth = 0;
  /** The module whose code runs, by name, or `null`. */
  module: string | null = null;
  /** The locks held, oldest first. Kept only while checks are on. */
  readonly held: HeldLock[] = [];
  /** Calls and hooks in progress, outermost first. Kept only while checks or a trace are on. */
  readonly frames: Frame[] = [];
  /** Children that it forks right now and that other code could meet, outermost first: on no task list yet. */
  readonly unborn: Task[] = [];

  /**
   * Makes a CPU that runs nothing and holds nothing.
   *
   * @param name The name of the CPU.
   */
  constructor(name: ContextName) {
    this.name = name;
  }
}
