/** A path that names nothing that can be read. */
export class FileError extends Error {
  /** The class name, for callers that cannot use `instanceof`. */
  override readonly name = "FileError";
}
