import type { Kernel } from "../../kernel/kernel.ts";
import type { RwSemaphore } from "../../kernel/rw_semaphore.ts";
import { refuse } from "../call.ts";
import { Key, type ProcessKeys, type TaskKeys } from "./key.ts";

/** All keys of a kernel. Its lock guards them, and is taken after a task's list. */
export class KeyStore {
  /** The lock. */
  readonly lock: RwSemaphore;
  readonly #kernel: Kernel;
  readonly #keys = new Map<number, Key>();
  readonly #perUser = new Map<number, number>();
  readonly #quota: number;
  #nextSerial = 1;

  constructor(kernel: Kernel, quota: number) {
    this.#kernel = kernel;
    this.#quota = quota;
    this.lock = kernel.createSemaphore("keyring_sem");
  }

  /** Makes a key without users. */
  create(from: ConstructorParameters<typeof Key>[1]): Key {
    const count = this.#perUser.get(from.uid) ?? 0;
    if (count >= this.#quota) {
      const found = `uid ${from.uid} has ${count} keys`;
      const wanted = `fewer than ${this.#quota} are wanted`;
      throw refuse("EDQUOT", "make key", from.description, found, wanted);
    }
    if (this.#kernel.faults !== null && this.#kernel.mayFail("key")) {
      throw refuse("ENOMEM", "make key", from.description, "there is no memory");
    }
    const key = new Key(this.#nextSerial++, from);
    this.#keys.set(key.serial, key);
    this.#perUser.set(from.uid, count + 1);
    return key;
  }

  /** Takes a reference to a key. */
  get(key: Key): Key {
    key.usage++;
    return key;
  }

  /** Drops a reference. The last one removes the key, and drops the references of its links. */
  put(key: Key): void {
    if (--key.usage > 0) return;
    this.#keys.delete(key.serial);
    this.#perUser.set(key.uid, this.#perUser.get(key.uid)! - 1);
    for (const link of key.links.splice(0)) this.put(link);
  }

  /** Drops a new key without references. */
  discard(key: Key): void {
    this.put(this.get(key));
  }

  /** Finds a key that is not revoked. */
  find(serial: number, action: string): Key {
    const key = this.#keys.get(serial);
    if (key === undefined) {
      throw refuse("ENOKEY", action, serial, "there is no such key", "the number of one is wanted");
    }
    if (key.revoked) throw refuse("EKEYREVOKED", action, serial, "it is revoked");
    return key;
  }

  /** Finds a keyring of a user by its name, or returns null. */
  findKeyring(uid: number, description: string): Key | null {
    for (const key of this.#keys.values()) {
      const matches = key.type === "keyring" && key.uid === uid && key.description === description;
      if (matches && !key.revoked) return key;
    }
    return null;
  }

  /** All keys in the order of their serial numbers. */
  listKeys(): Key[] {
    return [...this.#keys.values()];
  }

  /** Links a key into a keyring. */
  link(keyring: Key, key: Key): void {
    if (key.type === "keyring" && key.reaches(keyring)) {
      const found = `keyring ${keyring.serial} is in it`;
      throw refuse("EDEADLK", "link key", key.serial, found, "no keyring inside itself is wanted");
    }
    if (!keyring.links.includes(key)) keyring.links.push(this.get(key));
  }

  /** Takes a key out of a keyring. */
  unlink(keyring: Key, key: Key): void {
    const index = keyring.links.indexOf(key);
    if (index < 0) {
      const found = `it is not in keyring ${keyring.serial}`;
      throw refuse("ENOENT", "unlink key", key.serial, found, "a key in that keyring is wanted");
    }
    keyring.links.splice(index, 1);
    this.put(key);
  }

  /** Searches the keyrings of a task: thread, process, session. */
  search(keys: TaskKeys, type: string, description: string): Key | null {
    const { thread, shared } = keys;
    for (const keyring of [thread, shared.process, shared.session]) {
      const key = keyring === null ? null : searchIn(keyring, type, description, new Set());
      if (key !== null) return key;
    }
    return null;
  }

  /** The keyrings of a child: it inherits the session keyring only. */
  inheritShared(parent: ProcessKeys): ProcessKeys {
    const session = parent.session === null ? null : this.get(parent.session);
    return { process: null, session };
  }

  /** Drops the keyrings of a process after its last thread ended. */
  dropShared(shared: ProcessKeys): void {
    if (shared.process !== null) this.put(shared.process);
    if (shared.session !== null) this.put(shared.session);
    shared.process = shared.session = null;
  }
}

/** Searches a keyring, and then the keyrings linked into it. It skips revoked keyrings. */
function searchIn(
  keyring: Key,
  type: string,
  description: string,
  seen: Set<Key>,
): Key | null {
  if (keyring.revoked || seen.has(keyring)) return null;
  seen.add(keyring);
  const direct = keyring.links.find((key) => key.type === type && key.description === description);
  if (direct !== undefined) return direct;
  for (const link of keyring.links) {
    const key = link.type === "keyring" ? searchIn(link, type, description, seen) : null;
    if (key !== null) return key;
  }
  return null;
}
