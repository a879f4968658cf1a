// deno-lint-ignore-file
// Imports what a neighbour does not export.
import { nothing } from "./attack_support.js";
console.log("BREACH", nothing);
export { quiet as default } from "./attack_support.js";
