import { type DenoConfig, filePath, offlineImports, root, type World } from "./with_std.ts";

/** deno.json with the import map of the world. */
export function configFor(world: World, config: DenoConfig): DenoConfig {
  if (world.kind === "jsr") return config;
  return { ...config, imports: offlineImports("./tools/offline/") };
}

/** Runs `use` in a temporary copy of some of the project's files, with another deno.json. */
export async function inCopy<T>(
  paths: string[],
  config: DenoConfig,
  use: (folder: URL) => Promise<T>,
): Promise<T> {
  const path = await Deno.makeTempDir({ prefix: "pnotify_copy_" });
  const folder = new URL(`file://${Deno.build.os === "windows" ? "/" : ""}${path}/`);
  try {
    for (const path of paths) await copy(new URL(path, root), new URL(path, folder));
    await Deno.writeTextFile(new URL("deno.json", folder), JSON.stringify(config));
    return await use(folder);
  } finally {
    await Deno.remove(filePath(folder), { recursive: true });
  }
}

/** Copies a file or a folder; what is not there is left out. */
async function copy(from: URL, to: URL): Promise<void> {
  const info = await Deno.stat(from).catch(() => null);
  if (info?.isFile) {
    await Deno.mkdir(new URL(".", to), { recursive: true });
    await Deno.copyFile(from, to);
  }
  if (!info?.isDirectory) return;
  for await (const entry of Deno.readDir(from)) {
    const name = encodeURIComponent(entry.name) + (entry.isDirectory ? "/" : "");
    await copy(new URL(name, from), new URL(name, to));
  }
}
