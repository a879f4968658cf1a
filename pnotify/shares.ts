interface Held {
  /** Subscriptions that have the value. */
  holders: number;
  /** How often it was made: equal numbers or strings may be. As often it is ended. */
  made: number;
}

/** Counts which subscriptions have which value, where a child may get its parent's own. */
export class Shares {
  readonly #held = new Map<unknown, Held>();

  /**
   * A value was made for one subscription.
   *
   * @param value The value.
   */
  made(value: unknown): void {
    this.#add(value, 1);
  }

  /**
   * One more subscription has a value that another one has.
   *
   * @param value The value.
   */
  shared(value: unknown): void {
    // The module may have put the value there by itself: then the other one was never counted.
    if (!this.#held.has(value)) this.#add(value, 1);
    this.#add(value, 0);
  }

  /**
   * A user of the library handed a value over, maybe one that another subscription has.
   *
   * @param value The value.
   */
  given(value: unknown): void {
    this.#add(value, this.#held.has(value) ? 0 : 1);
  }

  /**
   * A subscription that had a value is gone.
   *
   * @param value The value.
   * @returns Whether the value ends with it.
   */
  dropped(value: unknown): boolean {
    const held = this.#held.get(value);
    if (held === undefined) return true;
    held.holders--;
    if (held.holders >= held.made) return false;
    held.made--;
    if (held.holders === 0) this.#held.delete(value);
    return true;
  }

  #add(value: unknown, made: number): void {
    const held = this.#held.get(value);
    if (held === undefined) {
      this.#held.set(value, { holders: 1, made });
      return;
    }
    held.holders++;
    held.made += made;
  }
}
