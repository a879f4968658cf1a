// deno-lint-ignore-file
// A division behind a function expression looks like a regular expression to a lexer, and
// hides the import() in it.
let fs = null;
const seen = function () {} / import("node:fs").then((found) => fs = found) / 1;
await null;
console.log("BREACH", seen, fs);
export { quiet as default } from "./attack_support.js";
