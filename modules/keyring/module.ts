import { defineModule, type KernelModule } from "../../kernel/module.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import type { KernelSymbol } from "../../kernel/symbol.ts";
import { PF_THREAD, type Task } from "../../kernel/task.ts";
import { defineEvents, type PnotifyEvents } from "../../pnotify/events.ts";
import { PNOTIFY, type Pnotify } from "../../pnotify/pnotify.ts";
import { PNOTIFY_OK } from "../../pnotify/verdict.ts";
import { callAs, checkOptions, type TaskArgument, withTask } from "../call.ts";
import {
  addKey,
  getKeyring,
  joinSession,
  type KeyringCore,
  keysOf,
  linkKey,
  type Mistake,
  readKey,
  requestKey,
  revokeKey,
  unlinkKey,
} from "./calls.ts";
import type { ProcessKeys, TaskKeys } from "./key.ts";
import { KEYRING, type Keyrings, type TaskKeyrings } from "./keyrings.ts";
import { KeyStore } from "./store.ts";
import { drawKeyrings, keyringsOf, rowOf } from "./view.ts";

/** The parameters of {@linkcode keyring}. */
export type KeyringParameters = {
  /** The most keys of one user, keyrings included. */
  readonly quota: {
    readonly type: "number";
    readonly default: 200;
    readonly min: 1;
    readonly description: string;
  };
  /** The lock mistake of the 2005 patch that the module makes. */
  readonly mistake: {
    readonly type: "string";
    readonly default: "none";
    readonly choices: readonly ["none", "link", "install"];
    readonly description: string;
  };
};

/**
 * The keyring module. It gives each task three keyrings:
 *
 * | keyring | fork | thread | exec | exit |
 * |---|---|---|---|---|
 * | thread | no | no | dropped | dropped |
 * | process | no | shared | dropped | dropped with the last thread |
 * | session | shared | shared | kept | dropped with the last process |
 *
 * One `taskData` with `inherit` and `destroy`, and an exec hook, do all of that table. The parameter `mistake` repeats
 * one of the two lock mistakes of the 2005 patch, for the lock checker to find. `link` takes a lock again where it
 * should drop it. `install` takes a lock that is held.
 *
 * @example
 * ```ts
 * import { boot } from "@pnotify/pnotify";
 * import { KEYRING, keyring } from "@pnotify/pnotify/modules/keyring";
 * import { assertEquals } from "@std/assert";
 * const { kernel } = boot();
 * kernel.modules.insmod(keyring);
 * const keys = kernel.symbols.get(KEYRING);
 * const shell = kernel.fork(kernel.init);
 * keys.add({ task: shell, description: "ticket", payload: "secret" });
 * const child = kernel.fork(shell);
 * kernel.exec(child, "/usr/bin/mount");
 * const key = keys.request({ task: child, description: "ticket" });
 * assertEquals(keys.read({ task: child, key }), "secret");
 * ```
 */
export const keyring: KernelModule<
  KeyringParameters,
  { readonly pnotify: KernelSymbol<Pnotify> },
  object
> = defineModule({
  name: "keyring",
  license: "GPL",
  description: "Thread, process and session keyrings",
  uses: { pnotify: PNOTIFY },
  exports: [KEYRING],
  params: {
    quota: {
      type: "number",
      default: 200,
      min: 1,
      description: "how many keys a user may have, keyrings included",
    },
    mistake: {
      type: "string",
      default: "none",
      choices: ["none", "link", "install"],
      description: "make one of the two lock mistakes of the 2005 patch",
    },
  } as KeyringParameters,

  load({ kernel, name, params, pnotify, exportSymbol }) {
    const store = new KeyStore(kernel, params.quota);
    const events = keyringEvents(name, store);
    pnotify.register(events);
    const mistake = params.mistake as Mistake;
    exportSymbol(KEYRING, keyringCalls(kernel, { pnotify, events, store, mistake }));
    return events;
  },

  unload({ pnotify }, events) {
    pnotify.unregister(events as PnotifyEvents<TaskKeys>);
  },
});

/** The keyrings of a process, and how many of its threads live. */
interface SharedKeys extends ProcessKeys {
  threads: number;
}

function keyringEvents(name: string, store: KeyStore): PnotifyEvents<TaskKeys> {
  /** By leader. So threads that are older than the module share keyrings, as if they had inherited them. */
  const byLeader = new WeakMap<Task, SharedKeys>();
  return defineEvents<TaskKeys>({
    name,
    module: name,
    taskData: {
      create({ groupLeader }) {
        const shared = byLeader.get(groupLeader) ?? { process: null, session: null, threads: 0 };
        byLeader.set(groupLeader, shared);
        shared.threads++;
        return { thread: null, shared };
      },
      inherit: (parent, child) => ({ thread: null, shared: inheritShared(store, parent, child) }),
      destroy: (keys) => dropKeys(store, keys),
    },
    // Every task can have keys, even if it is older than the module.
    init: () => PNOTIFY_OK,
    fork: () => PNOTIFY_OK,
    exec(_task, { data }) {
      store.lock.whileWrite(() => {
        // The new program must not find the secrets of the old program. The session keyring stays.
        if (data.thread !== null) store.put(data.thread);
        if (data.shared.process !== null) store.put(data.shared.process);
        data.thread = data.shared.process = null;
      });
    },
  });
}

/** A thread shares the keyrings of its process. A process inherits the session keyring only. */
function inheritShared(store: KeyStore, parent: TaskKeys, child: Task): SharedKeys {
  if (child.flags & PF_THREAD) {
    const shared = parent.shared as SharedKeys;
    shared.threads++;
    return shared;
  }
  return { ...store.lock.whileWrite(() => store.inheritShared(parent.shared)), threads: 1 };
}

function dropKeys(store: KeyStore, keys: TaskKeys): void {
  const shared = keys.shared as SharedKeys;
  store.lock.whileWrite(() => {
    if (keys.thread !== null) store.put(keys.thread);
    if (--shared.threads === 0) store.dropShared(shared);
  });
}

type Options = { readonly task: TaskArgument };

/** The calls. Each checks its options, and holds a reference to its task. */
function keyringCalls(kernel: Kernel, core: KeyringCore): Keyrings {
  const { store } = core;
  const asTask = <O extends Options, T>(
    syscall: string,
    options: O,
    call: (task: Task, options: O) => T,
  ): T => {
    const action = `use the keyrings of`;
    checkOptions(action, options);
    return callAs(kernel, syscall, options.task, action, (task) => call(task, options));
  };
  const view = (options: { readonly pid: TaskArgument }) => {
    const action = "look at the keyrings of";
    checkOptions(action, options);
    return withTask(kernel, options.pid, action, (task) => viewOf(core, task, action));
  };
  return Object.freeze<Keyrings>({
    add: (options) => asTask("add_key", options, (task) => addKey(core, task, options)),
    request: (options) => asTask("request_key", options, (task) => requestKey(core, task, options)),
    getKeyring: (options) => asTask("keyctl", options, (task) => getKeyring(core, task, options)),
    link: (options) => asTask("keyctl", options, (task) => linkKey(core, task, options)),
    unlink: (options) => asTask("keyctl", options, (task) => unlinkKey(core, task, options)),
    joinSession: (options) =>
      asTask("keyctl", options, (task) => joinSession(core, task, options.name)),
    revoke: (options) => asTask("keyctl", options, (task) => revokeKey(core, task, options.key)),
    read: (options) => asTask("keyctl", options, (task) => readKey(core, task, options.key)),
    keyringsOf: view,
    treeText: (options) => drawKeyrings(view(options)),
    list: () => store.lock.whileRead(() => store.listKeys().map(rowOf)),
  });
}

function viewOf(core: KeyringCore, task: Task, action: string): TaskKeyrings {
  return task.subscriberListSem.whileRead(() => {
    const keys = keysOf(core, task, action);
    return core.store.lock.whileRead(() => keyringsOf(keys));
  });
}
