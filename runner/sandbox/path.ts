const SEPARATOR = /[/\\]/;

/**
 * The folder of a file.
 *
 * @param path A path.
 * @returns The part before the last separator, or an empty text.
 */
export function directoryOf(path: string): string {
  const slash = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
  return slash < 0 ? "" : path.slice(0, Math.max(slash, path.startsWith("/") ? 1 : 0));
}

/**
 * Follows a relative path. No file is read.
 *
 * @param folder The folder where the path begins. Empty for the current folder.
 * @param relative A path with forward slashes.
 * @returns The path without `.`. A `..` takes away the folder before it, if there is one.
 */
export function joinPath(folder: string, relative: string): string {
  const isAbsolute = folder.startsWith("/");
  const segments = folder.split(SEPARATOR).filter((segment) => segment !== "" && segment !== ".");
  for (const segment of relative.split("/")) {
    if (segment === "." || segment === "") continue;
    const last = segments.at(-1);
    if (segment !== "..") segments.push(segment);
    else if (last !== undefined && last !== "..") segments.pop();
    else if (!isAbsolute) segments.push("..");
  }
  return (isAbsolute ? "/" : "") + segments.join("/");
}

/**
 * Whether a path lies under a folder. Both are absolute.
 *
 * @param path The path.
 * @param folder The folder.
 * @returns Whether it does.
 */
export function isInside(path: string, folder: string): boolean {
  const prefix = folder.split(SEPARATOR).join("/").replace(/\/*$/, "/");
  return path.split(SEPARATOR).join("/").startsWith(prefix);
}
