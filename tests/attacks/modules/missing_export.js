// deno-lint-ignore-file
// Imports what a neighbour does not export.
import { nothing } from "./_attack.js";
console.log("BREACH", nothing);
export { quiet as default } from "./_attack.js";
