import type { Lockable, LockMode } from "./lock.ts";
import type { ContextName, Place } from "./report.ts";
import type { Task } from "./task.ts";

/** A lock that a context holds. Kept while checks are on. */
export interface HeldLock {
  /** The lock. */
  readonly lock: Lockable;
  /** How it is held. */
  readonly mode: LockMode;
  /** Where it was taken. */
  readonly taken: Place;
}

/** A kernel call or hook in progress. Kept while checks or a trace are on. */
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
 * A simulated CPU: the calls in progress, the module that runs, and the locks held. A world has one CPU. A schedule
 * explorer adds one for each depth of nesting. So one CPU can want a lock that another CPU holds.
 */
export class Context {
  /** Its name, `cpu0` for the first. */
  readonly name: ContextName;
  /** How deep kernel calls are nested: a hook may call the kernel again. */
  depth = 0;
  /** The module whose code runs, by name, or `null`. */
  module: string | null = null;
  /** The locks held, oldest first. Kept while checks are on. */
  readonly held: HeldLock[] = [];
  /** Calls and hooks in progress, outermost first. Kept while checks or a trace are on. */
  readonly frames: Frame[] = [];
  /** Children whose fork hooks run, outermost first. They are on no task list yet. */
  readonly unborn: Task[] = [];

  /** @internal Makes a CPU that runs nothing and holds nothing. */
  constructor(name: ContextName) {
    this.name = name;
  }
}
