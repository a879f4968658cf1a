import { type ErrnoName, errnoName } from "../kernel/errno.ts";

/** A hook with a verdict agrees, and the task stays subscribed (A5). */
export const PNOTIFY_OK = 0 as const;
/** A fork or init hook agrees, and the task is not subscribed (A5). To canFork and canExec it is a plain yes. */
export const PNOTIFY_NOSUB = 1 as const;
/** A hook refuses. The caller of fork, exec or register gets EPERM (A5, A40). */
export const PNOTIFY_ERROR: -1 = -1;
/** What no verdict reads as. No errno is that high (MAX_ERRNO is 4095). */
export const NO_VERDICT = -4096;
/** The longest name of an events structure, in characters (A5). */
export const PNOTIFY_NAMELN = 32;

/** What a hook with a verdict returns. It throws a {@linkcode KernelError} to refuse with an errno other than EPERM. */
export type Verdict = typeof PNOTIFY_OK | typeof PNOTIFY_NOSUB | typeof PNOTIFY_ERROR;

/** A verdict as a trace names it. */
export type VerdictName = "PNOTIFY_OK" | "PNOTIFY_NOSUB" | "PNOTIFY_ERROR" | ErrnoName;

/** The errno that a verdict below 0 stands for: EPERM for PNOTIFY_ERROR, EFAULT for NO_VERDICT. */
export function errnoOf(verdict: number): ErrnoName {
  if (verdict === NO_VERDICT) return "EFAULT";
  return errnoName(-verdict) ?? "EPERM";
}

/** Names a verdict: 0 or more, PNOTIFY_ERROR, a negative errno, or NO_VERDICT. */
export function verdictName(verdict: number): VerdictName {
  if (verdict === PNOTIFY_OK) return "PNOTIFY_OK";
  if (verdict > PNOTIFY_OK) return "PNOTIFY_NOSUB";
  return verdict === PNOTIFY_ERROR ? "PNOTIFY_ERROR" : errnoOf(verdict);
}
