import { LIBC_NAMES } from "./libc_names.ts";

const PR_SET_DUMPABLE = 4;

const SYMBOLS = {
  prctl: { parameters: ["i32", "usize", "usize", "usize", "usize"], result: "i32" },
} as const;

/**
 * Keeps other processes of the same user from tracing this one and from reading or writing its memory. Root may still.
 * Whatever this process starts is not affected: an exec ends it.
 *
 * @returns Whether it worked. It needs FFI, and Linux.
 */
export function refuseTracers(): boolean {
  if (Deno.build.os !== "linux") return false;
  for (const name of LIBC_NAMES) {
    try {
      const library = Deno.dlopen(name, SYMBOLS);
      const isDone = library.symbols.prctl(PR_SET_DUMPABLE, 0n, 0n, 0n, 0n) === 0;
      library.close();
      return isDone;
    } catch {
      // There is no such library, or no FFI.
    }
  }
  return false;
}
