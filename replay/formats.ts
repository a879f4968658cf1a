import { EventsParser } from "./events_reader.ts";
import { FtraceParser } from "./ftrace.ts";
import type { LineParser, ParserOptions, RecordingFormat } from "./parser.ts";
import { StraceParser } from "./strace.ts";

/** A format of recordings: how to detect it, how to read it, and what it never tells. */
export interface FormatDescription {
  /** The name of its lines in messages: `perf script`. */
  readonly lines: string;
  /** The recorder in help: `tracefs`. */
  readonly recorder: string;
  /** What it never tells, in words. Resources are told where there are figures of them. */
  readonly untold: readonly string[];
  /** Whether a line has its form. Where several formats say so, the first in {@linkcode FORMATS} counts. */
  readonly looksLike: (line: string) => boolean;
  /** Whether a line may come before the first one that has its form, in a sound recording. */
  readonly isPreamble: (line: string) => boolean;
  /** Makes a parser for a recording. */
  readonly makeParser: (options: ParserOptions) => LineParser;
}

const PERF_LINE = /^(?!\{)\s*\S.*\s\d+(?:\/\d+)?\s+\[\d+\]\s+\d+\.\d+:\s/;
const FTRACE_LINE = /^(?!\{)\s*\S.*-\d+\s+(?:\(\s*[-\d]+\)\s+)?\[\d+\]\s+(?:\S+\s+)?\d+\.\d+:\s/;
const STRACE_LINE = new RegExp(
  "^(?:\\[pid\\s+\\d+(?:<[^>]*>)?\\] |\\s*\\d+(?:<[^>]*>)?\\s+)?" +
    "(?:\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?\\s+|\\d+\\.\\d+\\s+)?(?:\\[[^\\]]*\\]\\s+)*" +
    "(?:[a-z_][a-z0-9_]*\\(|<\\.\\.\\. [a-z0-9_]+ resumed>|\\+\\+\\+ (?:exited|killed|superseded)|--- (?:SIG|stopped))",
);

/**
 * Every format that can be read. Detection tries them in this order. Messages and help name them in it.
 *
 * @example
 * ```ts
 * import { FORMAT_NAMES, FORMATS, type RecordedEvent, Warnings } from "@pnotify/pnotify/replay";
 * import { assertEquals } from "@std/assert";
 * const line = "7 +++ exited with 0 +++";
 * const name = FORMAT_NAMES.find((name) => FORMATS[name].looksLike(line))!;
 * const { isPreamble, makeParser, untold } = FORMATS[name];
 * assertEquals([name, isPreamble(line), untold.includes("resources")], ["strace", false, true]);
 * const events: RecordedEvent[] = [];
 * makeParser({ sink: (event) => events.push(event), warnings: new Warnings() }).line(line, 1);
 * assertEquals(events.map(({ type }) => type), ["exit"]);
 * ```
 */
export const FORMATS: Readonly<Record<RecordingFormat, FormatDescription>> = Object.freeze<
  Record<RecordingFormat, FormatDescription>
>({
  strace: {
    lines: "strace",
    recorder: "strace",
    untold: ["the parent of the first process", "resources"],
    looksLike: (line) => STRACE_LINE.test(line),
    isPreamble: (line) => line.startsWith("strace: "),
    makeParser: (options) => new StraceParser(options),
  },
  ftrace: {
    lines: "ftrace",
    recorder: "tracefs",
    untold: ["subreapers and pid namespaces", "command lines", "resources"],
    looksLike: (line) => line.startsWith("# tracer:") || FTRACE_LINE.test(line),
    isPreamble: (line) => line.startsWith("#"),
    makeParser: (options) => new FtraceParser(options, "ftrace"),
  },
  perf: {
    lines: "perf script",
    recorder: "perf script",
    untold: ["subreapers and pid namespaces", "command lines", "resources"],
    looksLike: (line) => PERF_LINE.test(line),
    isPreamble: (line) => line.startsWith("#") || line.trim() === "",
    makeParser: (options) => new FtraceParser(options, "perf"),
  },
  events: {
    lines: "JSON events",
    recorder: "a process connector",
    untold: ["resources"],
    looksLike: (line) => line.startsWith("{") && /"(?:ev|format)":/.test(line),
    isPreamble: (line) => line.startsWith("#"),
    makeParser: (options) => new EventsParser(options),
  },
});

/** The names of the formats, in the order of {@linkcode FORMATS}. */
export const FORMAT_NAMES: readonly RecordingFormat[] = Object.freeze(
  Object.keys(FORMATS) as RecordingFormat[],
);

/**
 * Lists the formats in words.
 *
 * @param key What of each is listed: what its lines are called, or what writes it.
 * @returns The list, with commas and an `or`.
 * @example
 * ```ts
 * import { FORMAT_NAMES, FORMATS, listFormats } from "@pnotify/pnotify/replay";
 * import { assertEquals } from "@std/assert";
 * const lines = FORMAT_NAMES.map((name) => FORMATS[name].lines);
 * assertEquals(listFormats("lines").split(/, | or /), lines);
 * ```
 */
export function listFormats(key: "lines" | "recorder"): string {
  const words = FORMAT_NAMES.map((name) => FORMATS[name][key]);
  return `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

/** The beginning of a line shows its format. The patterns are slow on long lines. */
const MOST_CHARACTERS = 1000;

/**
 * Finds out the format of a recording from one of its lines.
 *
 * @param line A line.
 * @returns The format, or null when the line has no known form.
 * @example
 * ```ts
 * import { formatOf } from "@pnotify/pnotify/replay";
 * import { assertEquals } from "@std/assert";
 * assertEquals(formatOf('12 10:20:30 execve("/bin/sh", ["sh"], 0x1 /* 2 vars *\/) = 0'), "strace");
 * assertEquals(formatOf("hello"), null);
 * ```
 */
export function formatOf(line: string): RecordingFormat | null {
  const beginning = line.length > MOST_CHARACTERS ? line.slice(0, MOST_CHARACTERS) : line;
  return FORMAT_NAMES.find((name) => FORMATS[name].looksLike(beginning)) ?? null;
}
