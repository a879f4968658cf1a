import type { Context, Frame, HeldLock } from "./context.ts";
import type { Lockable, LockChecker, LockMode } from "./lock.ts";
import { formatTaken, type Place } from "./report.ts";
import type { KernelWorld } from "./world.ts";

/** A lock class was taken while another one was held. */
interface Edge {
  readonly from: string;
  readonly to: string;
  /** Where `from` had been taken, and where `to` was taken under it. */
  readonly fromTaken: Place;
  readonly toTaken: Place;
}

/**
 * The lock checker, modelled on lockdep of Linux. It learns the order in which lock classes are taken. When one call
 * takes A before B and another takes B before A, it reports a possible deadlock. No deadlock needs to happen for that.
 *
 * @example
 * ```ts
 * import { boot } from "@pnotify/pnotify";
 * import { assertEquals } from "@std/assert";
 * const { kernel } = boot();
 * const [table, entry] = [kernel.createSemaphore("table"), kernel.createSemaphore("entry")];
 * for (const [first, second] of [[table, entry], [entry, table]]) {
 *   first.whileWrite(() => second.whileWrite(() => {}));
 * }
 * kernel.findTask(1);
 * kernel.tasklistLock.readLock();
 * kernel.lockdep?.mightSleep("readFile()");
 * kernel.tasklistLock.readUnlock();
 * assertEquals(kernel.reports.map(({ kind }) => kind), ["lock-inversion", "lock-needed", "sleep-in-atomic"]);
 * ```
 */
export class Lockdep implements LockChecker {
  readonly #kernel: KernelWorld;
  /** The classes that were taken while each class was held. */
  readonly #order = new Map<string, Map<string, Edge>>();

  /**
   * Makes a checker that has seen no lock yet.
   *
   * @param kernel The world that it checks.
   */
  constructor(kernel: KernelWorld) {
    this.#kernel = kernel;
  }

  /** @internal Called before a lock is taken. Throws a KernelBug when this context would wait for itself. */
  willTake(lock: Lockable, mode: LockMode): void {
    const context = this.#kernel.context;
    for (const held of context.held) {
      if (held.lock === lock) this.#alreadyHeld(lock, mode, held);
    }
    this.#checkOtherContexts(lock, mode);
    if (!lock.lockClass.spin) this.mightSleep(`taking ${lock.lockName}`);
    for (const held of context.held) {
      if (held.lock !== lock) this.#learn(held, lock, mode);
    }
  }

  /** @internal Called when a lock has been taken. */
  took(lock: Lockable, mode: LockMode): void {
    this.#kernel.context.held.push({ lock, mode, taken: this.#kernel.place() });
  }

  /** @internal Called before a lock is dropped. Throws a KernelBug when this context does not hold it in this mode. */
  willDrop(lock: Lockable, mode: LockMode): void {
    const { held, frames } = this.#kernel.context;
    for (let i = held.length - 1; i >= 0; i--) {
      if (held[i].lock !== lock || held[i].mode !== mode) continue;
      const frame = frames.at(-1);
      if (frame !== undefined && i < frame.heldAtEntry) this.#notItsOwn(frame, held[i]);
      held.splice(i, 1);
      return;
    }
    const actual = this.#findHeld(lock);
    const state = actual === null
      ? "it is not held"
      : `it is held for ${actual.mode} since ${formatTaken(actual.taken)}`;
    this.#kernel.bug("lock-not-held", `Cannot release ${lock.lockName} for ${mode}: ${state}`, {
      lock: lock.lockName,
      taken: actual?.taken,
    });
  }

  /** Reports a hook that drops a lock of its caller. The caller then runs without the lock. */
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

  /** @internal Reports a call made without a lock that it needs. A lock held for writing serves for reading, too. */
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

  /** @internal Reports and drops the locks that a call or hook took and did not drop. */
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

  /** Refuses a lock that another context holds: this context would have to wait for it. */
  #checkOtherContexts(lock: Lockable, mode: LockMode): void {
    const free = mode === "read" ? lock.lockCount >= 0 : lock.lockCount === 0;
    if (free || this.#heldHere(lock)) return;
    if (this.#kernel.preemption?.nested) this.#kernel.wouldWait(lock.lockName);
    const held = this.#findHeld(lock);
    const since = held === null ? "" : ` since ${formatTaken(held.taken)}`;
    this.#kernel.bug(
      "self-deadlock",
      `Cannot take ${lock.lockName} for ${mode}: another context holds it${since}`,
      { lock: lock.lockName, taken: held?.taken },
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
    const edge = { from, to, fromTaken: held.taken, toTaken: this.#kernel.place() };
    const wayBack = this.#path(to, from);
    edges.set(to, edge);
    if (wayBack !== null) this.#inversion(held, lock, mode, wayBack);
  }

  /** Two locks of one class have no order, and two CPUs may take them in opposite order. */
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

  /** The chain of edges from one class to another, or null. */
  #path(from: string, to: string, seen: Set<string> = new Set()): Edge[] | null {
    seen.add(from);
    for (const edge of this.#order.get(from)?.values() ?? []) {
      if (edge.to === to) return [edge];
      if (seen.has(edge.to)) continue;
      const path = this.#path(edge.to, to, seen);
      if (path !== null) return [edge, ...path];
    }
    return null;
  }

  #inversion(held: HeldLock, lock: Lockable, mode: LockMode, wayBack: Edge[]): void {
    const chain = [wayBack[0].from, ...wayBack.map((edge) => edge.to)].join(" -> ");
    this.#kernel.report("lock-inversion", `possible circular locking of ${lock.lockName}`, {
      lock: lock.lockName,
      held: held.lock.lockName,
      taken: held.taken,
      lines: [
        `wants ${lock.lockName} (${mode}) ${formatTaken(this.#kernel.place())}`,
        `but already holds ${held.lock.lockName} (${held.mode}) since ${formatTaken(held.taken)}`,
        ...twoCpus(held.lock.lockName, lock.lockName),
        ...wayBack.map((edge) =>
          `order seen before: ${edge.from} (${formatTaken(edge.fromTaken)}) -> ${edge.to} (${
            formatTaken(edge.toTaken)
          })`
        ),
        `chain: ${chain} -> ${wayBack[0].from}`,
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

/** How two CPUs would deadlock, one column each. */
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
