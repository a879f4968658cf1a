import { COLOURED, PLAIN, type Style } from "../report/style.ts";

/** The effects of a command: printing and files. Tests replace it. */
export interface Io {
  /** Prints a line to stdout. */
  out(line: string): void;
  /** Prints a line to stderr. */
  err(line: string): void;
  /** Whether stdout is a terminal. */
  readonly isOutTerminal: boolean;
  /** Whether stderr is a terminal. */
  readonly isErrTerminal: boolean;
  /** Writes to stderr without a line break, for progress. */
  progress(text: string): void;
  /** Reads an environment variable. */
  env(name: string): string | undefined;
}

const encoder = new TextEncoder();

function write(stream: typeof Deno.stdout, text: string): void {
  let bytes = encoder.encode(text);
  try {
    while (bytes.length > 0) bytes = bytes.subarray(stream.writeSync(bytes));
  } catch (error) {
    // A reader such as `head` may close the pipe. That is no error.
    if (error instanceof Deno.errors.BrokenPipe) Deno.exit(0);
    throw error;
  }
}

/** The real terminal, files and environment. */
export function hostIo(): Io {
  return {
    out: (line) => write(Deno.stdout, `${line}\n`),
    err: (line) => write(Deno.stderr, `${line}\n`),
    isOutTerminal: Deno.stdout.isTerminal(),
    isErrTerminal: Deno.stderr.isTerminal(),
    progress: (text) => write(Deno.stderr, text),
    env: (name) => {
      try {
        return Deno.env.get(name);
      } catch {
        return undefined;
      }
    },
  };
}

/**
 * Decides whether a stream gets colours.
 *
 * @param choice What the command line says: `always`, `never` or `auto`.
 * @param isTerminal Whether the stream is a terminal.
 * @param io The environment with NO_COLOR.
 * @returns How to mark text up.
 */
export function styleFor(choice: string, isTerminal: boolean, io: Io): Style {
  if (choice === "always") return COLOURED;
  if (choice === "never") return PLAIN;
  const noColor = io.env("NO_COLOR");
  if (noColor !== undefined && noColor !== "") return PLAIN;
  return isTerminal && io.env("TERM") !== "dumb" ? COLOURED : PLAIN;
}

/**
 * How wide a drawing may be.
 *
 * @param io The terminal.
 * @returns The width of the terminal, or 100 where there is none.
 */
export function terminalWidth(io: Io): number {
  if (!io.isOutTerminal) return 100;
  try {
    return Deno.consoleSize().columns;
  } catch {
    return 80;
  }
}
