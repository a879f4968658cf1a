import type { Position } from "../engine/plan.ts";

/** A text with a name, and the places in it. */
export class Source {
  /** The file, as messages name it. */
  readonly file: string;
  /** The whole text. */
  readonly text: string;
  readonly #lineStarts: number[] = [0];

  /**
   * Finds the lines of a text.
   *
   * @param file The file, as messages name it.
   * @param text The whole text.
   */
  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
    for (let i = 0; i < text.length; i++) {
      if (text[i] === "\n") this.#lineStarts.push(i + 1);
    }
  }

  /** How many lines there are. */
  get lines(): number {
    return this.#lineStarts.length;
  }

  /**
   * A line of the text.
   *
   * @param line Its number, from 1.
   * @returns The line, without its end.
   */
  line(line: number): string {
    const start = this.#lineStarts[line - 1];
    if (start === undefined) return "";
    const end = this.#lineStarts[line] ?? this.text.length + 1;
    return this.text.slice(start, end - 1).replace(/\r$/, "");
  }

  /** Where a line begins, as an offset. */
  lineStart(line: number): number {
    return this.#lineStarts[line - 1] ?? this.text.length;
  }

  /**
   * Finds the place of a part of the text. Of a part of several lines it is the place in the first line.
   *
   * @param start The offset where it begins.
   * @param end The offset behind it.
   * @returns The place. It covers at least one character.
   */
  position(start: number, end: number = start + 1): Position {
    const line = this.#lineOf(Math.min(start, this.text.length));
    const lineStart = this.#lineStarts[line - 1];
    const column = Math.min(start, this.text.length) - lineStart + 1;
    const lineEnd = lineStart + this.line(line).length;
    return { line, column, length: Math.max(1, Math.min(end, lineEnd) - start) };
  }

  #lineOf(offset: number): number {
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#lineStarts[middle] <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  }
}
