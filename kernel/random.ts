import { GOLDEN_RATIO, mixBits } from "./hash.ts";

/** The kernel's randomness: a generator with 32 bits of state. All its numbers follow from one seed. */
export class Random {
  /** The whole state. Two generators with the same state give the same numbers from then on. */
  state: number;

  /** @internal Makes a generator. Only the low 32 bits of the seed count. */
  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /**
   * The next 32 random bits.
   * @returns An integer from 0 to 2**32 - 1.
   */
  next(): number {
    this.state = (this.state + GOLDEN_RATIO) >>> 0;
    return mixBits(this.state);
  }

  /**
   * A random integer below a bound.
   * @param bound The bound, an integer from 1 to 2**32.
   * @returns An integer from 0 to `bound - 1`.
   */
  below(bound: number): number {
    return Math.floor((this.next() / 0x1_0000_0000) * bound);
  }
}
