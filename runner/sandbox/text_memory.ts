/*
 * Text in memory that two threads share: a header of two numbers, and the text as UTF-8. Each use gives the first number a
 * meaning of its own. The second is the length of the text.
 */

const HEADER_BYTES = 8;

/** The place of the first number. */
export const STATE = 0;
/** The place of the length, in bytes. */
export const LENGTH = 1;

/** Makes memory for so many bytes of text. */
export function createTextMemory(bytes: number): SharedArrayBuffer {
  return new SharedArrayBuffer(HEADER_BYTES + bytes);
}

/** The two numbers. */
export function headerOf(memory: SharedArrayBuffer): Int32Array {
  return new Int32Array(memory, 0, HEADER_BYTES / Int32Array.BYTES_PER_ELEMENT);
}

/** The bytes of the text. */
export function bodyOf(memory: SharedArrayBuffer): Uint8Array {
  return new Uint8Array(memory, HEADER_BYTES);
}
