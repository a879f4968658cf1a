import type { Doing } from "./protocol.ts";
import { bodyOf, createTextMemory, headerOf, LENGTH, STATE } from "./text_memory.ts";

/** The bytes of a text: more than any work takes. */
const SIZE = 4096;
/** The first number says how often the board was written. */
const VERSION = STATE;

/** Makes the memory that a worker and its process share. */
export function createBoard(): SharedArrayBuffer {
  return createTextMemory(SIZE);
}

/**
 * Lets a worker write its next work. The process can read it even if the worker never answers again.
 *
 * @param memory What {@linkcode createBoard} returned.
 * @returns Writes.
 */
export function boardWriter(memory: SharedArrayBuffer): (doing: Doing) => void {
  // Taken early, since they leave the global object before user code comes.
  const encoder = new TextEncoder();
  const { store, add } = Atomics;
  const header = headerOf(memory);
  const body = bodyOf(memory);
  return (doing) => {
    const what = doing.what.slice(0, 500);
    const bytes = encoder.encode(JSON.stringify({ ...doing, what }));
    if (bytes.length > body.length) return;
    store(header, LENGTH, 0);
    body.set(bytes);
    store(header, LENGTH, bytes.length);
    add(header, VERSION, 1);
  };
}

/**
 * Reads the present work of a worker.
 *
 * @param memory What {@linkcode createBoard} returned.
 * @returns How often the board was written, and its text. Null while the worker writes.
 */
export function readBoard(memory: SharedArrayBuffer): { version: number; doing: Doing | null } {
  const header = headerOf(memory);
  const version = Atomics.load(header, VERSION);
  const length = Atomics.load(header, LENGTH);
  const bytes = bodyOf(memory).slice(0, length);
  try {
    return { version, doing: JSON.parse(new TextDecoder().decode(bytes)) };
  } catch {
    return { version, doing: null };
  }
}
