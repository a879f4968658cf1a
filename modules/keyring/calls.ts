import { capable } from "../../kernel/cred.ts";
import type { Task } from "../../kernel/task.ts";
import type { PnotifyEvents } from "../../pnotify/events.ts";
import type { Pnotify } from "../../pnotify/pnotify.ts";
import { refuse } from "../call.ts";
import type { Key, TaskKeys } from "./key.ts";
import type { KeyringArgument, Keyrings, SpecialKeyring } from "./keyrings.ts";
import type { KeyStore } from "./store.ts";

/** The lock mistake of the 2005 patch that the module makes. */
export type Mistake = "none" | "link" | "install";

/** The state of the module in one kernel. */
export interface KeyringCore {
  readonly pnotify: Pnotify;
  readonly events: PnotifyEvents<TaskKeys>;
  readonly store: KeyStore;
  readonly mistake: Mistake;
}

const SPECIAL: readonly unknown[] = Object.freeze(["thread", "process", "session"]);

/** The keyrings of a task. Needs its list. */
export function keysOf(core: KeyringCore, task: Task, action: string): TaskKeys {
  const keys = core.pnotify.getSubscriber(task, core.events)?.data ?? null;
  if (keys !== null) return keys;
  throw refuse("ENOKEY", action, task, "it has no keyrings", "a task that lives is wanted");
}

/** Changes a task's keyrings. Holds its list and the store for writing. */
export function withKeys<T>(
  core: KeyringCore,
  task: Task,
  action: string,
  change: (keys: TaskKeys) => T,
): T {
  return task.subscriberListSem.whileWrite(() => {
    const keys = keysOf(core, task, action);
    return core.store.lock.whileWrite(() => change(keys));
  });
}

function specialOf(keys: TaskKeys, name: SpecialKeyring): Key | null {
  return name === "thread" ? keys.thread : keys.shared[name];
}

/** Makes one of the three keyrings of a task. Needs the task's list and the store for writing. */
function install(core: KeyringCore, task: Task, keys: TaskKeys, name: SpecialKeyring): Key {
  const description = { thread: "_tid", process: "_pid", session: "_ses" }[name];
  const keyring = newKeyring(core, task, description);
  if (name === "thread") keys.thread = keyring;
  else keys.shared[name] = keyring;
  return keyring;
}

function newKeyring(core: KeyringCore, task: Task, description: string): Key {
  const { store } = core;
  return store.get(store.create({ type: "keyring", description, uid: task.uid, payload: "" }));
}

/** Finds a keyring, and makes one of the three that is missing. */
function keyringFor(
  core: KeyringCore,
  task: Task,
  keys: TaskKeys,
  argument: KeyringArgument,
  action: string,
): Key {
  const keyring = typeof argument === "number"
    ? core.store.find(argument, action)
    : findSpecial(keys, argument, action) ?? install(core, task, keys, argument);
  if (keyring.revoked) throw refuse("EKEYREVOKED", action, keyring.serial, "it is revoked");
  if (keyring.type === "keyring") return keyring;
  throw refuse("EINVAL", action, keyring.serial, "it is no keyring", "a keyring is wanted");
}

function findSpecial(keys: TaskKeys, name: SpecialKeyring, action: string): Key | null {
  if (SPECIAL.includes(name)) return specialOf(keys, name);
  const wanted = "thread, process, session or a number is wanted";
  throw refuse("EINVAL", action, name, "there is no such keyring", wanted);
}

/** Finds a key by its number, or one of the task's three keyrings. It makes none. */
function keyFor(core: KeyringCore, keys: TaskKeys, argument: KeyringArgument, action: string): Key {
  if (typeof argument === "number") return core.store.find(argument, action);
  const key = findSpecial(keys, argument, action);
  if (key !== null) return core.store.find(key.serial, action);
  throw refuse(
    "ENOKEY",
    action,
    argument,
    "there is none yet",
    "a keyring that is there is wanted",
  );
}

/** Makes a key (add_key). */
export function addKey(
  core: KeyringCore,
  task: Task,
  options: Parameters<Keyrings["add"]>[0],
): number {
  const { description, payload = "", type = "user", keyring = "session" } = options;
  const action = "add key";
  if (typeof description !== "string" || description === "") {
    throw refuse("EINVAL", action, description, "it has no name", "a name is wanted");
  }
  if (typeof payload !== "string" || (type !== "user" && type !== "keyring")) {
    const found = `type ${type} with a payload of type ${typeof payload}`;
    throw refuse("EINVAL", action, description, found, "user or keyring, and text, are wanted");
  }
  return withKeys(core, task, action, (keys) => {
    // Make a missing keyring last, so that none is left if the key cannot be made.
    const exists = typeof keyring === "number" || findSpecial(keys, keyring, action) !== null;
    const target = exists ? keyringFor(core, task, keys, keyring, action) : null;
    const isNamesake = (key: Key) => key.type === type && key.description === description;
    const oldKey = target?.links.find(isNamesake) ?? null;
    if (oldKey !== null && !oldKey.revoked && type === "user") {
      oldKey.payload = payload;
      return oldKey.serial;
    }
    const key = core.store.create({ type, description, uid: task.uid, payload });
    core.store.link(target ?? installFor(core, task, keys, keyring as SpecialKeyring, key), key);
    // The new key replaces an old key of the same name.
    if (oldKey !== null) core.store.unlink(target!, oldKey);
    return key.serial;
  });
}

function installFor(
  core: KeyringCore,
  task: Task,
  keys: TaskKeys,
  name: SpecialKeyring,
  key: Key,
): Key {
  try {
    return install(core, task, keys, name);
  } catch (error) {
    core.store.discard(key);
    throw error;
  }
}

/** Looks for a key (request_key). */
export function requestKey(
  core: KeyringCore,
  task: Task,
  options: Parameters<Keyrings["request"]>[0],
): number {
  const { description, type = "user", keyring } = options;
  const action = "request key";
  const serial = withKeys(core, task, action, (keys) => {
    const key = core.store.search(keys, type, description);
    if (key === null) {
      throw refuse("ENOKEY", action, description, `none of the keyrings of ${task} has it`);
    }
    return core.store.find(key.serial, action).serial;
  });
  if (keyring !== undefined) linkRequested(core, task, serial, keyring);
  return serial;
}

/** Links a requested key into a keyring of the task (request_key_link). */
function linkRequested(
  core: KeyringCore,
  task: Task,
  serial: number,
  keyring: KeyringArgument,
): void {
  if (core.mistake !== "link") {
    return linkKey(core, task, { key: serial, keyring });
  }
  // The mistake of the 2005 patch: its last line takes the lock again where it should drop it.
  const action = "link key";
  const list = task.subscriberListSem;
  list.downWrite();
  const keys = keysOf(core, task, action);
  core.store.lock.whileWrite(() => {
    const target = keyringFor(core, task, keys, keyring, action);
    core.store.link(target, core.store.find(serial, action));
  });
  list.downWrite();
}

/** The serial number of one of the three keyrings (keyctl_get_keyring_ID). */
export function getKeyring(
  core: KeyringCore,
  task: Task,
  options: Parameters<Keyrings["getKeyring"]>[0],
): number {
  const { keyring, create = false } = options;
  const action = "get keyring";
  return withKeys(core, task, action, (keys) => {
    const existing = findSpecial(keys, keyring, action);
    if (existing !== null) return core.store.find(existing.serial, action).serial;
    if (!create) throw refuse("ENOKEY", action, keyring, `${task} has none`);
    if (core.mistake !== "install") return install(core, task, keys, keyring).serial;
    // The mistake of the 2005 patch: its callers already hold the lock that it takes.
    return withKeys(core, task, action, () => install(core, task, keys, keyring).serial);
  });
}

/** The key and the keyring of a link. */
type LinkOptions = Omit<Parameters<Keyrings["link"]>[0], "task">;

/** Links a key (keyctl_link). */
export function linkKey(core: KeyringCore, task: Task, options: LinkOptions): void {
  const action = "link key";
  withKeys(core, task, action, (keys) => {
    const key = keyFor(core, keys, options.key, action);
    core.store.link(keyringFor(core, task, keys, options.keyring, action), key);
  });
}

/** Unlinks a key (keyctl_unlink). */
export function unlinkKey(core: KeyringCore, task: Task, options: LinkOptions): void {
  const action = "unlink key";
  withKeys(core, task, action, (keys) => {
    const key = keyFor(core, keys, options.key, action);
    const keyring = keyFor(core, keys, options.keyring, action);
    core.store.unlink(keyring, key);
  });
}

/** Changes the session keyring of all threads of a process (keyctl_join_session_keyring). */
export function joinSession(core: KeyringCore, task: Task, name: string | undefined): number {
  return withKeys(core, task, "join the session keyring", ({ shared }) => {
    const namesake = name === undefined ? null : core.store.findKeyring(task.uid, name);
    const session = namesake === null
      ? newKeyring(core, task, name ?? "_ses")
      : core.store.get(namesake);
    if (shared.session !== null) core.store.put(shared.session);
    shared.session = session;
    return session.serial;
  });
}

/** Revokes a key (keyctl_revoke). */
export function revokeKey(core: KeyringCore, task: Task, argument: KeyringArgument): void {
  const action = "revoke key";
  withKeys(core, task, action, (keys) => {
    const key = keyFor(core, keys, argument, action);
    if (key.uid !== task.uid && !capable(task, "CAP_SYS_ADMIN")) {
      const found = `it belongs to uid ${key.uid}, ${task} is of uid ${task.uid}`;
      throw refuse("EACCES", action, key.serial, found, "its owner or CAP_SYS_ADMIN is wanted");
    }
    key.revoked = true;
    key.payload = "";
    for (const link of key.links.splice(0)) core.store.put(link);
  });
}

/** Reads a key (keyctl_read). */
export function readKey(core: KeyringCore, task: Task, serial: number): string {
  const action = "read key";
  return withKeys(core, task, action, (keys) => {
    const key = core.store.find(serial, action);
    const { thread, shared } = keys;
    const keyrings = [thread, shared.process, shared.session];
    const reaches = keyrings.some((keyring) => keyring?.reaches(key));
    if (reaches || key.uid === task.uid) return key.payload;
    throw refuse("EACCES", action, serial, `no keyring of ${task} has it`);
  });
}
