import { KernelBug } from "./report.ts";
import type { KernelWorld } from "./world.ts";

/** How a lock is held: shared with other readers, or alone. */
export type LockMode = "read" | "write";

/** The kind of a lock. The lock order is a rule between classes, and not between single locks. */
export interface LockClass {
  /** The name of the class, such as `task.subscriberListSem`. */
  readonly name: string;
  /** Whether it is a spin lock: nothing may sleep while one is held. */
  readonly spin: boolean;
  /** Whether a reader may take it for reading again. True for spin locks: their waiting writers do not stop readers. */
  readonly recursiveRead: boolean;
}

/**
 * The state of a reader/writer lock. A structure may embed it, as a task embeds that of its subscriber list.
 *
 * @example A lock is a preemption point
 * ```ts
 * import { boot, type Context, type Preemption, WouldWait } from "@pnotify/pnotify";
 * import { assertEquals, assertThrows } from "@std/assert";
 * const { kernel } = boot();
 * const context: Context = kernel.context;
 * const seen: string[] = [];
 * const preemption: Preemption = {
 *   nested: false,
 *   reached: (site) => void seen.push(`${context.name} ${site}`),
 *   blocked: (lock) => void seen.push(lock),
 * };
 * kernel.preemption = preemption;
 * kernel.getTask(1)!.put();
 * if (!kernel.isBusy(kernel.init)) kernel.preempt("walk");
 * assertThrows(() => kernel.wouldWait("page_sem"), WouldWait);
 * assertEquals(seen, ["cpu0 lock", "cpu0 unlock", "cpu0 walk", "page_sem"]);
 * ```
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

/** What locks call in a lock checker: {@linkcode Lockdep}. */
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
 * A call runs to completion, so it never waits for a lock. A lock is a counter and an assertion. Taking a lock that is
 * not free throws a KernelBug. In a nested operation of the explorer it throws WouldWait: there a real CPU would wait.
 *
 * The four functions below are small, so that V8 inlines them. Rare cases are in functions of their own.
 */

/** Takes a lock for reading (down_read, read_lock). */
export function lockRead(lock: Lockable): void {
  if (lock.lockCount < 0 || lock.kernel.checkedBy > 0) take(lock, "read");
  else lock.lockCount++;
}

/** Drops a lock held for reading (up_read, read_unlock). */
export function unlockRead(lock: Lockable): void {
  if (lock.lockCount <= 0 || lock.kernel.checkedBy > 0) drop(lock, "read");
  else lock.lockCount--;
}

/** Takes a lock for writing (down_write, write_lock). */
export function lockWrite(lock: Lockable): void {
  if (lock.lockCount !== 0 || lock.kernel.checkedBy > 0) take(lock, "write");
  else lock.lockCount = -1;
}

/** Drops a lock held for writing (up_write, write_unlock). */
export function unlockWrite(lock: Lockable): void {
  if (lock.lockCount >= 0 || lock.kernel.checkedBy > 0) drop(lock, "write");
  else lock.lockCount = 0;
}

/** Reports a caller that does not hold the lock it needs (lockdep_assert_held). Hot paths test `checkedBy` first. */
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
 * The state of a lock that is no part of another structure: the count in `struct rw_semaphore` or `rwlock_t`.
 *
 * @example
 * ```ts
 * import { boot, type LockGuard, type LockState, type RwLock } from "@pnotify/pnotify";
 * import { assertEquals } from "@std/assert";
 * const { kernel } = boot();
 * const lock: RwLock = kernel.tasklistLock;
 * const state: LockState = lock.state;
 * lock.readLock();
 * assertEquals([state.lockName, state.lockCount], ["tasklistLock", 1]);
 * lock.readUnlock();
 * lock.writeLock();
 * assertEquals(state.lockCount, -1);
 * lock.writeUnlock();
 * const guard: LockGuard = kernel.createSemaphore("job.sem").write();
 * guard[Symbol.dispose]();
 * ```
 */
export class LockState implements Lockable {
  /** The world it belongs to. */
  declare readonly kernel: KernelWorld;
  /** Its class. */
  declare readonly lockClass: LockClass;
  /** 0, -1 or the number of readers. */
  lockCount = 0;

  /** @internal Makes a lock that nobody holds. */
  constructor(kernel: KernelWorld, lockClass: LockClass) {
    this.kernel = kernel;
    this.lockClass = lockClass;
  }

  /** Its name: that of its class. */
  get lockName(): string {
    return this.lockClass.name;
  }
}

/** Holds a lock until it is disposed of, like `guard()` of cleanup.h. */
export class LockGuard implements Disposable {
  #lock: Lockable | null;
  readonly #mode: LockMode;

  /** @internal Takes charge of a lock that the caller has taken. */
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
