/*
 * Small readers of text by character code. A regular expression for each line would cost more than everything else.
 */

export const CARRIAGE_RETURN = 13;
export const SPACE = 32;
export const QUOTE = 34;
export const HASH = 35;
export const OPEN_PAREN = 40;
export const CLOSE_PAREN = 41;
export const PLUS = 43;
export const MINUS = 45;
export const DOT = 46;
export const SLASH = 47;
export const ZERO = 48;
export const NINE = 57;
export const COLON = 58;
export const LESS_THAN = 60;
export const QUESTION_MARK = 63;
export const OPEN_BRACKET = 91;
export const BACKSLASH = 92;
export const CLOSE_BRACKET = 93;
export const UNDERSCORE = 95;
export const LOWER_A = 97;
export const LOWER_F = 102;
export const LOWER_T = 116;
export const LOWER_Z = 122;

/** Whether a character code is a decimal digit. */
export function isDigit(code: number): boolean {
  return code >= ZERO && code <= NINE;
}

/** Whether a character code is a small letter of ASCII. */
export function isLowerCase(code: number): boolean {
  return code >= LOWER_A && code <= LOWER_Z;
}

/** Reads the decimal number at a place; NaN when there is no digit. */
export function numberAt(text: string, offset: number): number {
  let code = text.charCodeAt(offset);
  if (!isDigit(code)) return NaN;
  let value = 0;
  while (isDigit(code)) {
    value = value * 10 + (code - ZERO);
    code = text.charCodeAt(++offset);
  }
  return value;
}

/** The place after the digits that begin at a place. */
export function afterDigits(text: string, offset: number): number {
  while (isDigit(text.charCodeAt(offset))) offset++;
  return offset;
}

/** The place after the spaces that begin at a place. */
export function afterSpaces(text: string, offset: number): number {
  while (text.charCodeAt(offset) === SPACE) offset++;
  return offset;
}

/** Reads a fraction of a second, of any number of digits, as nanoseconds. */
export function nanosecondsAt(text: string, offset: number, end: number): number {
  let value = 0;
  let digits = 0;
  for (; offset < end && digits < 9; offset++, digits++) {
    value = value * 10 + (text.charCodeAt(offset) - ZERO);
  }
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
    (whole, hex: string | undefined, octal: string | undefined, escaped: string | undefined) => {
      if (hex !== undefined) return String.fromCharCode(parseInt(hex, 16));
      if (octal !== undefined) return String.fromCharCode(parseInt(octal, 8) & 0xff);
      return SIMPLE_ESCAPES[escaped!] ?? whole;
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
export function quotedAt(text: string, offset: number): Quoted | null {
  if (text.charCodeAt(offset) !== QUOTE) return null;
  let end = offset + 1;
  for (;;) {
    end = text.indexOf('"', end);
    if (end < 0) return null;
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) break;
    end++;
  }
  const value = unescapeC(text.slice(offset + 1, end));
  if (!text.startsWith("...", end + 1)) return { value, end: end + 1 };
  return { value: `${value}...`, end: end + 4 };
}

/** Reads a list of C strings, `["a", "b"...]`; null when it is none, as for an address. */
export function quotedListAt(text: string, offset: number): string[] | null {
  if (text[offset] !== "[") return null;
  const list: string[] = [];
  offset++;
  while (text[offset] !== "]") {
    if (text.startsWith("...", offset)) {
      list.push("...");
      offset += 3;
      continue;
    }
    const quoted = quotedAt(text, offset);
    if (quoted === null) return list.length === 0 ? null : list;
    list.push(quoted.value);
    offset = quoted.end;
    if (text.startsWith(", ", offset)) offset += 2;
  }
  return list;
}
