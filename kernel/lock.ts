import { KernelBug } from "./report.ts";
import type { KernelWorld } from "./world.ts";

/** How a lock is held: shared with other readers, or alone. */
export type LockMode = "read" | "write";

/** What all locks of one kind have in common. Lock order is a rule between classes, not between single locks. */
export interface LockClass {
  /** The name of the class, such as `task.subscriberListSem`. */
  readonly name: string;
  /** Whether it is a spin lock: nothing may sleep while one is held. */
  readonly spin: boolean;
  /** Whether a reader may take it again: true for spin locks, where no waiting writer can come between. */
  readonly recursiveRead: boolean;
}

/**
 * The state of a reader/writer lock. It may be embedded in the structure that it guards, as a task embeds the one of
 * its subscriber list.
 */
export interface Lockable {
  /** The world it belongs to. */
  readonly kernel: KernelWorld;
  /** Its class. */
  readonly lockClass: LockClass;
  /** Its own name, for reports: `task.subscriberListSem of sh[3]`. */
  readonly lockName: string;
  /** 0 while it is free, -1 while it is held for writing, n while it is held for reading n times. */
  lockCount: number;
}

/** What a lock checker is told of the locks: see {@linkcode Lockdep}. */
export interface LockChecker {
  /** @internal A lock is about to be taken. */
  willTake(lock: Lockable, mode: LockMode): void;
  /** @internal A lock has been taken. */
  took(lock: Lockable, mode: LockMode): void;
  /** @internal A lock is about to be dropped. */
  willDrop(lock: Lockable, mode: LockMode): void;
  /** @internal A call is made that needs a lock. */
  needs(lock: Lockable, mode: LockMode, call: string): void;
  /** @internal A call is made that may sleep. */
  mightSleep(call: string): void;
  /** @internal A call or hook returned with more locks than it began with. */
  checkReturned(what: string, heldAtEntry: number): void;
}

/*
 * Code runs to completion, so nobody ever waits here: a lock is a counter and an assertion. The one who could not have
 * taken it is either wrong (KernelBug) or a nested operation of the explorer that would have had to wait (WouldWait).
 *
 * Whatever is not the plain case is in functions of its own, so that these four are small enough for V8 to inline.
 */

/** Takes a lock for reading (down_read, read_lock). */
export function lockRead(lock: Lockable): void {
  if (lock.lockCount < 0 || lock.kernel.watchedBy > 0) take(lock, "read");
  else lock.lockCount++;
}

/** Drops a lock held for reading (up_read, read_unlock). */
export function unlockRead(lock: Lockable): void {
  if (lock.lockCount <= 0 || lock.kernel.watchedBy > 0) drop(lock, "read");
  else lock.lockCount--;
}

/** Takes a lock for writing (down_write, write_lock). */
export function lockWrite(lock: Lockable): void {
  if (lock.lockCount !== 0 || lock.kernel.watchedBy > 0) take(lock, "write");
  else lock.lockCount = -1;
}

/** Drops a lock held for writing (up_write, write_unlock). */
export function unlockWrite(lock: Lockable): void {
  if (lock.lockCount >= 0 || lock.kernel.watchedBy > 0) drop(lock, "write");
  else lock.lockCount = 0;
}

/** Reports a call whose caller does not hold what it needs (lockdep_assert_held). Callers ask `watchedBy` first. */
export function assertHeld(lock: Lockable, mode: LockMode, call: string): void {
  lock.kernel.lockdep?.needs(lock, mode, call);
}

function take(lock: Lockable, mode: LockMode): void {
  const { kernel } = lock;
  kernel.lockdep?.willTake(lock, mode);
  const contended = mode === "write" ? lock.lockCount !== 0 : lock.lockCount < 0;
  if (contended) refuseContended(lock, mode);
  if (mode === "write") lock.lockCount = -1;
  else lock.lockCount++;
  kernel.lockdep?.took(lock, mode);
  kernel.preempt("lock");
}

function drop(lock: Lockable, mode: LockMode): void {
  const { kernel } = lock;
  kernel.lockdep?.willDrop(lock, mode);
  const held = mode === "write" ? lock.lockCount < 0 : lock.lockCount > 0;
  if (!held) refuseUnheld(lock, mode);
  if (mode === "write") lock.lockCount = 0;
  else lock.lockCount--;
  kernel.preempt("unlock");
}

function refuseContended(lock: Lockable, mode: LockMode): never {
  if (lock.kernel.preemption?.nested) lock.kernel.wouldWait(lock.lockName);
  const held = lock.lockCount < 0 ? "write" : "read";
  throw new KernelBug(
    `Cannot take ${lock.lockName} for ${mode}: it is held for ${held}, and waiting would never end`,
  );
}

function refuseUnheld(lock: Lockable, mode: LockMode): never {
  throw new KernelBug(`Cannot release ${lock.lockName} for ${mode}: it is not held for ${mode}`);
}

/**
 * The state of a lock that stands by itself.
 *
 * Origin: the count in `struct rw_semaphore`.
 *
 * @example
 * ```ts
 * import { boot, type LockState } from "@pnotify/pnotify";
 * import { assertEquals } from "@std/assert";
 * const { kernel } = boot();
 * const state: LockState = kernel.tasklistLock.state;
 * kernel.tasklistLock.readLock();
 * assertEquals([state.lockName, state.lockCount], ["tasklistLock", 1]);
 * kernel.tasklistLock.readUnlock();
 * ```
 */
export class LockState implements Lockable {
  /** The world it belongs to. */
  declare readonly kernel: KernelWorld;
  /** Its class. */
  declare readonly lockClass: LockClass;
  /** 0, -1 or the number of readers. */
  lockCount = 0;

  /**
   * Makes a lock that nobody holds.
   *
   * @internal
   * @param kernel The world it belongs to.
   * @param lockClass Its class.
   */
  constructor(kernel: KernelWorld, lockClass: LockClass) {
    this.kernel = kernel;
    this.lockClass = lockClass;
  }

  /** A lock that stands by itself is named as its class is. */
  get lockName(): string {
    return this.lockClass.name;
  }
}

/**
 * Holds a lock until it is disposed of.
 *
 * Origin: our own, after `guard()` of cleanup.h.
 *
 * @example
 * ```ts
 * import { boot, type LockGuard } from "@pnotify/pnotify";
 * import { assertEquals } from "@std/assert";
 * const { kernel } = boot();
 * const sem = kernel.createSemaphore("job.sem");
 * const guard: LockGuard = sem.write();
 * assertEquals(sem.isHeld("write"), true);
 * guard[Symbol.dispose]();
 * assertEquals(sem.isHeld("write"), false);
 * ```
 */
export class LockGuard implements Disposable {
  #lock: Lockable | null;
  readonly #mode: LockMode;

  /**
   * Takes charge of a lock that the caller has taken.
   *
   * @internal
   * @param lock A lock that is held.
   * @param mode How it is held.
   */
  constructor(lock: Lockable, mode: LockMode) {
    this.#lock = lock;
    this.#mode = mode;
  }

  /** Drops the lock; a second time does nothing. */
  [Symbol.dispose](): void {
    const lock = this.#lock;
    if (lock === null) return;
    this.#lock = null;
    if (this.#mode === "read") unlockRead(lock);
    else unlockWrite(lock);
  }
}
