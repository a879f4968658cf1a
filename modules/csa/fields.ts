import { KernelError } from "../../kernel/errno.ts";

/** The value of an unknown counter. */
const UNKNOWN = 0xffff_ffff_ffff_ffffn;

/** The error about bytes that are no records. */
export function broken(offset: number, found: string, wanted: string): KernelError {
  return new KernelError("EINVAL", {
    action: "read accounting records",
    found: `byte ${offset} has ${found}`,
    wanted,
  });
}

/** Writes values one after the other. */
export class FieldWriter {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  /** Whether the low byte comes first. */
  readonly little: boolean;
  /** The offset of the next value. */
  offset = 0;

  constructor(size: number, little: boolean) {
    this.#bytes = new Uint8Array(size);
    this.#view = new DataView(this.#bytes.buffer);
    this.little = little;
  }

  /** The bytes so far. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.offset);
  }

  #check(value: number, max: number): void {
    if (Number.isInteger(value) && value >= 0 && value <= max) return;
    throw new KernelError("EINVAL", {
      action: "write an accounting record",
      found: `the field at byte ${this.offset} is ${value}`,
      wanted: `an integer from 0 to ${max} is wanted`,
    });
  }

  u8(value: number): void {
    this.#check(value, 0xff);
    this.#view.setUint8(this.offset, value);
    this.offset += 1;
  }

  u16(value: number): void {
    this.#check(value, 0xffff);
    this.#view.setUint16(this.offset, value, this.little);
    this.offset += 2;
  }

  u32(value: number): void {
    this.#check(value, 0xffff_ffff);
    this.#view.setUint32(this.offset, value, this.little);
    this.offset += 4;
  }

  u64(value: bigint): void {
    this.#view.setBigUint64(this.offset, value, this.little);
    this.offset += 8;
  }

  /** A counter, or null. */
  counter(value: number | null): void {
    if (value !== null) this.#check(value, Number.MAX_SAFE_INTEGER);
    this.u64(value === null ? UNKNOWN : BigInt(value));
  }

  /** A number with a fraction, or null. */
  real(value: number | null): void {
    this.#view.setFloat64(this.offset, value ?? NaN, this.little);
    this.offset += 8;
  }

  /** The first bytes of an array, with zeros up to a fixed size. */
  fixed(bytes: Uint8Array, size: number): void {
    this.#bytes.set(bytes.subarray(0, size), this.offset);
    this.offset += size;
  }
}

/** Reads values one after the other. Its errors say where the bytes end too early. */
export class FieldReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  /** Whether the low byte comes first. The magic number tells it. */
  little = false;
  /** The offset of the next value. */
  offset: number;

  constructor(bytes: Uint8Array, offset: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.offset = offset;
  }

  #take(size: number): number {
    const { offset } = this;
    if (offset + size > this.#bytes.length) {
      throw new KernelError("EINVAL", {
        action: "read accounting records",
        found: `they end at byte ${this.#bytes.length}, in the middle of a field at byte ${offset}`,
        wanted: "whole records are wanted",
      });
    }
    this.offset += size;
    return offset;
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2), this.little);
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), this.little);
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.#take(8), this.little);
  }

  /** A counter, or null. */
  counter(): number | null {
    const value = this.u64();
    return value === UNKNOWN ? null : this.#safe(value);
  }

  /** A counter that was charged. */
  chargedCounter(): number {
    return this.#safe(this.u64());
  }

  #safe(value: bigint): number {
    if (value <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(value);
    throw new KernelError("EINVAL", {
      action: "read accounting records",
      found: `the counter at byte ${this.offset - 8} is ${value}`,
      wanted: "at most 53 bits are wanted",
    });
  }

  /** A number with a fraction, or null. */
  real(): number | null {
    const value = this.#view.getFloat64(this.#take(8), this.little);
    return Number.isNaN(value) ? null : value;
  }

  /** An array of a fixed size. */
  fixed(size: number): Uint8Array {
    const offset = this.#take(size);
    return this.#bytes.subarray(offset, offset + size);
  }
}
