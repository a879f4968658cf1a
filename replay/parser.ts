import type { EventSink, RecordingClock } from "./event.ts";
import type { Warnings } from "./warning.ts";

/** The formats that can be read. What is known of each is in FORMATS. */
export type RecordingFormat = "strace" | "ftrace" | "perf" | "events";

/** What a parser needs. */
export interface ParserOptions {
  /** Where events go. */
  readonly sink: EventSink;
  /** Where warnings go. */
  readonly warnings: Warnings;
  /** The pid that a recording without a pid column is about, as in the files of `strace -ff`. */
  readonly pid?: number;
}

/** Makes events of the lines of one format. */
export interface LineParser {
  /** The format. */
  readonly format: RecordingFormat;
  /** How the times are to be read; known after the first line. */
  readonly clock: RecordingClock;
  /** Takes a line, without its end, and its number, from 1. */
  line(text: string, number: number): void;
  /** Tells the events that still wait. The recording is over. */
  end(): void;
}
