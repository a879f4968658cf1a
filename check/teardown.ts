import { KernelError } from "../kernel/errno.ts";
import type { World } from "../pnotify/boot.ts";
import { checkInvariants } from "./invariants.ts";

/**
 * Ends a world as its users would. It unloads every module, dependents first, unregisters every structure, and shuts
 * the kernel down. Returns what is broken then, a line each.
 */
export function tearDown(world: World): string[] {
  const { kernel, pnotify } = world;
  const broken: string[] = [];
  for (const module of kernel.modules.lsmod().reverse()) {
    tolerate(broken, () => kernel.modules.rmmod(module.name));
  }
  for (const events of pnotify.registeredEvents()) {
    tolerate(broken, () => pnotify.unregister(events));
  }
  broken.push(...checkInvariants(kernel, pnotify).map((line) => `after unload, ${line}`));
  kernel.shutdown();
  return broken;
}

function tolerate(broken: string[], call: () => void): void {
  try {
    call();
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    broken.push(`unload failed: ${error.message}`);
  }
}

/** An exception in one line. */
export function oneLine(error: unknown): string {
  return String(error).split("\n")[0];
}
