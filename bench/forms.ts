import type { Transformation } from "./private_copy.ts";

/** How the files of what is measured come together. */
export type Form =
  /** Bundled into one file, as the compiled program is. */
  | "bundle"
  /** One by one, as they are imported from JSR. */
  | "files";

/** Every form. */
export const FORMS: readonly Form[] = ["bundle", "files"];

/** What `bundled_copy.ts` offers. */
export interface Bundler {
  /** Bundles a file with everything it imports, in texts that are changed on the way. */
  bundleCopy(entry: string, transformations?: readonly Transformation[]): Promise<string>;
  /** Bundles a file as it stands. */
  bundleFile(path: string): Promise<string>;
}

// Not a literal: what needs no bundle is not to need the package that makes them, not even its types.
const bundledCopy: string = new URL("./bundled_copy.ts", import.meta.url).href;

/** Finds who makes bundles; null, and a line that says so, where the permissions to do that are missing. */
export async function findBundler(): Promise<Bundler | null> {
  for (const name of ["read", "write", "run", "env"] as const) {
    if ((await Deno.permissions.query({ name })).state === "granted") continue;
    console.log("Only files are measured: to make bundles takes permissions (deno task bench)\n");
    return null;
  }
  return await import(bundledCopy);
}

/**
 * Loads a file of the benches in every form that can be had.
 *
 * @param path The file, by its path from the root.
 * @param files The same file as it was imported.
 * @returns What it exports, by form.
 */
export async function loadForms<Module>(path: string, files: Module): Promise<Map<Form, Module>> {
  const forms = new Map<Form, Module>();
  const bundler = await findBundler();
  if (bundler !== null) forms.set("bundle", await import(await bundler.bundleFile(path)));
  return forms.set("files", files);
}
