/**
 * The program: `deno run -A jsr:@pnotify/pnotify/cli run case.yaml`. Shipped scenarios need no permission. Scenarios of
 * your own need `--allow-read`, and module files also `--allow-run` and `--allow-env` for their sandbox. A program of
 * your own imports the entry `scenario` instead.
 *
 * @module
 */

import { SANDBOX_COMMAND } from "./sandbox/standalone.ts";

if (import.meta.main) {
  // Each branch loads only its own files. A sandbox starts for every scenario with module files.
  if (Deno.args[0] === SANDBOX_COMMAND) {
    const { serveSandbox } = await import("./sandbox/child.ts");
    await serveSandbox();
  }
  const { main } = await import("./cli/cli.ts");
  const { hostIo } = await import("./cli/io.ts");
  Deno.exit(await main(Deno.args, hostIo()));
}
