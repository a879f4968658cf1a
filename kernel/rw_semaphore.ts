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
 * const sem = boot().kernel.createSemaphore("job_table_sem");
 * sem.downRead();
 * sem.upRead();
 * sem.downWrite();
 * assertEquals([sem.name, sem.isHeld("write")], ["job_table_sem", true]);
 * sem.upWrite();
 * sem.read()[Symbol.dispose]();
 * sem.write()[Symbol.dispose]();
 * assertEquals(sem.whileRead(() => [sem.isHeld("read"), sem.isHeld("write")]), [true, false]);
 * assertEquals(sem.whileWrite(() => sem.isHeld("write")), true);
 * ```
 */
export class RwSemaphore {
  readonly #state: Lockable;

  /** @internal Makes a semaphore of a lock's state, which may lie inside the structure that it guards. */
  constructor(state: Lockable) {
    this.#state = state;
  }

  /** Its name, as reports show it. */
  get name(): string {
    return this.#state.lockName;
  }

  /** Takes it for reading (down_read). Throws a KernelBug when this context holds it for writing. */
  downRead(): void {
    lockRead(this.#state);
  }

  /** Drops it after downRead() (up_read). Throws a KernelBug when it is not held for reading. */
  upRead(): void {
    unlockRead(this.#state);
  }

  /** Takes it for writing (down_write). Throws a KernelBug when this context holds it. */
  downWrite(): void {
    lockWrite(this.#state);
  }

  /** Drops it after downWrite() (up_write). Throws a KernelBug when it is not held for writing. */
  upWrite(): void {
    unlockWrite(this.#state);
  }

  /**
   * Takes it for reading until the guard is disposed of.
   *
   * @returns A guard, for `using` or for its `[Symbol.dispose]`.
   */
  read(): LockGuard {
    lockRead(this.#state);
    return new LockGuard(this.#state, "read");
  }

  /**
   * Takes it for writing until the guard is disposed of.
   *
   * @returns A guard, for `using` or for its `[Symbol.dispose]`.
   */
  write(): LockGuard {
    lockWrite(this.#state);
    return new LockGuard(this.#state, "write");
  }

  /**
   * Makes a call while it is held for reading, where `using` cannot be written.
   *
   * @param call The call.
   * @returns What the call returned.
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
   * Makes a call while it is held for writing, where `using` cannot be written.
   *
   * @param call The call.
   * @returns What the call returned.
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
   * @param mode `"write"` asks for a writer, `"read"` for a reader or a writer.
   * @returns True when it is held so.
   */
  isHeld(mode: "read" | "write"): boolean {
    return mode === "write" ? this.#state.lockCount < 0 : this.#state.lockCount !== 0;
  }
}

/** Makes a semaphore with a state of its own. To the lock checker, semaphores of one name are one class. */
export function createSemaphore(kernel: KernelWorld, name: string): RwSemaphore {
  const lockClass = { name, spin: false, recursiveRead: false };
  return new RwSemaphore(new LockState(kernel, lockClass));
}
