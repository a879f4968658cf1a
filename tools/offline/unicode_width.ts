/**
 * Stand-in for `@std/cli/unicode-width`: how many columns a text takes on a terminal.
 *
 * @module
 */

/** Flags are drawn from two of these. */
const regionalIndicator = /^\p{Regional_Indicator}$/u;

const zero = /^[\p{Mn}\p{Me}\p{Cf}\u1160-\u11ff]$/u;

// The blocks that East Asian fonts draw two columns wide, and what is an emoji without being asked.
const wide = new RegExp(
  "^[\\p{Emoji_Presentation}\\u1100-\\u115f\\u2329\\u232a\\u2e80-\\u303e\\u3041-\\u33ff" +
    "\\u3400-\\u4dbf\\u4e00-\\ua4cf\\ua960-\\ua97c\\uac00-\\ud7a3\\uf900-\\ufaff\\ufe10-\\ufe19" +
    "\\ufe30-\\ufe6b\\uff01-\\uff60\\uffe0-\\uffe6\\u{16fe0}-\\u{18d08}\\u{1aff0}-\\u{1b2fb}" +
    "\\u{1f200}-\\u{1f265}\\u{20000}-\\u{2fffd}\\u{30000}-\\u{3fffd}]$",
  "u",
);

/** The columns that a text takes; control characters take none. */
export function unicodeWidth(str: string): number {
  let width = 0;
  for (const char of str) width += charWidth(char);
  return width;
}

function charWidth(char: string): number {
  const codePoint = char.codePointAt(0)!;
  if (codePoint < 0x7f) return codePoint < 0x20 ? 0 : 1;
  if (codePoint < 0xa0) return 0;
  if (codePoint === 0xad || regionalIndicator.test(char)) return 1;
  if (zero.test(char)) return 0;
  return wide.test(char) ? 2 : 1;
}
