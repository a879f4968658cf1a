import { Kernel, type KernelOptions } from "../kernel/kernel.ts";
import { Pnotify } from "./pnotify.ts";

/** A kernel with its notification service. */
export interface World {
  /** The kernel. */
  readonly kernel: Kernel;
  /** Its notification service. */
  readonly pnotify: Pnotify;
}

/**
 * Boots a kernel with pnotify in it.
 * @param options How to boot.
 * @returns The kernel and its notification service.
 * @throws {KernelError} EINVAL for a bad option.
 */
export function boot(options: KernelOptions = {}): World {
  const kernel = new Kernel(options);
  return { kernel, pnotify: new Pnotify(kernel) };
}
