import { broken, type FieldReader, type FieldWriter } from "./fields.ts";

/** How a value goes into bytes, and how it comes back. */
export interface Field<Value> {
  readonly write: (out: FieldWriter, value: Value) => void;
  readonly read: (input: FieldReader) => Value;
}

/** A field for each member of `Values`, in the order of the bytes. A table that lacks a member does not compile. */
export type FieldTable<Values> = { readonly [Name in keyof Values]-?: Field<Values[Name]> };

/** Writes the fields of a table in its order. */
export function writeFields<Values extends object>(
  out: FieldWriter,
  table: FieldTable<Values>,
  values: Values,
): void {
  for (const name in table) table[name].write(out, values[name]);
}

/** Reads the fields of a table in its order. */
export function readFields<Values extends object>(
  input: FieldReader,
  table: FieldTable<Values>,
): Values {
  const values: Partial<Values> = {};
  for (const name in table) values[name] = table[name].read(input);
  return values as Values;
}

export const u8: Field<number> = {
  write: (out, value) => out.u8(value),
  read: (input) => input.u8(),
};

export const u16: Field<number> = {
  write: (out, value) => out.u16(value),
  read: (input) => input.u16(),
};

export const u32: Field<number> = {
  write: (out, value) => out.u32(value),
  read: (input) => input.u32(),
};

/** A counter of 64 bits that is always charged. */
export const counter: Field<number> = {
  write: (out, value) => out.counter(value),
  read: (input) => input.chargedCounter(),
};

/** A counter of 64 bits, or null if it was not charged. */
export const charged: Field<number | null> = {
  write: (out, value) => out.counter(value),
  read: (input) => input.counter(),
};

/** A number with a fraction, or null. */
export const real: Field<number | null> = {
  write: (out, value) => out.real(value),
  read: (input) => input.real(),
};

/** A value that takes no byte: the header tells it. */
export function implied<Value>(value: Value): Field<Value> {
  return { write: () => {}, read: () => value };
}

/** Text in a field of so many bytes. It ends at the first zero. */
export function text(size: number): Field<string> {
  return {
    write: (out, value) => out.fixed(new TextEncoder().encode(value), size),
    read(input) {
      const bytes = input.fixed(size);
      const end = bytes.indexOf(0);
      const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
      return decoder.decode(end < 0 ? bytes : bytes.subarray(0, end));
    },
  };
}

/** A name as its index in a list, in 32 bits. */
export function indexIn<Name>(names: readonly Name[], what: string): Field<Name> {
  return {
    write: (out, name) => out.u32(names.indexOf(name)),
    read(input) {
      const begin = input.offset;
      const index = input.u32();
      if (index < names.length) return names[index];
      throw broken(begin, `an unknown ${what}`, `0 to ${names.length - 1} is wanted`);
    },
  };
}

/** Names as a mask of 32 bits, one bit for each index in a list. */
export function maskOf<Name>(names: readonly Name[]): Field<readonly Name[]> {
  return {
    write(out, members) {
      let mask = 0;
      for (const name of members) mask |= 1 << names.indexOf(name);
      out.u32(mask);
    },
    read(input) {
      const mask = input.u32();
      return names.filter((_, index) => mask & (1 << index));
    },
  };
}
