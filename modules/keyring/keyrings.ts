import { defineSymbol, type KernelSymbol } from "../../kernel/symbol.ts";
import type { TaskArgument } from "../call.ts";

/** One of the three keyrings of a task. */
export type SpecialKeyring = "thread" | "process" | "session";

/** A keyring: one of the task's three, or the serial number of any keyring. */
export type KeyringArgument = SpecialKeyring | number;

/** A key without its secret. */
export interface KeyRow {
  /** The serial number. */
  readonly serial: number;
  /** The type. */
  readonly type: "user" | "keyring";
  /** The name. */
  readonly description: string;
  /** The owner. */
  readonly uid: number;
  /** The number of links and tasks that have it. */
  readonly usage: number;
  /** Whether it is useless. */
  readonly revoked: boolean;
  /** The serial numbers of the keys in a keyring. */
  readonly links: readonly number[];
}

/** A key with its contents. */
export interface KeyTree extends KeyRow {
  /** The keys in a keyring, oldest link first. */
  readonly keys: readonly KeyTree[];
}

/** A task's three keyrings. */
export interface TaskKeyrings {
  /** The thread's own. Children do not inherit it, and exec drops it. */
  readonly thread: KeyTree | null;
  /** The keyring that all threads share. Children do not inherit it, and exec drops it. */
  readonly process: KeyTree | null;
  /** The keyring of the session. Children inherit it, and exec keeps it. */
  readonly session: KeyTree | null;
}

/**
 * The calls of the keyring module. Each takes one object of plain values. `task` is the task that calls, and its
 * keyrings are meant. ENOKEY: there is no such key or keyring. EINVAL: an option is bad, or a key is no keyring.
 * EKEYREVOKED: a key is revoked. EDQUOT: the user has too many keys.
 *
 * Locking: a task's list, which guards its keyrings, then `keyring_sem`, which guards the keys and their links.
 *
 * @example
 * ```ts
 * import { boot, KernelError } from "@pnotify/pnotify";
 * import { KEYRING, keyring, type Keyrings } from "@pnotify/pnotify/modules/keyring";
 * import { assertEquals, assertThrows } from "@std/assert";
 * const { kernel } = boot();
 * kernel.modules.insmod(keyring);
 * const keys: Keyrings = kernel.symbols.get(KEYRING);
 * const task = kernel.fork(kernel.init);
 * keys.joinSession({ task, name: "login" });
 * const key = keys.add({ task, description: "ticket", payload: "secret" });
 * const own = keys.getKeyring({ task, keyring: "thread", create: true });
 * keys.link({ task, key, keyring: own });
 * keys.unlink({ task, key, keyring: "session" });
 * assertEquals(keys.request({ task, description: "ticket" }), key);
 * assertEquals(keys.read({ task, key }), "secret");
 * assertEquals(keys.keyringsOf({ pid: task }).thread?.keys.length, 1);
 * assertEquals(keys.treeText({ pid: task }).split("\n")[1], "`- key 2 ticket, uid 0");
 * assertEquals(keys.list().map(({ description }) => description), ["login", "ticket", "_tid"]);
 * keys.revoke({ task, key });
 * assertThrows(() => keys.read({ task, key }), KernelError, "EKEYREVOKED");
 * ```
 */
export interface Keyrings {
  /** Makes a key, or gives an old one a new payload, and links it (add_key). EINVAL, ENOKEY, EKEYREVOKED, EDQUOT. */
  add(options: {
    readonly task: TaskArgument;
    readonly description: string;
    readonly payload?: string;
    readonly type?: "user" | "keyring";
    readonly keyring?: KeyringArgument;
  }): number;
  /** Searches the task's keyrings in order, and may link the key into `keyring` (request_key). ENOKEY, EKEYREVOKED. */
  request(options: {
    readonly task: TaskArgument;
    readonly description: string;
    readonly type?: "user" | "keyring";
    readonly keyring?: KeyringArgument;
  }): number;
  /** The serial number of a task's keyring, which `create` may make (keyctl_get_keyring_ID). ENOKEY, EINVAL, EDQUOT. */
  getKeyring(options: {
    readonly task: TaskArgument;
    readonly keyring: SpecialKeyring;
    readonly create?: boolean;
  }): number;
  /** Links a key into a keyring (keyctl_link). ENOKEY, EINVAL, EKEYREVOKED, EDEADLK for a keyring inside itself. */
  link(options: {
    readonly task: TaskArgument;
    readonly key: KeyringArgument;
    readonly keyring: KeyringArgument;
  }): void;
  /** Takes a key out of a keyring (keyctl_unlink). ENOKEY, EINVAL, EKEYREVOKED, ENOENT when it is not in there. */
  unlink(options: {
    readonly task: TaskArgument;
    readonly key: KeyringArgument;
    readonly keyring: KeyringArgument;
  }): void;
  /** Gives the process a new session keyring, or the user's of that name (keyctl_join_session_keyring). EDQUOT. */
  joinSession(options: { readonly task: TaskArgument; readonly name?: string }): number;
  /** Makes a key useless (keyctl_revoke). ENOKEY, EKEYREVOKED, EACCES for another user's without CAP_SYS_ADMIN. */
  revoke(options: { readonly task: TaskArgument; readonly key: KeyringArgument }): void;
  /** Reads a key's payload (keyctl_read). ENOKEY, EKEYREVOKED, EACCES unless the task reaches it or owns it. */
  read(options: { readonly task: TaskArgument; readonly key: number }): string;
  /** A task's keyrings with their contents. */
  keyringsOf(options: { readonly pid: TaskArgument }): TaskKeyrings;
  /** A task's keyrings as a drawing. */
  treeText(options: { readonly pid: TaskArgument }): string;
  /** All keys in the order of their serial numbers (/proc/keys). */
  list(): KeyRow[];
}

/** The symbol of {@linkcode Keyrings}. */
export const KEYRING: KernelSymbol<Keyrings> = defineSymbol<Keyrings>("keyring", {
  gplOnly: true,
  cNames: ["add_key", "request_key", "keyctl"],
});
