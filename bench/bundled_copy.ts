/**
 * Copies of the kernel as people get it: bundled into one file. To make one takes a process, and the package esbuild.
 *
 * @module
 */
import { bundle } from "../tools/bundle.ts";
import { root } from "../tools/with_std.ts";
import { copiedTexts, type Transformation } from "./private_copy.ts";

/** The folder for all bundles of this process, which ends with it. */
let folder: string | null = null;

/** The URLs of the bundles that were made, by the texts or the file that went into them. */
const made = new Map<string, Promise<string>>();
let copies = 0;

/**
 * Bundles a file with everything that it imports.
 *
 * @param entry The file, by its path from the root.
 * @param transformations What to change in the texts on the way.
 * @returns The URL of the bundle.
 */
export function bundleCopy(
  entry: string,
  transformations: readonly Transformation[] = [],
): Promise<string> {
  const texts = copiedTexts(entry, transformations);
  const key = JSON.stringify([...texts]);
  const known = made.get(key);
  if (known !== undefined) return known;
  const url = make(entry, texts);
  made.set(key, url);
  return url;
}

/**
 * Bundles a file of the project as it stands, with everything that it imports.
 *
 * @param path The file, by its path from the root.
 * @returns The URL of the bundle.
 */
export function bundleFile(path: string): Promise<string> {
  const known = made.get(path);
  if (known !== undefined) return known;
  const url = write(new URL(path, root).href, makePlace());
  made.set(path, url);
  return url;
}

async function make(entry: string, texts: ReadonlyMap<string, string>): Promise<string> {
  const place = makePlace();
  for (const [path, text] of texts) {
    const file = `${place}/${path}`;
    Deno.mkdirSync(file.slice(0, file.lastIndexOf("/")), { recursive: true });
    Deno.writeTextFileSync(file, text);
  }
  return await write(new URL(`file://${place}/${entry}`).href, place);
}

async function write(entry: string, place: string): Promise<string> {
  const files = await bundle({ entries: { copy: entry }, splitting: false });
  Deno.mkdirSync(place, { recursive: true });
  Deno.writeTextFileSync(`${place}/copy.js`, files.get("copy.js")!.text);
  return new URL(`file://${place}/copy.js`).href;
}

function makePlace(): string {
  return `${makeFolder()}/${copies++}`;
}

function makeFolder(): string {
  if (folder !== null) return folder;
  const made = Deno.makeTempDirSync({ prefix: "bench_" });
  globalThis.addEventListener("unload", () => Deno.removeSync(made, { recursive: true }));
  return folder = made;
}
