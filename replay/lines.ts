import { CARRIAGE_RETURN } from "./text.ts";
import type { Warnings } from "./warning.ts";

/** No recorder writes longer lines. Longer ones are cut, so memory is bounded for any input. */
export const MAX_LINE: number = 1 << 20;

/**
 * Cuts text that comes in chunks into lines.
 */
export class Lines {
  /** The number of the line that was handed out last, from 1. */
  number = 0;
  readonly #take: (line: string) => void;
  readonly #warnings: Warnings;
  /** The text behind the last end of a line. Of a line that is too long only a blank is kept. */
  #tail = "";
  #overlong = false;

  /**
   * Makes a splitter that has seen no text.
   *
   * @param take Called with each line, without its end.
   * @param warnings Where warnings go.
   */
  constructor(take: (line: string) => void, warnings: Warnings) {
    this.#take = take;
    this.#warnings = warnings;
  }

  /** Takes the next chunk. */
  push(chunk: string): void {
    const text = this.#tail.length === 0 ? chunk : this.#tail + chunk;
    let start = 0;
    for (;;) {
      const end = text.indexOf("\n", start);
      if (end < 0) break;
      this.#hand(text, start, end);
      start = end + 1;
    }
    this.#keep(start === 0 ? text : text.slice(start));
  }

  /** Hands out a last line that has no end, and then returns false. Such a line may be cut off. */
  end(): boolean {
    if (this.#tail.length === 0) return true;
    const tail = this.#tail;
    this.#tail = "";
    this.#hand(tail, 0, tail.length);
    return false;
  }

  #hand(text: string, start: number, end: number): void {
    this.number++;
    if (this.#overlong) {
      this.#overlong = false;
      this.#warnings.add({
        kind: "too-long",
        line: this.number,
        text: `line of more than ${MAX_LINE} characters`,
      });
      return;
    }
    const last = end > start && text.charCodeAt(end - 1) === CARRIAGE_RETURN ? end - 1 : end;
    this.#take(text.slice(start, last));
  }

  #keep(tail: string): void {
    if (tail.length > MAX_LINE) {
      this.#overlong = true;
      this.#tail = " ";
      return;
    }
    this.#tail = this.#overlong && tail.length > 0 ? " " : tail;
  }
}
