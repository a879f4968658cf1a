import { defineSymbol, type KernelSymbol } from "../../kernel/symbol.ts";
import type { TaskArgument } from "../call.ts";

/** One of the three keyrings of a task. */
export type SpecialKeyring = "thread" | "process" | "session";

/** A keyring: one of a task's own three, or the serial number of any. */
export type KeyringArgument = SpecialKeyring | number;

/** A key as others may see it. */
export interface KeyRow {
  /** Its number. */
  readonly serial: number;
  /** What kind it is. */
  readonly type: "user" | "keyring";
  /** What it is called. */
  readonly description: string;
  /** Its owner. */
  readonly uid: number;
  /** How many links and tasks have it. */
  readonly usage: number;
  /** Whether it may not be used any more. */
  readonly revoked: boolean;
  /** The serial numbers of the keys in a keyring. */
  readonly links: readonly number[];
}

/** A key with what is in it. */
export interface KeyTree extends KeyRow {
  /** The keys in a keyring, oldest link first. */
  readonly keys: readonly KeyTree[];
}

/** A task's three keyrings. */
export interface TaskKeyrings {
  /** Its own: no child and no other thread has it, and exec drops it. */
  readonly thread: KeyTree | null;
  /** That of its threads: no child has it, and exec drops it. */
  readonly process: KeyTree | null;
  /** That of its session: children have it, and exec keeps it. */
  readonly session: KeyTree | null;
}

/**
 * What the keyring module offers. Every call takes one object of plain values; `task` is the task that calls, whose
 * keyrings are meant.
 *
 * Locking: all calls take the task's list, for it guards what hangs on the task, then `keyring_sem`, which guards the
 * keys and their links.
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
  /**
   * Makes a key and links it into a keyring (add_key). A key of that type and name that is there already gets the new
   * payload.
   *
   * @param options The task, the key, and the keyring; its session keyring by default.
   * @returns The serial number of the key.
   * @throws {KernelError} EINVAL for a bad option, ENOKEY for a keyring that there is not, EKEYREVOKED for one that is
   * revoked, EDQUOT when the user has too many keys.
   */
  add(options: {
    readonly task: TaskArgument;
    readonly description: string;
    readonly payload?: string;
    readonly type?: "user" | "keyring";
    readonly keyring?: KeyringArgument;
  }): number;
  /**
   * Looks for a key in the thread keyring, then the process keyring, then the session keyring, and in those linked into
   * them (request_key).
   *
   * @param options The task, the name, and a keyring that the key is to be linked into as well.
   * @returns The serial number of the key.
   * @throws {KernelError} ENOKEY when there is none, EKEYREVOKED when it is revoked.
   */
  request(options: {
    readonly task: TaskArgument;
    readonly description: string;
    readonly type?: "user" | "keyring";
    readonly keyring?: KeyringArgument;
  }): number;
  /**
   * The serial number of one of a task's keyrings (keyctl_get_keyring_ID).
   *
   * @param options The task, which keyring, and whether it is made when there is none.
   * @returns The serial number.
   * @throws {KernelError} ENOKEY when there is none, EINVAL for none of the three, EDQUOT.
   */
  getKeyring(options: {
    readonly task: TaskArgument;
    readonly keyring: SpecialKeyring;
    readonly create?: boolean;
  }): number;
  /**
   * Links a key into a keyring (keyctl_link).
   *
   * @param options The task, the key, and the keyring.
   * @throws {KernelError} ENOKEY for what there is not, EINVAL when it is no keyring, EDEADLK when the keyring would be in
   * itself, EKEYREVOKED.
   */
  link(options: {
    readonly task: TaskArgument;
    readonly key: KeyringArgument;
    readonly keyring: KeyringArgument;
  }): void;
  /**
   * Takes a key out of a keyring (keyctl_unlink). A key that nobody has any more is gone.
   *
   * @param options The task, the key, and the keyring.
   * @throws {KernelError} ENOKEY for what there is not, ENOENT when it is not in that keyring, EINVAL, EKEYREVOKED.
   */
  unlink(options: {
    readonly task: TaskArgument;
    readonly key: KeyringArgument;
    readonly keyring: KeyringArgument;
  }): void;
  /**
   * Gives the process a session keyring (keyctl_join_session_keyring): a fresh one, or the one of that name that the
   * user has, made when there is none.
   *
   * @param options The task, and the name.
   * @returns The serial number of the keyring.
   * @throws {KernelError} EDQUOT.
   */
  joinSession(options: { readonly task: TaskArgument; readonly name?: string }): number;
  /**
   * Makes a key useless, wherever it is linked (keyctl_revoke).
   *
   * @param options The task, which must own it or have CAP_SYS_ADMIN, and the key.
   * @throws {KernelError} ENOKEY, EACCES when it belongs to another user, EKEYREVOKED when it is revoked already.
   */
  revoke(options: { readonly task: TaskArgument; readonly key: KeyringArgument }): void;
  /**
   * Reads the payload of a key that the task can reach (keyctl_read).
   *
   * @param options The task, and the key.
   * @returns The payload.
   * @throws {KernelError} ENOKEY when there is none, EACCES when the task can neither reach nor owns it, EKEYREVOKED.
   */
  read(options: { readonly task: TaskArgument; readonly key: number }): string;
  /**
   * A task's keyrings with what is in them.
   *
   * @param options The task.
   * @returns The keyrings.
   */
  keyringsOf(options: { readonly pid: TaskArgument }): TaskKeyrings;
  /**
   * The same, drawn.
   *
   * @param options The task.
   * @returns Lines of text.
   */
  treeText(options: { readonly pid: TaskArgument }): string;
  /**
   * All keys there are, in order of their numbers (/proc/keys).
   *
   * @returns The keys.
   */
  list(): KeyRow[];
}

/** The symbol under which {@linkcode Keyrings} is offered. */
export const KEYRING: KernelSymbol<Keyrings> = defineSymbol<Keyrings>("keyring", {
  gplOnly: true,
  cNames: ["add_key", "request_key", "keyctl"],
});
