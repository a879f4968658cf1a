import { lockRead, LockState, lockWrite, unlockRead, unlockWrite } from "./lock.ts";
import type { KernelWorld } from "./world.ts";

/** A reader/writer spin lock (rwlock_t). Nothing may sleep while it is held, taking a semaphore included (A53). */
export class RwLock {
  /** Its count, for the hot paths of the kernel: they reach it without a call. */
  readonly state: LockState;

  /** @internal Makes a lock that nobody holds. Its name is that of its class. */
  constructor(kernel: KernelWorld, name: string) {
    this.state = new LockState(kernel, { name, spin: true, recursiveRead: true });
  }

  /** Its name, as reports show it. */
  get name(): string {
    return this.state.lockName;
  }

  /** Takes it for reading (read_lock), as often as wanted. Throws a KernelBug when this context writes. */
  readLock(): void {
    lockRead(this.state);
  }

  /** Drops it after readLock() (read_unlock). Throws a KernelBug when it is not held for reading. */
  readUnlock(): void {
    unlockRead(this.state);
  }

  /** Takes it for writing (write_lock). Throws a KernelBug when this context holds it. */
  writeLock(): void {
    lockWrite(this.state);
  }

  /** Drops it after writeLock() (write_unlock). Throws a KernelBug when it is not held for writing. */
  writeUnlock(): void {
    unlockWrite(this.state);
  }
}
