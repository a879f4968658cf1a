/**
 * The program: runs scenarios of processes under kernel modules.
 *
 * ```sh
 * deno run -A jsr:@pnotify/pnotify/cli run case.yaml
 * deno run jsr:@pnotify/pnotify/cli demo
 * ```
 *
 * Shipped scenarios need no permission; one of your own needs `--allow-read`; module files run in a sandbox, which needs
 * `--allow-read`, `--allow-run` and `--allow-env`. Importing this does nothing: from a program, use the entry point
 * `scenario`.
 *
 * @module
 */

/** What a sandboxed scenario starts this program with. */
const SANDBOX_COMMAND = "__sandbox";

if (import.meta.main) {
  // Each loads only what it needs: a sandbox begins as often as there are scenarios with files.
  if (Deno.args[0] === SANDBOX_COMMAND) {
    const { serveSandbox } = await import("./sandbox/child.ts");
    await serveSandbox();
  }
  const { main } = await import("./cli/cli.ts");
  const { hostIo } = await import("./cli/io.ts");
  Deno.exit(await main(Deno.args, hostIo()));
}
