/**
 * The program: runs scenarios of processes under kernel modules.
 *
 * @module
 */
import { main } from "./cli/cli.ts";
import { hostIo } from "./cli/io.ts";

/** What a sandboxed scenario starts this program with. */
const SANDBOX_COMMAND = "__sandbox";

if (import.meta.main) {
  if (Deno.args[0] === SANDBOX_COMMAND) {
    const { serveSandbox } = await import("./sandbox/mod.ts");
    await serveSandbox();
  }
  Deno.exit(await main(Deno.args, hostIo()));
}
