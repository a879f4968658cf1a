import { KernelError } from "../../kernel/errno.ts";
import { type Architecture, architectureOf } from "../../live/architecture.ts";
import { LaunchError } from "../../live/launch_error.ts";

/**
 * What the machine is to the tracer.
 *
 * @throws {LaunchError} Where this program cannot trace.
 */
export function demandArchitecture({ os, arch }: { os: string; arch: string }): Architecture {
  const architecture = architectureOf(arch);
  if (os === "linux" && architecture !== null) return architecture;
  const what = `this is ${os} on ${arch}, Linux on x86_64 or aarch64 is wanted`;
  throw new LaunchError(`Cannot trace the command: ${what} (ENOSYS)`, 125);
}

/** Why a command was not traced, in a sentence, and the exit status that goes with it. */
export function explain(error: unknown): { message: string; exitStatus: number } {
  if (error instanceof LaunchError) {
    return { message: error.message, exitStatus: error.exitStatus };
  }
  if (error instanceof KernelError) return { message: error.message, exitStatus: 125 };
  if (error instanceof Deno.errors.NotCapable) {
    const [flag] = /--allow-\w+/.exec(error.message) ?? ["--allow-ffi"];
    return {
      message: `Cannot trace the command: Deno refuses it, ${flag} is wanted (EPERM)`,
      exitStatus: 125,
    };
  }
  return { message: describeMistake(error), exitStatus: 125 };
}

/** A mistake of this program, with the place where it was made. */
function describeMistake(error: unknown): string {
  const { message, stack = "" } = error instanceof Error ? error : new Error(String(error));
  const [place = "at an unknown place"] = /\bat .*$/m.exec(stack) ?? [];
  const what = `${message.split("\n")[0]} (${place})`;
  return `Cannot trace the command: pnotify itself broke down, and traces nothing any more: ${what}`;
}
