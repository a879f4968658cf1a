import { assertEquals } from "@std/assert";
import type { Kernel } from "../../kernel/kernel.ts";
import type { Task } from "../../kernel/task.ts";
import { KEYRING, keyring, type Keyrings } from "../../modules/keyring/mod.ts";
import { boot } from "../../pnotify/boot.ts";
import type { Pnotify } from "../../pnotify/pnotify.ts";

/** A kernel with the keyring module in it. */
export interface KeyringWorld {
  readonly kernel: Kernel;
  readonly pnotify: Pnotify;
  readonly keys: Keyrings;
  /** A task of root's, below init. */
  readonly shell: Task;
}

export function bootKeyrings(params: { quota?: number; mistake?: string } = {}): KeyringWorld {
  const { kernel, pnotify } = boot();
  kernel.modules.insmod(keyring, { params });
  const keys = kernel.symbols.find(KEYRING.name)!.value as Keyrings;
  return { kernel, pnotify, keys, shell: kernel.fork(kernel.init) };
}

/** Unloads the module and asserts that no key and no subscription is left, and that nothing was reported. */
export function assertKeysClean({ kernel, pnotify, keys }: KeyringWorld): void {
  kernel.modules.rmmod("keyring");
  assertEquals(keys.list(), []);
  assertEquals(kernel.shutdown().map((report) => report.text), []);
  for (const { balance } of pnotify.balances()) {
    assertEquals([balance.balanced, balance.current], [true, 0]);
  }
}
