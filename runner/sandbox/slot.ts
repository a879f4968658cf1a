import { bodyOf, createTextMemory, headerOf, LENGTH, STATE } from "./text_memory.ts";

/** How many characters a piece of a recording has at most. Each takes three bytes at most. */
export const PIECE_LENGTH: number = 1 << 17;

const SIZE = 3 * PIECE_LENGTH;
const EMPTY = 0;
const FULL = 1;
const OVER = 2;

/** Makes the memory through which a process hands text to its worker. */
export function createSlot(): SharedArrayBuffer {
  return createTextMemory(SIZE);
}

/**
 * Puts a piece of text where the worker finds it.
 *
 * @param memory What {@linkcode createSlot} returned, empty.
 * @param text At most {@linkcode PIECE_LENGTH} characters, or null at the end of the recording.
 * @returns Fulfilled when the worker has worked through it.
 */
export async function put(memory: SharedArrayBuffer, text: string | null): Promise<void> {
  const header = headerOf(memory);
  if (text !== null) {
    const bytes = new TextEncoder().encode(text);
    bodyOf(memory).set(bytes);
    Atomics.store(header, LENGTH, bytes.length);
  }
  const state = text === null ? OVER : FULL;
  Atomics.store(header, STATE, state);
  Atomics.notify(header, STATE);
  const emptied = Atomics.waitAsync(header, STATE, state);
  if (emptied.async) await emptied.value;
}

/** What a worker does with the text that is handed to it. */
export interface SlotReader {
  /** Waits for the next piece, or null at the end. Nothing else happens in the worker meanwhile. */
  take(): string | null;
  /** Says that the piece has been worked through. */
  taken(): void;
}

/**
 * Lets a worker wait for text. It uses no messages: with user code in the worker no code listens to them.
 *
 * @param memory What {@linkcode createSlot} returned.
 * @returns Reads.
 */
export function slotReader(memory: SharedArrayBuffer): SlotReader {
  // Taken early, since they leave the global object before user code comes.
  const { wait, load, store, notify } = Atomics;
  const decoder = new TextDecoder();
  const decode = decoder.decode.bind(decoder);
  const header = headerOf(memory);
  const body = bodyOf(memory);
  return {
    take: () => {
      while (load(header, STATE) === EMPTY) wait(header, STATE, EMPTY);
      if (load(header, STATE) === OVER) return null;
      // Text cannot be decoded out of shared memory.
      return decode(body.slice(0, load(header, LENGTH)));
    },
    taken: () => {
      store(header, STATE, EMPTY);
      notify(header, STATE);
    },
  };
}
