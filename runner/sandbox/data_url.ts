const PREFIX = "data:text/javascript;charset=utf-8,";

// What a URL parser would change, drop or end the body at; and what would end the string literal around it.
// deno-lint-ignore no-control-regex
const UNSAFE = /[\x00-\x20%#?"'`<>\\^{|}\x7f]|[^\x00-\x7f]+/g;

/**
 * Makes a module of a text that can be imported without any permission. Of a text that holds such a URL the percent signs
 * alone are encoded again, so nesting adds little.
 *
 * @param text JavaScript.
 * @returns A URL without quotes and backslashes.
 */
export function dataUrl(text: string): string {
  return PREFIX + text.replace(UNSAFE, encode);
}

function encode(text: string): string {
  // encodeURIComponent leaves the apostrophe.
  return text === "'" ? "%27" : encodeURIComponent(text);
}
