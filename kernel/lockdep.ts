import type { Context, Frame, HeldLock } from "./context.ts";
import type { Lockable, LockChecker, LockMode } from "./lock.ts";
import { formatTaken, type Place } from "./report.ts";
import type { KernelWorld } from "./world.ts";

/** One sighting of a lock class taken while another was held. */
interface Edge {
  readonly from: string;
  readonly to: string;
  /** Where `from` had been taken, and where `to` was taken under it. */
  readonly outer: Place;
  readonly inner: Place;
}

/**
 * The lock checker. It learns the order in which lock classes are taken: one sighting of A then B and one of B then A
 * prove a deadlock that need never have happened.
 *
 * Origin: our own, after lockdep.
 *
 * @example
 * ```ts
 * import { boot } from "@pnotify/pnotify";
 * import { assertEquals } from "@std/assert";
 * const { kernel } = boot();
 * const table = kernel.createSemaphore("table");
 * const entry = kernel.createSemaphore("entry");
 * for (const [outer, inner] of [[table, entry], [entry, table]]) {
 *   outer.downWrite();
 *   inner.downWrite();
 *   inner.upWrite();
 *   outer.upWrite();
 * }
 * assertEquals(kernel.reports.map(({ kind }) => kind), ["lock-inversion"]);
 * ```
 */
export class Lockdep implements LockChecker {
  readonly #kernel: KernelWorld;
  /** Edges by the class that was held. A world has a handful of classes. */
  readonly #order = new Map<string, Map<string, Edge>>();

  /**
   * Makes a checker that has seen no lock yet.
   *
   * @param kernel The world that it checks.
   */
  constructor(kernel: KernelWorld) {
    this.#kernel = kernel;
  }

  /**
   * Called before a lock is taken. Throws where going on is impossible.
   *
   * @internal
   * @param lock The lock.
   * @param mode How it is to be taken.
   * @throws {KernelBug} When this context holds it, and so would wait for itself.
   * @example
   * ```ts
   * import { boot, KernelBug } from "@pnotify/pnotify";
   * import { assertEquals, assertThrows } from "@std/assert";
   * const { kernel } = boot();
   * const sem = kernel.createSemaphore("table");
   * sem.downWrite();
   * assertThrows(() => sem.downWrite(), KernelBug);
   * assertEquals(kernel.reports.map(({ kind }) => kind), ["self-deadlock"]);
   * ```
   */
  willTake(lock: Lockable, mode: LockMode): void {
    const context = this.#kernel.context;
    for (const held of context.held) {
      if (held.lock === lock) this.#alreadyHeld(lock, mode, held);
    }
    this.#checkOther(lock, mode);
    if (!lock.lockClass.spin) this.mightSleep(`taking ${lock.lockName}`);
    for (const held of context.held) {
      if (held.lock !== lock) this.#learn(held, lock, mode);
    }
  }

  /**
   * Called when a lock has been taken.
   *
   * @internal
   * @param lock The lock.
   * @param mode How it was taken.
   * @example
   * ```ts
   * import { boot } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const { kernel } = boot();
   * const sem = kernel.createSemaphore("table");
   * sem.downRead();
   * assertEquals(kernel.context.held.map(({ lock, mode }) => [lock.lockName, mode]), [["table", "read"]]);
   * ```
   */
  took(lock: Lockable, mode: LockMode): void {
    this.#kernel.context.held.push({ lock, mode, taken: this.#kernel.place() });
  }

  /**
   * Called before a lock is dropped. Throws when this context does not hold it so.
   *
   * @internal
   * @param lock The lock.
   * @param mode How it is held.
   * @throws {KernelBug} When this context does not hold it so.
   * @example
   * ```ts
   * import { boot, KernelBug } from "@pnotify/pnotify";
   * import { assertThrows } from "@std/assert";
   * const { kernel } = boot();
   * const sem = kernel.createSemaphore("table");
   * sem.downRead();
   * assertThrows(() => sem.upWrite(), KernelBug, "Cannot release table for write");
   * ```
   */
  willDrop(lock: Lockable, mode: LockMode): void {
    const { held, frames } = this.#kernel.context;
    for (let i = held.length - 1; i >= 0; i--) {
      if (held[i].lock !== lock || held[i].mode !== mode) continue;
      const frame = frames.at(-1);
      if (frame !== undefined && i < frame.heldAtEntry) this.#notItsOwn(frame, held[i]);
      held.splice(i, 1);
      return;
    }
    const other = this.#findHeld(lock);
    const found = other === null
      ? "it is not held"
      : `it is held for ${other.mode} since ${formatTaken(other.taken)}`;
    this.#kernel.bug("lock-not-held", `Cannot release ${lock.lockName} for ${mode}: ${found}`, {
      lock: lock.lockName,
      taken: other?.taken,
    });
  }

  /** A hook that drops what its caller took leaves the caller's walk without its lock. */
  #notItsOwn(frame: Frame, held: HeldLock): void {
    this.#kernel.report(
      "lock-not-held",
      `${frame.what} released ${held.lock.lockName}, which its caller holds`,
      {
        lock: held.lock.lockName,
        taken: held.taken,
        lines: [`taken for ${held.mode} ${formatTaken(held.taken)}`],
      },
    );
  }

  /**
   * Reports a call that needs a lock and was made without it.
   *
   * @internal
   * @param lock The lock.
   * @param mode How it has to be held; who holds it for writing may read as well.
   * @param call The call, for the report.
   * @example
   * ```ts
   * import { boot } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const { kernel } = boot();
   * kernel.lockdep?.needs(kernel.tasklistLock.state, "read", "countTasks()");
   * assertEquals(kernel.reports.map(({ kind }) => kind), ["lock-needed"]);
   * ```
   */
  needs(lock: Lockable, mode: LockMode, call: string): void {
    for (const held of this.#kernel.context.held) {
      if (held.lock === lock && (mode === "read" || held.mode === "write")) return;
    }
    this.#kernel.report("lock-needed", `${call} needs ${lock.lockName} held for ${mode}`, {
      lock: lock.lockName,
      taken: this.#findHeld(lock)?.taken,
      lines: this.#heldLines(this.#kernel.context),
    });
  }

  /**
   * Reports a call that may sleep, made while a spin lock is held.
   *
   * @param call The call, for the report.
   * @example
   * ```ts
   * import { boot } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const { kernel } = boot();
   * kernel.tasklistLock.readLock();
   * kernel.lockdep?.mightSleep("readFile()");
   * kernel.tasklistLock.readUnlock();
   * assertEquals(kernel.reports.map(({ kind }) => kind), ["sleep-in-atomic"]);
   * ```
   */
  mightSleep(call: string): void {
    for (const held of this.#kernel.context.held) {
      if (!held.lock.lockClass.spin) continue;
      this.#kernel.report(
        "sleep-in-atomic",
        `${call} may sleep while ${held.lock.lockName} is held`,
        {
          lock: held.lock.lockName,
          taken: held.taken,
          lines: [`taken ${formatTaken(held.taken)}`],
        },
      );
      return;
    }
  }

  /**
   * Reports and drops what a call or hook took and did not drop.
   *
   * @internal
   * @param what The call or hook.
   * @param heldAtEntry How many locks were held when it began.
   * @example
   * ```ts
   * import { boot } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const { kernel } = boot();
   * const sem = kernel.createSemaphore("table");
   * sem.downWrite();
   * kernel.lockdep?.checkReturned("attach()", 0);
   * assertEquals([kernel.reports[0].kind, sem.isHeld("write")], ["lock-leaked", false]);
   * ```
   */
  checkReturned(what: string, heldAtEntry: number): void {
    const held = this.#kernel.context.held;
    while (held.length > heldAtEntry) {
      const leaked = held[held.length - 1];
      this.#kernel.report("lock-leaked", `${what} returned with ${leaked.lock.lockName} held`, {
        lock: leaked.lock.lockName,
        taken: leaked.taken,
        lines: [`taken for ${leaked.mode} ${formatTaken(leaked.taken)}`],
      });
      held.pop();
      leaked.lock.lockCount = leaked.mode === "write" ? 0 : leaked.lock.lockCount - 1;
    }
  }

  #alreadyHeld(lock: Lockable, mode: LockMode, held: HeldLock): void {
    if (mode === "read" && held.mode === "read") {
      if (lock.lockClass.recursiveRead) return;
      this.#kernel.report(
        "lock-recursion",
        `${lock.lockName} is taken for read twice: a writer waiting in between would stop both`,
        { lock: lock.lockName, taken: held.taken, lines: [`first ${formatTaken(held.taken)}`] },
      );
      return;
    }
    this.#kernel.bug(
      "self-deadlock",
      `Cannot take ${lock.lockName} for ${mode}: this context holds it for ${held.mode}`,
      { lock: lock.lockName, taken: held.taken, lines: [`taken ${formatTaken(held.taken)}`] },
    );
  }

  /** A lock held by another context: that one would be waited for. */
  #checkOther(lock: Lockable, mode: LockMode): void {
    const free = mode === "read" ? lock.lockCount >= 0 : lock.lockCount === 0;
    if (free || this.#heldHere(lock)) return;
    if (this.#kernel.preemption?.nested) this.#kernel.wouldWait(lock.lockName);
    const other = this.#findHeld(lock);
    const since = other === null ? "" : ` since ${formatTaken(other.taken)}`;
    this.#kernel.bug(
      "self-deadlock",
      `Cannot take ${lock.lockName} for ${mode}: another context holds it${since}`,
      { lock: lock.lockName, taken: other?.taken },
    );
  }

  #heldHere(lock: Lockable): boolean {
    return this.#kernel.context.held.some((held) => held.lock === lock);
  }

  #findHeld(lock: Lockable): HeldLock | null {
    for (const context of this.#kernel.contexts) {
      for (const held of context.held) if (held.lock === lock) return held;
    }
    return null;
  }

  #learn(held: HeldLock, lock: Lockable, mode: LockMode): void {
    const from = held.lock.lockClass.name;
    const to = lock.lockClass.name;
    if (from === to) return this.#sameClass(held, lock, mode);
    let edges = this.#order.get(from);
    if (edges === undefined) this.#order.set(from, edges = new Map());
    if (edges.has(to)) return;
    const edge = { from, to, outer: held.taken, inner: this.#kernel.place() };
    const back = this.#path(to, from);
    edges.set(to, edge);
    if (back !== null) this.#inversion(held, lock, mode, back);
  }

  /** Two locks of one class have no order of their own: two CPUs may take them the other way round. */
  #sameClass(held: HeldLock, lock: Lockable, mode: LockMode): void {
    this.#kernel.report(
      "lock-inversion",
      `${lock.lockName} is taken for ${mode} while ${held.lock.lockName} of the same class is held`,
      {
        lock: lock.lockName,
        held: held.lock.lockName,
        taken: held.taken,
        lines: [
          `already holds ${held.lock.lockName} (${held.mode}) since ${formatTaken(held.taken)}`,
          ...twoCpus(held.lock.lockName, lock.lockName),
        ],
      },
    );
  }

  /** The chain of sightings from one class to another, or null. */
  #path(from: string, to: string, seen: Set<string> = new Set()): Edge[] | null {
    seen.add(from);
    for (const edge of this.#order.get(from)?.values() ?? []) {
      if (edge.to === to) return [edge];
      if (seen.has(edge.to)) continue;
      const rest = this.#path(edge.to, to, seen);
      if (rest !== null) return [edge, ...rest];
    }
    return null;
  }

  #inversion(held: HeldLock, lock: Lockable, mode: LockMode, back: Edge[]): void {
    const chain = [back[0].from, ...back.map((edge) => edge.to)].join(" -> ");
    this.#kernel.report("lock-inversion", `possible circular locking of ${lock.lockName}`, {
      lock: lock.lockName,
      held: held.lock.lockName,
      taken: held.taken,
      lines: [
        `wants ${lock.lockName} (${mode}) ${formatTaken(this.#kernel.place())}`,
        `but already holds ${held.lock.lockName} (${held.mode}) since ${formatTaken(held.taken)}`,
        ...twoCpus(held.lock.lockName, lock.lockName),
        ...back.map((edge) =>
          `order seen before: ${edge.from} (${formatTaken(edge.outer)}) -> ${edge.to} (${
            formatTaken(edge.inner)
          })`
        ),
        `chain: ${chain} -> ${back[0].from}`,
      ],
    });
  }

  #heldLines(context: Context): string[] {
    if (context.held.length === 0) return [`${context.name} holds nothing`];
    return context.held.map((held) =>
      `${context.name} holds ${held.lock.lockName} (${held.mode}) since ${formatTaken(held.taken)}`
    );
  }
}

/** The story of a deadlock on two CPUs, one column each. */
function twoCpus(first: string, second: string): string[] {
  const width = Math.max(first.length, second.length) + 10;
  return [
    `${"cpu0".padEnd(width)}cpu1`,
    `${"----".padEnd(width)}----`,
    `lock(${first})`,
    `${" ".repeat(width)}lock(${second})`,
    `lock(${second})`,
    `${" ".repeat(width)}lock(${first})`,
    `${" ".repeat(width)}*** DEADLOCK ***`,
  ];
}
