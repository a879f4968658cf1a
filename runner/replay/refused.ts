/** A module of the user that did not get as far as a result. Why has been printed. */
export class RefusedError extends Error {
  /** The class name, for callers that cannot use `instanceof`. */
  override readonly name = "RefusedError";
  /** What the program ends with. */
  readonly status: number;

  /**
   * Makes one.
   *
   * @param status What the program ends with.
   */
  constructor(status: number) {
    super("The module was refused");
    this.status = status;
  }
}
