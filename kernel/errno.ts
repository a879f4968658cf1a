/**
 * The error numbers of Linux that this kernel uses, by name.
 *
 * @example
 * ```ts
 * import { Errno, errnoName, strerror } from "@pnotify/pnotify";
 * import { assertEquals } from "@std/assert";
 * assertEquals([errnoName(Errno.EAGAIN), errnoName(9999)], ["EAGAIN", null]);
 * assertEquals(strerror("EAGAIN"), "Resource temporarily unavailable");
 * ```
 */
export const Errno: Readonly<{
  EPERM: 1;
  ENOENT: 2;
  ESRCH: 3;
  EINTR: 4;
  EIO: 5;
  E2BIG: 7;
  ENOEXEC: 8;
  ECHILD: 10;
  EAGAIN: 11;
  ENOMEM: 12;
  EACCES: 13;
  EFAULT: 14;
  EBUSY: 16;
  EEXIST: 17;
  EINVAL: 22;
  EFBIG: 27;
  ENOSPC: 28;
  EDEADLK: 35;
  ENOSYS: 38;
  EBADRQC: 56;
  ENODATA: 61;
  EKEYREVOKED: 128;
  ENOKEY: 126;
  EDQUOT: 122;
  EINPROGRESS: 115;
}> = /* @__PURE__ */ Object.freeze<typeof Errno>({
  EPERM: 1,
  ENOENT: 2,
  ESRCH: 3,
  EINTR: 4,
  EIO: 5,
  E2BIG: 7,
  ENOEXEC: 8,
  ECHILD: 10,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EFAULT: 14,
  EBUSY: 16,
  EEXIST: 17,
  EINVAL: 22,
  EFBIG: 27,
  ENOSPC: 28,
  EDEADLK: 35,
  ENOSYS: 38,
  EBADRQC: 56,
  ENODATA: 61,
  EKEYREVOKED: 128,
  ENOKEY: 126,
  EDQUOT: 122,
  EINPROGRESS: 115,
});

/** The name of an error number, such as `"EAGAIN"`. */
export type ErrnoName = keyof typeof Errno;

const MEANING: Readonly<Record<ErrnoName, string>> = /* @__PURE__ */ Object.freeze<
  Record<ErrnoName, string>
>({
  EPERM: "Operation not permitted",
  ENOENT: "No such file or directory",
  ESRCH: "No such process",
  EINTR: "Interrupted system call",
  EIO: "Input/output error",
  E2BIG: "Argument list too long",
  ENOEXEC: "Exec format error",
  ECHILD: "No child processes",
  EAGAIN: "Resource temporarily unavailable",
  ENOMEM: "Cannot allocate memory",
  EACCES: "Permission denied",
  EFAULT: "Bad address",
  EBUSY: "Device or resource busy",
  EEXIST: "File exists",
  EINVAL: "Invalid argument",
  EFBIG: "File too large",
  ENOSPC: "No space left on device",
  EDEADLK: "Resource deadlock avoided",
  ENOSYS: "Function not implemented",
  EBADRQC: "Invalid request code",
  ENODATA: "No data available",
  EKEYREVOKED: "Key has been revoked",
  ENOKEY: "Required key not available",
  EDQUOT: "Disk quota exceeded",
  EINPROGRESS: "Operation now in progress",
});

/**
 * The meaning of an error name.
 *
 * Origin: `strerror(3)`.
 *
 * @param code The error name.
 * @returns One short English phrase.
 */
export function strerror(code: ErrnoName): string {
  return MEANING[code];
}

/**
 * The name of an error number (strerrorname_np).
 *
 * @param errno A positive error number.
 * @returns The name, or `null` when this kernel has no such error.
 */
export function errnoName(errno: number): ErrnoName | null {
  for (const name in Errno) {
    if (Errno[name as ErrnoName] === errno) return name as ErrnoName;
  }
  return null;
}

/** What a {@linkcode KernelError} says beyond its number. */
export interface KernelErrorDetails {
  /** The action that failed, as in `Cannot <action>`: `register module`. */
  readonly action: string;
  /** The name or task that the action failed for. The message quotes it. */
  readonly name?: string;
  /** What was found. */
  readonly found: string;
  /** What was wanted instead. */
  readonly wanted?: string;
  /** The error that led to this one. */
  readonly cause?: unknown;
}

function sentence(code: ErrnoName, details: KernelErrorDetails): string {
  const name = details.name === undefined ? "" : ` "${details.name}"`;
  const wanted = details.wanted === undefined ? "" : `, ${details.wanted}`;
  return `Cannot ${details.action}${name}: ${details.found}${wanted} (${code})`;
}

/**
 * A failure that callers may handle. In C, the call returns -1 and sets `errno`. A hook that may refuse throws one.
 *
 * @example
 * ```ts
 * import { KernelError } from "@pnotify/pnotify";
 * import { assertEquals } from "@std/assert";
 * const error = new KernelError("EBUSY", {
 *   action: "register module",
 *   name: "job",
 *   found: "the name is taken",
 *   wanted: "a free name is wanted",
 * });
 * assertEquals(error.errno, 16);
 * assertEquals(
 *   error.message,
 *   'Cannot register module "job": the name is taken, a free name is wanted (EBUSY)',
 * );
 * ```
 */
export class KernelError extends Error {
  /** The class name, for callers that cannot use `instanceof`. */
  override readonly name = "KernelError";
  /** The name of the error number. */
  readonly code: ErrnoName;
  /** The error number, positive. */
  readonly errno: number;
  /** The parts of the message, for callers that show them in their own way. */
  readonly details: KernelErrorDetails | null;
  /** A private field: a module may throw a frozen error. */
  #refusedBy: string | null = null;

  /**
   * Makes the error of a call that failed.
   *
   * @param code The name of the error number.
   * @param details The parts of the message, or the whole message, or nothing for the meaning of the number.
   */
  constructor(code: ErrnoName, details?: KernelErrorDetails | string) {
    const parts = typeof details === "object" ? details : null;
    super(
      parts !== null ? sentence(code, parts) : details as string ?? `${strerror(code)} (${code})`,
      parts?.cause === undefined ? undefined : { cause: parts.cause },
    );
    this.code = code;
    this.errno = Errno[code];
    this.details = parts;
  }

  /**
   * The module that refused the call with this error: its hook gave a verdict, or its `taskData` threw this. Null for an
   * error of the kernel itself, and for a module that broke down.
   */
  get refusedBy(): string | null {
    return this.#refusedBy;
  }

  /** @internal Says which module refused the call. Of modules that refuse inside one another the outermost counts. */
  blameRefusal(module: string): this {
    this.#refusedBy = module;
    return this;
  }
}
