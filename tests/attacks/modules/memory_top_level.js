// deno-lint-ignore-file
// Takes all memory before anybody watches a step.
const kept = [];
for (;;) kept.push(new Array(1e6).fill(kept.length));
export { quiet as default } from "./attack_support.js";
