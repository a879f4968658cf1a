/** The first argument that makes the program serve as a sandbox. */
export const SANDBOX_COMMAND = "__sandbox";

/** Whether this is the compiled program. Deno before 2.6 does not say so itself. */
export function isStandalone(): boolean {
  const { standalone } = Deno.build as { readonly standalone?: boolean };
  return standalone ?? /\/deno-compile-[^/]*\//.test(import.meta.url);
}
