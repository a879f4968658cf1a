import type { LinkedFile } from "./linker.ts";
import type { LoadFailure } from "./protocol.ts";

/** Thrown when a module's files do not load. */
export class Unloadable extends Error {
  /** The class name, for callers that cannot use `instanceof`. */
  override readonly name = "Unloadable";
  /** What stands in the way. */
  readonly failure: LoadFailure;

  /**
   * Makes the error of a failed load.
   *
   * @param failure What stands in the way.
   */
  constructor(failure: LoadFailure) {
    super(failure.message);
    this.failure = failure;
  }
}

// deno-lint-ignore no-control-regex
const COLOR = /\x1b\[[\d;]*m/g;
/** The parser of `deno run` names the URL, the engine the name that the linker gave the file. */
const PLACE = /\bat (\S+):(\d+):(\d+)\s*$/m;

/**
 * Reads the error of an import that failed. The parser of `deno run`, the engine, and a file that throws each give an
 * error of another form.
 *
 * @param error What was thrown.
 * @param file The file that was imported.
 * @param files All files of the module.
 * @returns What stands in the way.
 */
export function loadFailure(
  error: unknown,
  file: string,
  files: readonly LinkedFile[],
): LoadFailure {
  const text = describe(error).replace(COLOR, "");
  const place = PLACE.exec(text);
  const isOurs = place !== null &&
    (place[1].startsWith("data:text/javascript") || place[1] === encodeURI(file));
  if (!isOurs) return thrown(error, file, text);
  const [line, column] = [Number(place[2]), Number(place[3])];
  return { file, line, column, message: wording(text, files), threw: false };
}

function describe(error: unknown): string {
  try {
    return error instanceof Error ? String(error.message) : String(error);
  } catch {
    return "something that cannot be shown";
  }
}

function wording(text: string, files: readonly LinkedFile[]): string {
  const missing = /^.*?The requested module '(.*)' does not provide an export named '(.*)'/s
    .exec(text);
  if (missing !== null) {
    const [, url, name] = missing;
    const from = files.find((linked) => linked.url === url)?.file ?? url.slice(0, 60);
    return `"${from}" has no export "${name}"`;
  }
  const [first] = text.split("\n");
  if (first.includes("must not contain escaped characters")) {
    return "a keyword is written with escapes, or import() stands where it cannot be seen";
  }
  return first
    .replace(/\s*\bat \S+:\d+:\d+\s*$/, "")
    .replace(
      /^(?:Uncaught )?(?:SyntaxError: |The module's source code could not be parsed: )+/,
      "",
    );
}

function thrown(error: unknown, file: string, text: string): LoadFailure {
  let stack = "";
  try {
    stack = error instanceof Error ? String(error.stack) : "";
  } catch {
    // A thrown value with a hostile stack gets a message without a place.
  }
  const place = /\n {4}at (?:[^\n]* \()?([^\n()]+):(\d+):(\d+)\)?/.exec(stack);
  // Stacks name a file by its path in the folder of the module.
  const isOurs = place !== null && `/${file}`.endsWith(`/${place[1]}`);
  return {
    file,
    line: isOurs ? Number(place[2]) : null,
    column: isOurs ? Number(place[3]) : null,
    message: text.slice(0, 1000),
    threw: true,
  };
}
