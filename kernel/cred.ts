import { KernelError } from "./errno.ts";
import { PF_SUPERPRIV, type Task } from "./task.ts";
import type { KernelWorld } from "./world.ts";

/**
 * Capabilities by name, as bits of {@linkcode Credentials.capabilities}.
 *
 * @example
 * ```ts
 * import { boot, CAP_FULL_SET, Capability, capable, KernelError } from "@pnotify/pnotify";
 * import { assertEquals, assertThrows } from "@std/assert";
 * const { kernel } = boot();
 * const shell = kernel.fork(kernel.init);
 * kernel.dropCapabilities(shell, ["CAP_KILL"]);
 * assertEquals(shell.credentials.capabilities, CAP_FULL_SET & ~Capability.CAP_KILL);
 *
 * kernel.setgid(shell, 100);
 * kernel.setuid(shell, 1000);
 * assertEquals([capable(shell, "CAP_SETUID"), kernel.user(1000).tasks], [false, 1]);
 * assertThrows(() => kernel.setuid(shell, 0), KernelError, "EPERM");
 * kernel.setLimits(shell, { processes: 1 });
 * assertThrows(() => kernel.fork(shell), KernelError, "EAGAIN");
 * ```
 */
export const Capability: Readonly<{
  CAP_KILL: number;
  CAP_SETGID: number;
  CAP_SETUID: number;
  CAP_SYS_MODULE: number;
  CAP_SYS_PACCT: number;
  CAP_SYS_ADMIN: number;
  CAP_SYS_RESOURCE: number;
}> = /* @__PURE__ */ Object.freeze<typeof Capability>({
  CAP_KILL: 1 << 5,
  CAP_SETGID: 1 << 6,
  CAP_SETUID: 1 << 7,
  CAP_SYS_MODULE: 1 << 16,
  CAP_SYS_PACCT: 1 << 20,
  CAP_SYS_ADMIN: 1 << 21,
  CAP_SYS_RESOURCE: 1 << 24,
});

/** The name of a capability. */
export type CapabilityName = keyof typeof Capability;

/** Every capability at once: what root has at boot. */
export const CAP_FULL_SET: -1 = -1;

/** A user, with what the kernel counts for it (user_struct). */
export interface User {
  /** The user's number. */
  readonly uid: number;
  /** How many tasks the user has, zombies included: what the process limit counts. An atomic counter in C. */
  tasks: number;
}

/** The identity of a task (struct cred). It is replaced and never changed, so that tasks share it. */
export interface Credentials {
  /** The user. */
  readonly user: User;
  /** The group. */
  readonly gid: number;
  /** The capabilities, as bits. */
  readonly capabilities: number;
  /** Whether the user is assumed: a recording does not tell it, and the task has that of its parent. */
  readonly userAssumed: boolean;
  /** Whether the group is assumed. */
  readonly groupAssumed: boolean;
}

/**
 * Asks whether a task has a capability, and notes that it used a privilege when it has (ns_capable).
 *
 * @param task The task that acts.
 * @param name The capability.
 * @returns Whether it has it.
 */
export function capable(task: Task, name: CapabilityName): boolean {
  if ((task.credentials.capabilities & Capability[name]) === 0) return false;
  task.flags |= PF_SUPERPRIV;
  return true;
}

/** Refuses what is no id of a user or group. */
export function checkId(action: string, task: Task, id: number): void {
  if (Number.isInteger(id) && id >= 0 && id < 0xffff_ffff) return;
  throw new KernelError("EINVAL", {
    action,
    name: String(task),
    found: `the id is ${id}`,
    wanted: "an integer from 0 to 4294967294 is wanted",
  });
}

/** Replaces a task's user (setuid). A task that leaves uid 0 gives up every capability. */
export function setUser(kernel: KernelWorld, task: Task, uid: number): void {
  checkId("set the user of", task, uid);
  const old = task.credentials;
  if (uid === old.user.uid) return;
  if (!capable(task, "CAP_SETUID")) {
    throw new KernelError("EPERM", {
      action: "set the user of",
      name: String(task),
      found: `uid ${old.user.uid} has no CAP_SETUID`,
      wanted: "CAP_SETUID is wanted",
    });
  }
  const user = kernel.user(uid);
  old.user.tasks--;
  user.tasks++;
  const capabilities = old.user.uid === 0 ? 0 : old.capabilities;
  commitCredentials(kernel, task, { ...old, user, capabilities, userAssumed: false });
}

/** Replaces a task's group (setgid). */
export function setGroup(kernel: KernelWorld, task: Task, gid: number): void {
  checkId("set the group of", task, gid);
  const old = task.credentials;
  if (gid === old.gid) return;
  if (!capable(task, "CAP_SETGID")) {
    throw new KernelError("EPERM", {
      action: "set the group of",
      name: String(task),
      found: `uid ${old.user.uid} has no CAP_SETGID`,
      wanted: "CAP_SETGID is wanted",
    });
  }
  commitCredentials(kernel, task, { ...old, gid, groupAssumed: false });
}

function capabilityBit(task: Task, name: CapabilityName): number {
  if (Object.hasOwn(Capability, name)) return Capability[name];
  throw new KernelError("EINVAL", {
    action: "drop capabilities of",
    name: String(task),
    found: `there is no capability ${name}`,
    wanted: `one of ${Object.keys(Capability).join(", ")} is wanted`,
  });
}

/** Gives up capabilities (capset). There is no way to get one. */
export function dropCapabilities(
  kernel: KernelWorld,
  task: Task,
  names: readonly CapabilityName[],
): void {
  const old = task.credentials;
  let dropped = 0;
  for (const name of names) dropped |= capabilityBit(task, name);
  if ((old.capabilities & dropped) === 0) return;
  const capabilities = old.capabilities & ~dropped;
  commitCredentials(kernel, task, { ...old, capabilities });
}

/** Gives a task its new credentials, and notifies of the old ones (commit_creds). */
function commitCredentials(kernel: KernelWorld, task: Task, credentials: Credentials): void {
  const old = task.credentials;
  task.credentials = Object.freeze(credentials);
  if (kernel.trace !== null) {
    const { pid, uid, gid } = task;
    kernel.trace.emit({ type: "credentials", task: String(task), pid, uid, gid });
  }
  kernel.notify("credentials", task, old);
}
