import { rootPath } from "./root.ts";
import type { Measurement } from "./measure.ts";
import type { Shape } from "./workload.ts";

/** The C program's name among the contenders. */
export const C_PROGRAM = "c";

/**
 * Measures one contender in a process of its own.
 *
 * @param name The contender, or {@linkcode C_PROGRAM}.
 * @param shape The world.
 * @param scale How much of the usual work to do; 1 for all.
 * @returns What the process found.
 * @throws {Error} With what the process wrote, when it failed.
 */
export async function measureInProcess(
  name: string,
  shape: Shape,
  scale: number,
): Promise<Measurement> {
  const command = name === C_PROGRAM ? cCommand(shape, scale) : denoCommand(name, shape, scale);
  const { success, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  if (success) return JSON.parse(decoder.decode(stdout));
  throw new Error(`Cannot measure "${name}": its process failed\n${decoder.decode(stderr)}`);
}

function denoCommand(name: string, shape: Shape, scale: number): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-check",
      // All of the collector's work is then done in the thread whose time is taken.
      "--v8-flags=--single-threaded-gc",
      `${rootPath}bench/measure.ts`,
      name,
      JSON.stringify(shape),
      String(scale),
    ],
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

let compiled: string | null = null;

/** Compiles the C program; false when there is no compiler. */
export async function compileC(): Promise<boolean> {
  const folder = await Deno.makeTempDir({ prefix: "lifecycle_" });
  globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
  const target = `${folder}/lifecycle`;
  try {
    const { success } = await new Deno.Command("gcc", {
      args: ["-O2", "-Wall", "-Wextra", "-Werror", "-o", target, `${rootPath}bench/c/lifecycle.c`],
      stdin: "null",
      stdout: "inherit",
      stderr: "inherit",
    }).output();
    if (success) compiled = target;
    return success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function cCommand(shape: Shape, scale: number): Deno.Command {
  if (compiled === null) throw new TypeError("Cannot measure the C program: it is not compiled");
  const { modules, percent, alive } = shape;
  const numbers = [modules, percent, alive, Math.ceil(3_000_000 * scale)];
  return new Deno.Command(compiled, {
    args: numbers.map(String),
    stdout: "piped",
    stderr: "piped",
  });
}
