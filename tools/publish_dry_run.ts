/**
 * Runs `deno publish --dry-run`, also where jsr.io cannot be reached. That command takes its import map
 * from deno.json alone; offline it therefore runs in a temporary copy of what would be published, whose
 * deno.json has the entries of `tools/offline/import_map.json`.
 *
 * @module
 */

import { configFor, inCopy } from "./copy.ts";
import { filePath, findWorld, readConfig, root, type World } from "./with_std.ts";

/** What takes the place of the packages of jsr.io, and is itself not published. */
const STAND_INS = "tools/offline/";

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

/** As {@linkcode publish}, without the lines about the stand-ins. */
async function publishWithStandIns(folder: URL, args: string[]): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["publish", "--dry-run", ...args],
    cwd: filePath(folder),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const { code, stdout, stderr } = await child.output();
  for (const [bytes, print] of [[stdout, console.log], [stderr, console.error]] as const) {
    const lines = new TextDecoder().decode(bytes).trimEnd().split("\n");
    const shown = lines.filter((line) => !line.includes(`/${STAND_INS}`)).join("\n");
    if (shown !== "") print(shown);
  }
  return code;
}

/** The stand-ins have to be in the copy, as a package may import only what it holds. */
function publishOffline(world: World, args: string[]): Promise<number> {
  const config = readConfig();
  const include = [...config.publish.include, STAND_INS];
  // No repository vouches for the copy.
  const allArgs = [...new Set([...args, "--allow-dirty"])];
  return inCopy(
    include,
    { ...configFor(world, config), publish: { include } } as typeof config,
    (folder) => publishWithStandIns(folder, allArgs),
  );
}

if (import.meta.main) {
  const world = await findWorld();
  const isOffline = world.kind === "offline";
  const how = isOffline ? "in a copy with the offline import map" : "as it stands";
  console.error(`publish_dry_run: ${how} (${world.why})`);
  Deno.exit(await (isOffline ? publishOffline(world, Deno.args) : publish(root, Deno.args)));
}
