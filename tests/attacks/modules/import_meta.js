// deno-lint-ignore-file
// Asks where it is.
console.log("BREACH", import.meta.url);
export { quiet as default } from "./_attack.js";
