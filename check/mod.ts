/**
 * What looks for mistakes in modules: every order of a few operations, every fault in turn, and the rules that hold in any
 * world.
 *
 * @example
 * ```ts
 * import { boot } from "@pnotify/pnotify";
 * import { checkInvariants } from "@pnotify/pnotify/check";
 * import { assertEquals } from "@std/assert";
 * const { kernel, pnotify } = boot();
 * kernel.exit(kernel.fork(kernel.init));
 * assertEquals(checkInvariants(kernel, pnotify), []);
 * ```
 *
 * @module
 */
export * from "./explore.ts";
export * from "./invariants.ts";
export * from "./sweep.ts";
