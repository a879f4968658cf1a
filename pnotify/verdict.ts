/** A fork or init hook is content: the module is subscribed to the task (A5). */
export const PNOTIFY_OK = 0 as const;
/** A fork or init hook is content, and does not want the module subscribed to the task (A5). */
export const PNOTIFY_NOSUB = 1 as const;
/** A fork or init hook refuses: the caller of fork or register gets EPERM (A5, A40). */
export const PNOTIFY_ERROR: -1 = -1;
/**
 * The longest name of an events structure, in characters (A5).
 *
 * @example
 * ```ts
 * import { defineEvents, KernelError, PNOTIFY_NAMELN, PNOTIFY_OK } from "@pnotify/pnotify";
 * import { assertThrows } from "@std/assert";
 * const name = "x".repeat(PNOTIFY_NAMELN + 1);
 * assertThrows(() => defineEvents({ name, fork: () => PNOTIFY_OK }), KernelError, "EINVAL");
 * ```
 */
export const PNOTIFY_NAMELN = 32;

/**
 * What a fork or init hook answers. To refuse with an errno other than EPERM it throws a {@linkcode KernelError}.
 */
export type Verdict = typeof PNOTIFY_OK | typeof PNOTIFY_NOSUB | typeof PNOTIFY_ERROR;
