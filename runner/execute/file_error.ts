/** The error of a path that cannot be read. */
export class FileError extends Error {
  /** The class name, for callers that cannot use `instanceof`. */
  override readonly name = "FileError";
}
