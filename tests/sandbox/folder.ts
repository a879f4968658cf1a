/** A folder of files that is gone when it is disposed of. */
export interface Folder extends Disposable {
  /** Its real path. */
  readonly path: string;
}

/** Makes a folder with files, by their path in it. */
export function makeFolder(files: Readonly<Record<string, string>>): Folder {
  const path = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "sandbox_" }));
  for (const [name, text] of Object.entries(files)) {
    const folder = `${path}/${name}`.replace(/\/[^/]*$/, "");
    Deno.mkdirSync(folder, { recursive: true });
    Deno.writeTextFileSync(`${path}/${name}`, text);
  }
  return { path, [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }) };
}
