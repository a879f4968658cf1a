import { KernelError } from "./errno.ts";

/** What a task used. Callers charge each figure. A figure that was not charged is missing: it is unknown, and not zero. */
export interface Resources {
  /** Time in user mode, in nanoseconds. */
  userTime?: number;
  /** Time in the kernel, in nanoseconds. */
  systemTime?: number;
  /** High-water mark of resident memory, in bytes. */
  residentPeak?: number;
  /** High-water mark of virtual memory, in bytes. */
  virtualPeak?: number;
  /** Page faults served without reading. */
  minorFaults?: number;
  /** Page faults that had to read. */
  majorFaults?: number;
  /** Bytes read by system calls. */
  bytesRead?: number;
  /** Bytes written by system calls. */
  bytesWritten?: number;
  /** Read system calls, failed ones included. */
  readCalls?: number;
  /** Write system calls, failed ones included. */
  writeCalls?: number;
  /** Blocks of 512 bytes read from a device, as `ru_inblock` of getrusage(2) counts them. */
  blocksRead?: number;
  /** Blocks of 512 bytes written to a device, as `ru_oublock` counts them. */
  blocksWritten?: number;
  /** Time waited for block input and output, in nanoseconds. */
  blockWait?: number;
  /** Time waited for a CPU while it could have run, in nanoseconds. */
  runDelay?: number;
}

/** Figures of which the highest counts. All others add up. */
const PEAKS: readonly (keyof Resources)[] = /* @__PURE__ */ Object.freeze([
  "residentPeak",
  "virtualPeak",
]);

/**
 * The names of all figures, in a fixed order.
 *
 * @example
 * ```ts
 * import { boot, type Clock, Random, RESOURCE_NAMES, TICK_NS } from "@pnotify/pnotify";
 * import { assert, assertEquals } from "@std/assert";
 * const { kernel } = boot();
 * const clock: Clock = kernel.clock;
 * clock.advance(TICK_NS);
 * const random = new Random(7);
 * assert(random.next() < 2 ** 32);
 * for (const name of RESOURCE_NAMES) kernel.charge(kernel.init, { [name]: random.below(clock.now) });
 * assertEquals(Object.keys(kernel.init.resources ?? {}), [...RESOURCE_NAMES]);
 * ```
 */
export const RESOURCE_NAMES: readonly (keyof Resources)[] = /* @__PURE__ */ Object.freeze([
  "userTime",
  "systemTime",
  "residentPeak",
  "virtualPeak",
  "minorFaults",
  "majorFaults",
  "bytesRead",
  "bytesWritten",
  "readCalls",
  "writeCalls",
  "blocksRead",
  "blocksWritten",
  "blockWait",
  "runDelay",
]);

function checkCharge(charge: Resources, owner: object): void {
  for (const name in charge) {
    const amount = charge[name as keyof Resources];
    if (!RESOURCE_NAMES.includes(name as keyof Resources)) {
      throw new KernelError("EINVAL", {
        action: "charge",
        name: String(owner),
        found: `there is no resource "${name}"`,
        wanted: `one of ${RESOURCE_NAMES.join(", ")} is wanted`,
      });
    }
    if (amount !== undefined && !(amount >= 0 && amount < Infinity)) {
      throw new KernelError("EINVAL", {
        action: "charge",
        name: String(owner),
        found: `${name} is ${amount}`,
        wanted: "a number that is not negative is wanted",
      });
    }
  }
}

/** Adds to what a task used. Nothing is charged when any figure is wrong. */
export function addResources(used: Resources, charge: Resources, owner: object): Resources {
  checkCharge(charge, owner);
  for (const name of RESOURCE_NAMES) {
    const amount = charge[name];
    if (amount === undefined) continue;
    const old = used[name] ?? 0;
    used[name] = PEAKS.includes(name) ? Math.max(old, amount) : old + amount;
  }
  return used;
}
