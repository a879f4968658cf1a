import { KernelError } from "./errno.ts";

/** What a task runs: shared, never changed, replaced by exec (the part of mm_struct that names the image). */
export interface Program {
  /** The path of the executable; empty for a thread of the kernel, null where a recording does not tell it. */
  readonly path: string | null;
  /** The command line; null where a recording does not tell it. */
  readonly argv: readonly string[] | null;
  /** The comm that it gives to a task: at most 15 characters. */
  readonly comm: string;
  /** The folder that the task was in when it executed the program, where somebody tells it. */
  readonly cwd?: string | null;
}

/** Decides whether a path can be executed, in place of a file system (search_binary_handler). */
export interface BinaryHandler {
  /** Called before the old image is given up. When it throws a KernelError, exec fails and no hook runs. */
  load(program: Program): void;
}

/** How many characters a comm holds (TASK_COMM_LEN less the final zero). */
export const TASK_COMM_LENGTH = 15;

/**
 * Describes a program once, for many tasks to execute.
 *
 * @param path The path of the executable.
 * @param argv The command line; just the path by default.
 * @returns The program.
 * @throws {KernelError} ENOENT when the path is empty.
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
