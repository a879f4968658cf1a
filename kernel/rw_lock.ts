import { lockRead, LockState, lockWrite, unlockRead, unlockWrite } from "./lock.ts";
import type { KernelWorld } from "./world.ts";

/**
 * A reader/writer spin lock (rwlock_t). Nothing may sleep while it is held, taking a semaphore included (A53).
 *
 * @example
 * ```ts
 * import { boot } from "@pnotify/pnotify";
 * import { assertEquals } from "@std/assert";
 * const { kernel } = boot();
 * kernel.tasklistLock.readLock();
 * const init = kernel.findTask(1);
 * kernel.tasklistLock.readUnlock();
 * assertEquals(init?.comm, "init");
 * ```
 */
export class RwLock {
  /** Its count, which the hot paths of the kernel reach without a call in between. */
  readonly state: LockState;

  /**
   * Makes a lock that nobody holds.
   *
   * @internal
   * @param kernel The world it belongs to.
   * @param name The name of its class.
   */
  constructor(kernel: KernelWorld, name: string) {
    this.state = new LockState(kernel, { name, spin: true, recursiveRead: true });
  }

  /** Its name, as reports show it. */
  get name(): string {
    return this.state.lockName;
  }

  /**
   * Takes it for reading (read_lock). A reader may take it again.
   *
   * @throws {KernelBug} When this context holds it for writing: a self-deadlock.
   */
  readLock(): void {
    lockRead(this.state);
  }

  /**
   * Drops it after {@linkcode RwLock.readLock} (read_unlock).
   *
   * @throws {KernelBug} When it is not held for reading.
   */
  readUnlock(): void {
    unlockRead(this.state);
  }

  /**
   * Takes it for writing (write_lock).
   *
   * @throws {KernelBug} When this context holds it already: a self-deadlock.
   * @example
   * ```ts
   * import { boot, KernelBug } from "@pnotify/pnotify";
   * import { assertThrows } from "@std/assert";
   * const { kernel } = boot();
   * kernel.tasklistLock.writeLock();
   * assertThrows(() => kernel.tasklistLock.writeLock(), KernelBug);
   * kernel.tasklistLock.writeUnlock();
   * ```
   */
  writeLock(): void {
    lockWrite(this.state);
  }

  /**
   * Drops it after {@linkcode RwLock.writeLock} (write_unlock).
   *
   * @throws {KernelBug} When it is not held for writing.
   * @example
   * ```ts
   * import { boot, KernelBug } from "@pnotify/pnotify";
   * import { assertThrows } from "@std/assert";
   * const { kernel } = boot();
   * kernel.tasklistLock.writeLock();
   * kernel.tasklistLock.writeUnlock();
   * assertThrows(() => kernel.tasklistLock.writeUnlock(), KernelBug);
   * ```
   */
  writeUnlock(): void {
    unlockWrite(this.state);
  }
}
