const PREFIX = "data:text/javascript;charset=utf-8,";

// The characters that a URL parser changes or drops, and those that end the URL or the string literal around it.
// deno-lint-ignore no-control-regex
const UNSAFE = /[\x00-\x20%#?"'`<>\\^{|}\x7f]|[^\x00-\x7f]+/g;

/**
 * Makes a URL without quotes and backslashes of JavaScript. It can be imported without any permission. A URL inside the
 * text has only its percent signs encoded again, so nesting adds little.
 */
export function dataUrl(text: string): string {
  return PREFIX + text.replace(UNSAFE, encode);
}

function encode(text: string): string {
  // encodeURIComponent leaves the apostrophe.
  return text === "'" ? "%27" : encodeURIComponent(text);
}
