/** The command that serves as a sandbox: this program, or another build of it in tests. */
export type SandboxProgram = readonly [string, ...string[]];

/**
 * The command with which Deno runs the child of a sandbox. Code from strings is off, and the heap has a limit.
 *
 * @param heapMb The heap limit, in megabytes.
 * @param flags Further flags of `deno run`.
 * @param child The file of the child.
 */
export function denoCommand(heapMb: number, flags: readonly string[], child: URL): SandboxProgram {
  return [
    Deno.execPath(),
    "run",
    "--quiet",
    "--no-prompt",
    "--no-lock",
    `--v8-flags=--disallow-code-generation-from-strings,--max-old-space-size=${heapMb}`,
    ...flags,
    child.href,
  ];
}
