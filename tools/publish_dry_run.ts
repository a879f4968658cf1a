/**
 * Runs `deno publish --dry-run`, also where jsr.io cannot be reached. That command takes its import map
 * from deno.json alone; offline it therefore runs in a temporary copy of what would be published, whose
 * deno.json has the entries of `tools/offline/import_map.json`.
 *
 * @module
 */

import { configFor, inCopy } from "./_copy.ts";
import { filePath, findWorld, readConfig, root, type World } from "./with_std.ts";

async function publish(folder: URL, args: string[]): Promise<number> {
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["publish", "--dry-run", ...args],
    cwd: filePath(folder),
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn().status;
  return code;
}

/** The stand-ins stay behind: what is published imports no package, which the linter sees to. */
function publishOffline(world: World, args: string[]): Promise<number> {
  const config = readConfig();
  // No repository vouches for the copy.
  const allArgs = [...new Set([...args, "--allow-dirty"])];
  return inCopy(
    config.publish.include,
    configFor(world, config),
    (folder) => publish(folder, allArgs),
  );
}

if (import.meta.main) {
  const world = await findWorld();
  const isOffline = world.kind === "offline";
  const how = isOffline ? "in a copy with the offline import map" : "as it stands";
  console.error(`publish_dry_run: ${how} (${world.why})`);
  Deno.exit(await (isOffline ? publishOffline(world, Deno.args) : publish(root, Deno.args)));
}
