import type { Doing } from "./protocol.ts";

const SIZE = 4096;
const VERSION = 0;
const LENGTH = 1;
const HEADER_BYTES = 8;

/** Makes the memory that a worker and its process share. */
export function createBoard(): SharedArrayBuffer {
  return new SharedArrayBuffer(SIZE);
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
  const header = new Int32Array(memory, 0, 2);
  const body = new Uint8Array(memory, HEADER_BYTES);
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
  const header = new Int32Array(memory, 0, 2);
  const version = Atomics.load(header, VERSION);
  const length = Atomics.load(header, LENGTH);
  const bytes = new Uint8Array(memory, HEADER_BYTES, length).slice();
  try {
    return { version, doing: JSON.parse(new TextDecoder().decode(bytes)) };
  } catch {
    return { version, doing: null };
  }
}
