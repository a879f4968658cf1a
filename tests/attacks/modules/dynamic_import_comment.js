// deno-lint-ignore-file
// Puts a comment between import and its parenthesis.
const fs = await import/* ( */ ("node:fs");
console.log("BREACH", fs);
export { quiet as default } from "./attack_support.js";
