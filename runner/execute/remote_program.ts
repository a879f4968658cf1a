import config from "../../deno.json" with { type: "json" };
import type { SandboxJob } from "../sandbox/mod.ts";

/** The heap limit of a sandbox, in megabytes. The memory of the process has a limit of its own. */
const HEAP_MB = 128;

/** Never called. It puts the worker into the module graph, so that it is in the cache before a sandbox looks there. */
export const cacheWorker = (): Promise<unknown> => import("../sandbox/worker.ts");

/** Whether this program comes from a registry, and not from files. */
export function isRemote(place: string = import.meta.url): boolean {
  return /^https?:/.test(place);
}

/**
 * The command that serves as a sandbox for a program that comes from a registry: it has no configuration file beside it,
 * and takes nothing that is not in the cache.
 *
 * @param place Where this file is.
 * @returns The command; undefined where the program knows better how to start itself.
 */
export function remoteProgram(place: string = import.meta.url): SandboxJob["program"] {
  if (!isRemote(place)) return undefined;
  return [
    Deno.execPath(),
    "run",
    "--quiet",
    "--no-prompt",
    "--no-lock",
    "--no-config",
    "--no-npm",
    "--cached-only",
    "--unstable-worker-options",
    `--allow-import=${new URL(place).host}`,
    `--v8-flags=--disallow-code-generation-from-strings,--max-old-space-size=${HEAP_MB}`,
    `--import-map=${importMap(place)}`,
    new URL("../sandbox/child.ts", place).href,
  ];
}

/** What modules import by the name of the package is what the sandbox has loaded. */
function importMap(place: string): string {
  const root = new URL("../../", place);
  const library = Object.entries<string>(config.exports)
    .filter(([, file]) => !file.startsWith("./runner/"));
  const imports = Object.fromEntries(
    library.map(([entry, file]) => [`${config.name}${entry.slice(1)}`, new URL(file, root).href]),
  );
  return `data:application/json,${encodeURIComponent(JSON.stringify({ imports }))}`;
}
