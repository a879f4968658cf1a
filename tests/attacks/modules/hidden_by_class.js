// deno-lint-ignore-file
// The same behind a class expression.
const seen = class {} / import("node:fs") / 1;
console.log("BREACH", seen);
export { quiet as default } from "./attack_support.js";
