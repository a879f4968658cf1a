/** Marks up text for a terminal, or leaves it as it is. */
export interface Style {
  /** Headings and important words. */
  bold(text: string): string;
  /** Less important words. */
  dim(text: string): string;
  /** Failures. */
  red(text: string): string;
  /** Successes. */
  green(text: string): string;
  /** Warnings. */
  yellow(text: string): string;
  /** Names. */
  cyan(text: string): string;
}

function marked(code: number, end: number): (text: string) => string {
  return (text) => text === "" ? "" : `\x1b[${code}m${text}\x1b[${end}m`;
}

const same = (text: string): string => text;

/** Text as it is. */
export const PLAIN: Style = Object.freeze<Style>({
  bold: same,
  dim: same,
  red: same,
  green: same,
  yellow: same,
  cyan: same,
});

/** Text for a terminal that shows colours. */
export const COLOURED: Style = Object.freeze<Style>({
  bold: marked(1, 22),
  dim: marked(2, 22),
  red: marked(31, 39),
  green: marked(32, 39),
  yellow: marked(33, 39),
  cyan: marked(36, 39),
});

/**
 * Makes text harmless for a terminal. The log of a module may hold control characters.
 *
 * @param text Any text.
 * @returns The same, with control characters shown as escapes.
 */
export function printable(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
