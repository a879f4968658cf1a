import { KernelError } from "./errno.ts";

/** What a task runs: shared, never changed, replaced by exec (the part of mm_struct that names the image). */
export interface Program {
  /** The path of the executable; empty for a thread of the kernel. */
  readonly path: string;
  /** The command line. */
  readonly argv: readonly string[];
  /** The comm that it gives to a task: at most 15 characters. */
  readonly comm: string;
}

/**
 * Decides whether a path can be executed, in place of a file system (search_binary_handler).
 *
 * @example
 * ```ts
 * import { type BinaryHandler, boot, KernelError } from "@pnotify/pnotify";
 * import { assertThrows } from "@std/assert";
 * const { kernel } = boot();
 * const files: BinaryHandler = {
 *   load: ({ path }) => {
 *     if (path !== "/bin/sh") throw new KernelError("ENOENT");
 *   },
 * };
 * kernel.binaries = files;
 * const shell = kernel.fork(kernel.init);
 * kernel.exec(shell, "/bin/sh");
 * assertThrows(() => kernel.exec(shell, "/bin/csh"), KernelError);
 * ```
 */
export interface BinaryHandler {
  /**
   * Looks at a program before the old image is given up.
   *
   * @param program The program.
   * @throws {KernelError} When it cannot be executed: ENOENT, EACCES, ENOEXEC. The exec fails and is not notified.
   */
  load(program: Program): void;
}

/**
 * A comm holds 15 characters (TASK_COMM_LEN less the final zero).
 *
 * @example
 * ```ts
 * import { createProgram, TASK_COMM_LENGTH } from "@pnotify/pnotify";
 * import { assertEquals } from "@std/assert";
 * assertEquals(createProgram("/bin/systemd-user-sessions").comm.length, TASK_COMM_LENGTH);
 * ```
 */
export const TASK_COMM_LENGTH = 15;

/**
 * Describes a program once, for many tasks to execute.
 *
 * Origin: our own: what `execve(2)` is given.
 *
 * @param path The path of the executable.
 * @param argv The command line; just the path by default.
 * @returns The program.
 * @throws {KernelError} ENOENT when the path is empty.
 * @example
 * ```ts
 * import { boot } from "@pnotify/pnotify";
 * import { createProgram } from "@pnotify/pnotify/kernel";
 * import { assertEquals } from "@std/assert";
 * const { kernel } = boot();
 * const task = kernel.fork(kernel.init);
 * kernel.exec(task, createProgram("/usr/bin/make", ["make", "-j4"]));
 * assertEquals(task.comm, "make");
 * ```
 */
export function createProgram(path: string, argv: readonly string[] = [path]): Program {
  if (typeof path !== "string" || path === "") {
    throw new KernelError("ENOENT", {
      action: "execute a program",
      found: path === "" ? "the path is empty" : `the path is of type ${typeof path}`,
      wanted: "the path of an executable is wanted",
    });
  }
  const comm = path.slice(path.lastIndexOf("/") + 1, path.length).slice(0, TASK_COMM_LENGTH);
  return { path, argv, comm };
}
