// deno-lint-ignore-file
// Imports what is computed.
const fs = await import(["no", "de:fs"].join(""));
console.log("BREACH", fs);
export { quiet as default } from "./attack_support.js";
