interface Held {
  /** Subscriptions that have the value. */
  holders: number;
  /** How often it was made. Equal numbers or strings may be made twice. Then they are ended twice. */
  made: number;
}

/** Counts the subscriptions that have each value. It is needed where a child may get its parent's own value. */
export class Shares {
  readonly #held = new Map<unknown, Held>();

  /** Counts a value that was made for one subscription. */
  made(value: unknown): void {
    this.#add(value, 1);
  }

  /** Counts one more subscription that has the value of another one. */
  shared(value: unknown): void {
    // If the module set the parent's value itself, the parent's subscription was never counted.
    if (!this.#held.has(value)) this.#add(value, 1);
    this.#add(value, 0);
  }

  /** Counts a value from a user of the library. Another subscription may have the same one. */
  given(value: unknown): void {
    this.#add(value, this.#held.has(value) ? 0 : 1);
  }

  /** Counts a subscription that ended. Returns whether its value ends with it. */
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
