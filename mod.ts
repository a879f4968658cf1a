/**
 * Process notification on a simulated kernel: modules hear of the life of chosen processes - fork, exec, exit, and init
 * for those already there - and hang their own data on each.
 *
 * @example
 * ```ts
 * import { boot, defineEvents, PNOTIFY_OK } from "@pnotify/pnotify";
 * import { assertEquals } from "@std/assert";
 *
 * const commands: string[] = [];
 * const watch = defineEvents({
 *   name: "watch",
 *   fork: () => PNOTIFY_OK,
 *   exec: (task) => void commands.push(task.comm),
 * });
 *
 * const { kernel, pnotify } = boot();
 * pnotify.register(watch);
 * const shell = kernel.fork(kernel.init);
 * pnotify.track(shell, watch);
 * kernel.exec(kernel.fork(shell), "/usr/bin/make");
 * assertEquals(commands, ["make"]);
 * ```
 *
 * @module
 */
export * from "./check/mod.ts";
export * from "./kernel/mod.ts";
export * from "./pnotify/mod.ts";
