import { KernelError } from "../kernel/errno.ts";
import type { EventSink, RecordingClock } from "./event.ts";
import { formatOf, FORMATS, listFormats } from "./formats.ts";
import { Lines } from "./lines.ts";
import type { LineParser, ParserOptions, RecordingFormat } from "./parser.ts";
import { excerpt, Warnings } from "./warning.ts";

/** Detection gives up after this many lines. */
const LINES_TO_LOOK_AT = 2000;

/** How a recording is to be read. */
export interface RecordingOptions {
  /** Where its events go. */
  readonly sink: EventSink;
  /** Its name, for messages. */
  readonly name?: string;
  /** Where warnings go. A new list by default. */
  readonly warnings?: Warnings;
  /** The pid that a recording without a pid column is about. */
  readonly pid?: number;
}

/**
 * Reads a recording in chunks of text, and detects its format.
 *
 * @example
 * ```ts
 * import { Recording, type RecordedEvent } from "@pnotify/pnotify/replay";
 * import { assertEquals } from "@std/assert";
 * const events: RecordedEvent[] = [];
 * const recording = new Recording({ sink: (event) => events.push(event) });
 * recording.push('7 execve("/bin/true", ["true"], 0x7ffc /* 9 vars *\/) = 0\n7 exit_gr');
 * recording.push("oup(0) = ?\n7 +++ exited with 0 +++\n");
 * recording.end();
 * assertEquals(recording.format, "strace");
 * assertEquals(events.map((event) => event.type), ["exec", "exit-call", "exit"]);
 * ```
 */
export class Recording {
  /** What was wrong with it so far. */
  readonly warnings: Warnings;
  readonly #name: string;
  readonly #options: ParserOptions;
  readonly #lines: Lines;
  #parser: LineParser | null = null;
  /** The lines before the format is known. */
  readonly #early: string[] = [];
  #hasText = false;
  #binary = 0;

  /**
   * Makes a reader that has seen no text yet.
   *
   * @param options Where its events go.
   */
  constructor(options: RecordingOptions) {
    this.warnings = options.warnings ?? new Warnings();
    this.#name = options.name ?? "recording";
    this.#options = { sink: options.sink, warnings: this.warnings, pid: options.pid };
    this.#lines = new Lines((line) => this.#line(line), this.warnings);
  }

  /** The format, or null as long as it is not known. */
  get format(): RecordingFormat | null {
    return this.#parser?.format ?? null;
  }

  /** How the times of its events are to be read. */
  get clock(): RecordingClock {
    return this.#parser?.clock ?? { origin: 0, kind: "none" };
  }

  /** How many lines there were so far. */
  get lineCount(): number {
    return this.#lines.number;
  }

  /**
   * Takes the next chunk of text.
   *
   * @param chunk The text; it may end anywhere.
   * @throws {KernelError} ENOEXEC when it is no recording of a known format.
   */
  push(chunk: string): void {
    if (chunk.length > 0) this.#hasText = true;
    this.#lines.push(chunk);
  }

  /**
   * Says that the recording is over.
   *
   * @throws {KernelError} ENODATA when it is empty, ENOEXEC when it is no recording of a known format.
   */
  end(): void {
    const before = this.warnings.total;
    const whole = this.#lines.end();
    if (!this.#hasText) {
      throw this.#refuse("ENODATA", "it is empty");
    }
    if (this.#parser === null) this.#decide(true);
    if (!whole && this.warnings.total > before) {
      this.warnings.add({
        kind: "cut-off",
        line: this.#lines.number,
        text: "the last line has no end",
      });
    }
    this.#parser!.end();
  }

  #line(line: string): void {
    if (line.indexOf("\0") >= 0) {
      this.#binary++;
      this.warnings.add({
        kind: "binary",
        line: this.#lines.number,
        text: `no text: ${excerpt(line)}`,
      });
      if (this.#parser === null) this.#early.push("");
      return;
    }
    if (this.#parser !== null) return this.#parser.line(line, this.#lines.number);
    this.#early.push(line);
    const format = formatOf(line);
    if (format !== null) this.#start(format);
    else if (this.#early.length >= LINES_TO_LOOK_AT) this.#decide(false);
  }

  #start(format: RecordingFormat): void {
    const { isPreamble, makeParser } = FORMATS[format];
    const parser = makeParser(this.#options);
    this.#parser = parser;
    const first = this.#lines.number - this.#early.length + 1;
    // The parser gets the early lines too, and warns about each at its number.
    for (const [index, line] of this.#early.splice(0).entries()) {
      if (line !== "" && !isPreamble(line)) parser.line(line, first + index);
    }
  }

  /** Refuses a recording in which no line has a known form. */
  #decide(ended: boolean): never {
    const found = this.#binary > 0
      ? "it is binary"
      : `${ended ? "no line" : `none of its first ${LINES_TO_LOOK_AT} lines`} has a known form`;
    throw this.#refuse("ENOEXEC", found);
  }

  #refuse(code: "ENODATA" | "ENOEXEC", found: string): KernelError {
    return new KernelError(code, {
      action: "read recording",
      name: this.#name,
      found,
      wanted: `lines of ${listFormats("lines")} are wanted`,
    });
  }
}
