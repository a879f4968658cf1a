// deno-lint-ignore-file
// Asks where it is.
console.log("BREACH", import.meta.url);
export { quiet as default } from "./attack_support.js";
