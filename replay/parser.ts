import type { EventSink, RecordingClock } from "./event.ts";
import type { Warnings } from "./warning.ts";

/** The formats that can be read. What is known of each is in FORMATS. */
export type RecordingFormat = "strace" | "ftrace" | "perf" | "events";

/** What a parser needs. */
export interface ParserOptions {
  /** Where events go. */
  readonly sink: EventSink;
  /** Where to complain. */
  readonly warnings: Warnings;
  /** The pid that a recording without a pid column is about, as in the files of `strace -ff`. */
  readonly pid?: number;
}

/**
 * Makes events of the lines of one format.
 *
 * @example
 * ```ts
 * import { type LineParser, type RecordedEvent, StraceParser, Warnings } from "@pnotify/pnotify/replay";
 * import { assertEquals } from "@std/assert";
 * const types: string[] = [];
 * const sink = (event: RecordedEvent) => void types.push(event.type);
 * const parser: LineParser = new StraceParser({ sink, warnings: new Warnings(), pid: 7 });
 * parser.line("+++ exited with 0 +++", 1);
 * parser.end();
 * assertEquals([parser.format, types.at(-1)], ["strace", "exit"]);
 * ```
 */
export interface LineParser {
  /** The format. */
  readonly format: RecordingFormat;
  /** How the times are to be read; known after the first line. */
  readonly clock: RecordingClock;
  /**
   * Takes a line.
   *
   * @param text The line, without its end.
   * @param number Its number, from 1.
   */
  line(text: string, number: number): void;
  /** Tells what is left when the recording is over. */
  end(): void;
}
