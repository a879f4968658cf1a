import {
  type Lockable,
  LockGuard,
  lockRead,
  LockState,
  lockWrite,
  unlockRead,
  unlockWrite,
} from "./lock.ts";
import type { KernelWorld } from "./world.ts";

/**
 * A reader/writer semaphore (struct rw_semaphore): many readers or one writer. Its holder may sleep.
 *
 * @example
 * ```ts
 * import { boot } from "@pnotify/pnotify";
 * import { assertEquals } from "@std/assert";
 * const { kernel } = boot();
 * const sem = kernel.createSemaphore("job_table_sem");
 * sem.downWrite();
 * assertEquals(sem.isHeld("write"), true);
 * sem.upWrite();
 * ```
 */
export class RwSemaphore {
  readonly #state: Lockable;

  /**
   * Makes a semaphore of a lock's state.
   *
   * @internal
   * @param state Where its count is kept, possibly inside the structure that it guards.
   */
  constructor(state: Lockable) {
    this.#state = state;
  }

  /** Its name, as reports show it. */
  get name(): string {
    return this.#state.lockName;
  }

  /**
   * Takes it for reading (down_read).
   *
   * @throws {KernelBug} When this context holds it for writing: a self-deadlock.
   * @example
   * ```ts
   * import { boot } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const { kernel } = boot();
   * const sem = kernel.init.subscriberListSem;
   * sem.downRead();
   * assertEquals(sem.isHeld("read"), true);
   * sem.upRead();
   * ```
   */
  downRead(): void {
    lockRead(this.#state);
  }

  /**
   * Drops it after {@linkcode RwSemaphore.downRead} (up_read).
   *
   * @throws {KernelBug} When it is not held for reading.
   * @example
   * ```ts
   * import { boot, KernelBug } from "@pnotify/pnotify";
   * import { assertThrows } from "@std/assert";
   * const { kernel } = boot();
   * const sem = kernel.createSemaphore("job_table_sem");
   * sem.downRead();
   * sem.upRead();
   * assertThrows(() => sem.upRead(), KernelBug);
   * ```
   */
  upRead(): void {
    unlockRead(this.#state);
  }

  /**
   * Takes it for writing (down_write).
   *
   * @throws {KernelBug} When this context holds it already: a self-deadlock.
   */
  downWrite(): void {
    lockWrite(this.#state);
  }

  /**
   * Drops it after {@linkcode RwSemaphore.downWrite} (up_write).
   *
   * @throws {KernelBug} When it is not held for writing.
   */
  upWrite(): void {
    unlockWrite(this.#state);
  }

  /**
   * Takes it for reading until the guard is disposed of.
   *
   * @returns A guard, for `using` or for its `[Symbol.dispose]`.
   * @throws {KernelBug} As {@linkcode RwSemaphore.downRead}.
   * @example
   * ```ts
   * import { boot } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const { kernel } = boot();
   * const sem = kernel.createSemaphore("job_table_sem");
   * const guard = sem.read();
   * assertEquals([sem.isHeld("read"), sem.isHeld("write")], [true, false]);
   * guard[Symbol.dispose]();
   * ```
   */
  read(): LockGuard {
    lockRead(this.#state);
    return new LockGuard(this.#state, "read");
  }

  /**
   * Takes it for writing until the guard is disposed of.
   *
   * @returns A guard, for `using` or for its `[Symbol.dispose]`.
   * @throws {KernelBug} As {@linkcode RwSemaphore.downWrite}.
   * @example
   * ```ts
   * import { boot } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const { kernel } = boot();
   * const sem = kernel.createSemaphore("job_table_sem");
   * const guard = sem.write();
   * assertEquals(sem.isHeld("write"), true);
   * guard[Symbol.dispose]();
   * ```
   */
  write(): LockGuard {
    lockWrite(this.#state);
    return new LockGuard(this.#state, "write");
  }

  /**
   * Makes a call while it is held for reading. For those who cannot write `using`.
   *
   * @typeParam T What the call returns.
   * @param call The call.
   * @returns What the call returned.
   * @throws {KernelBug} As {@linkcode RwSemaphore.downRead}.
   * @example
   * ```ts
   * import { boot } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const { kernel } = boot();
   * const sem = kernel.createSemaphore("job_table_sem");
   * assertEquals(sem.whileRead(() => sem.isHeld("read")), true);
   * assertEquals(sem.isHeld("read"), false);
   * ```
   */
  whileRead<T>(call: () => T): T {
    lockRead(this.#state);
    try {
      return call();
    } finally {
      unlockRead(this.#state);
    }
  }

  /**
   * Makes a call while it is held for writing. For those who cannot write `using`.
   *
   * @typeParam T What the call returns.
   * @param call The call.
   * @returns What the call returned.
   * @throws {KernelBug} As {@linkcode RwSemaphore.downWrite}.
   * @example
   * ```ts
   * import { boot } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const { kernel } = boot();
   * const sem = kernel.createSemaphore("job_table_sem");
   * assertEquals(sem.whileWrite(() => sem.isHeld("write")), true);
   * assertEquals(sem.isHeld("read"), false);
   * ```
   */
  whileWrite<T>(call: () => T): T {
    lockWrite(this.#state);
    try {
      return call();
    } finally {
      unlockWrite(this.#state);
    }
  }

  /**
   * Whether anybody holds it.
   *
   * @param mode `"write"` asks for a writer; `"read"` is content with either.
   * @returns True when it is held so.
   */
  isHeld(mode: "read" | "write"): boolean {
    return mode === "write" ? this.#state.lockCount < 0 : this.#state.lockCount !== 0;
  }
}

/** Makes a semaphore that stands by itself; semaphores of one name are one class to the lock checker. */
export function createSemaphore(kernel: KernelWorld, name: string): RwSemaphore {
  const lockClass = { name, spin: false, recursiveRead: false };
  return new RwSemaphore(new LockState(kernel, lockClass));
}
