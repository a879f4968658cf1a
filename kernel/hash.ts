/** Where the hash of FNV-1a begins: its offset basis for 32 bits. */
export const FNV_OFFSET_BASIS = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** 2**32 divided by the golden ratio. Its multiples are spread evenly over 32 bits. */
export const GOLDEN_RATIO = 0x9e3779b9;

// The multipliers of the finalizer of MurmurHash3.
export const MURMUR_FIRST = 0x85ebca6b;
const MURMUR_SECOND = 0xc2b2ae35;

/** Adds a text to a hash of 32 bits (FNV-1a, by UTF-16 units). */
export function fnv1a(hash: number, text: string): number {
  let next = hash;
  for (let i = 0; i < text.length; i++) next = Math.imul(next ^ text.charCodeAt(i), FNV_PRIME);
  return next >>> 0;
}

/** Mixes 32 bits, so that each bit changes about half of the bits of the result (fmix32 of MurmurHash3). */
export function mixBits(bits: number): number {
  let mixed = Math.imul(bits ^ (bits >>> 16), MURMUR_FIRST);
  mixed = Math.imul(mixed ^ (mixed >>> 13), MURMUR_SECOND);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
