// deno-lint-ignore-file
// Hides import.meta in the same way.
const seen = function () {} / import.meta.url / 1;
console.log("BREACH", seen);
export { quiet as default } from "./attack_support.js";
