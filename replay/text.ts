/*
 * Small readers of text, by character code: a regular expression per line would cost more than all the rest.
 */

export const SPACE = 32;
export const QUOTE = 34;
export const OPEN_PAREN = 40;
export const DOT = 46;
export const ZERO = 48;
export const NINE = 57;
export const COLON = 58;

/** Whether a character code is a decimal digit. */
export function isDigit(code: number): boolean {
  return code >= ZERO && code <= NINE;
}

/** Reads the decimal number at a place; NaN when there is no digit. */
export function numberAt(text: string, at: number): number {
  let code = text.charCodeAt(at);
  if (!isDigit(code)) return NaN;
  let value = 0;
  while (isDigit(code)) {
    value = value * 10 + (code - ZERO);
    code = text.charCodeAt(++at);
  }
  return value;
}

/** The place after the digits that begin at a place. */
export function afterDigits(text: string, at: number): number {
  while (isDigit(text.charCodeAt(at))) at++;
  return at;
}

/** The place after the spaces that begin at a place. */
export function afterSpaces(text: string, at: number): number {
  while (text.charCodeAt(at) === SPACE) at++;
  return at;
}

/** Reads a fraction of a second, of any number of digits, as nanoseconds. */
export function nanosecondsAt(text: string, at: number, end: number): number {
  let value = 0;
  let digits = 0;
  for (; at < end && digits < 9; at++, digits++) value = value * 10 + (text.charCodeAt(at) - ZERO);
  for (; digits < 9; digits++) value *= 10;
  return value;
}

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = Object.freeze({
  n: "\n",
  t: "\t",
  r: "\r",
  v: "\v",
  f: "\f",
  '"': '"',
  "\\": "\\",
});

/** Undoes the escapes of a C string: `\n`, `\"`, octal and hexadecimal ones. */
export function unescapeC(text: string): string {
  if (!text.includes("\\")) return text;
  return text.replace(
    /\\(?:x([0-9a-f]{1,2})|([0-7]{1,3})|(.))/gs,
    (whole, hex: string | undefined, octal: string | undefined, other: string | undefined) => {
      if (hex !== undefined) return String.fromCharCode(parseInt(hex, 16));
      if (octal !== undefined) return String.fromCharCode(parseInt(octal, 8) & 0xff);
      return SIMPLE_ESCAPES[other!] ?? whole;
    },
  );
}

/** A C string and the place after it. */
export interface Quoted {
  /** The string, unescaped; with `...` where the recorder cut it. */
  readonly value: string;
  /** The place after its quotes and dots. */
  readonly end: number;
}

/** Reads the C string at a place, or null. */
export function quotedAt(text: string, at: number): Quoted | null {
  if (text.charCodeAt(at) !== QUOTE) return null;
  let end = at + 1;
  for (;;) {
    end = text.indexOf('"', end);
    if (end < 0) return null;
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === 92) slashes++;
    if (slashes % 2 === 0) break;
    end++;
  }
  const value = unescapeC(text.slice(at + 1, end));
  if (!text.startsWith("...", end + 1)) return { value, end: end + 1 };
  return { value: `${value}...`, end: end + 4 };
}

/** Reads a list of C strings, `["a", "b"...]`; null when it is none, as for an address. */
export function quotedListAt(text: string, at: number): string[] | null {
  if (text[at] !== "[") return null;
  const list: string[] = [];
  at++;
  while (text[at] !== "]") {
    if (text.startsWith("...", at)) {
      list.push("...");
      at += 3;
      continue;
    }
    const one = quotedAt(text, at);
    if (one === null) return list.length === 0 ? null : list;
    list.push(one.value);
    at = one.end;
    if (text.startsWith(", ", at)) at += 2;
  }
  return list;
}
