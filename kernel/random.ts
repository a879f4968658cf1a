/** The kernel's randomness: a small generator (32 bits of state, additive step, avalanche mix) that one seed decides. */
export class Random {
  /** The whole state: two generators with the same state go on alike. */
  state: number;

  /** @internal Makes a generator. Only the low 32 bits of the seed count. */
  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /**
   * The next 32 random bits.
   *
   * @returns An integer from 0 to 2**32 - 1.
   */
  next(): number {
    this.state = (this.state + 0x9e3779b9) >>> 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return (mixed ^ (mixed >>> 16)) >>> 0;
  }

  /**
   * A random integer below a bound.
   *
   * @param bound The bound, an integer from 1 to 2**32.
   * @returns An integer from 0 to `bound - 1`.
   */
  below(bound: number): number {
    return Math.floor((this.next() / 0x1_0000_0000) * bound);
  }
}
