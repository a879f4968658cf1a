/**
 * Keyrings: secrets that tasks have and children inherit, the first user that pnotify had beside job containers. Each
 * thread may have a keyring of its own, each process one that its threads share, and each session one that children
 * inherit.
 *
 * | keyring | fork | thread | exec | exit |
 * |---|---|---|---|---|
 * | thread | no | no | dropped | dropped |
 * | process | no | shared | dropped | dropped with the last thread |
 * | session | shared | shared | kept | dropped with the last process |
 *
 * Here that table is one `taskData` with `inherit` and `destroy`, and an exec hook. With the parameter `mistake` the module
 * makes one of the two lock mistakes of the 2005 patch, for the lock checker to catch: `link` takes a lock where it should
 * drop it, `install` takes one that is held.
 *
 * Locking: the list of the task, then `keyring_sem`.
 *
 * @example
 * ```ts
 * import { boot } from "@pnotify/pnotify";
 * import { KEYRING, keyring } from "@pnotify/pnotify/modules/keyring";
 * import { assertEquals } from "@std/assert";
 * const { kernel } = boot();
 * kernel.modules.insmod(keyring);
 * const keys = kernel.symbols.get(KEYRING);
 *
 * const shell = kernel.fork(kernel.init);
 * keys.add({ task: shell, description: "ticket", payload: "secret" });
 * const child = kernel.fork(shell);
 * kernel.exec(child, "/usr/bin/mount");
 * const key = keys.request({ task: child, description: "ticket" });
 * assertEquals(keys.read({ task: child, key }), "secret");
 * ```
 *
 * @module
 */
export type { TaskArgument } from "../call.ts";
export * from "./keyrings.ts";
export { keyring, type KeyringParameters } from "./module.ts";
