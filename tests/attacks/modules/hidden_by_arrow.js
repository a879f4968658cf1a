// deno-lint-ignore-file
// The same behind a generator expression.
const seen = async function* () {} / import("node:fs") / 1;
console.log("BREACH", seen);
export { quiet as default } from "./attack_support.js";
