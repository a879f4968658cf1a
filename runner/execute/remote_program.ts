import config from "../../deno.json" with { type: "json" };
import { denoCommand } from "../sandbox/deno_command.ts";
import type { SandboxJob } from "../sandbox/mod.ts";

/** The heap limit of a sandbox, in megabytes. The memory of the process has a limit of its own. */
const HEAP_MB = 128;

/**
 * Puts the worker into the module graph. It is never called. The worker is then in the cache before a sandbox needs it.
 */
export const cacheWorker = (): Promise<unknown> => import("../sandbox/worker.ts");

/** Whether this program comes from a registry, and not from files. */
export function isRemote(place: string = import.meta.url): boolean {
  return /^https?:/.test(place);
}

/**
 * The command that serves as a sandbox for a program from a registry. It has no configuration file, and uses only what
 * is in the cache.
 *
 * @param place Where this file is.
 * @returns The command. Undefined for a program from files, which starts itself.
 */
export function remoteProgram(place: string = import.meta.url): SandboxJob["program"] {
  if (!isRemote(place)) return undefined;
  const flags = [
    "--no-config",
    "--no-npm",
    "--cached-only",
    "--unstable-worker-options",
    `--allow-import=${new URL(place).host}`,
    `--import-map=${importMap(place)}`,
  ];
  return denoCommand(HEAP_MB, flags, new URL("../sandbox/child.ts", place));
}

/** The import map of the sandbox. Modules that import the package by name get the files that the sandbox has loaded. */
function importMap(place: string): string {
  const root = new URL("../../", place);
  const library = Object.entries<string>(config.exports)
    .filter(([, file]) => !file.startsWith("./runner/"));
  const imports = Object.fromEntries(
    library.map(([entry, file]) => [`${config.name}${entry.slice(1)}`, new URL(file, root).href]),
  );
  return `data:application/json,${encodeURIComponent(JSON.stringify({ imports }))}`;
}
