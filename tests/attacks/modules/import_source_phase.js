// deno-lint-ignore-file
// Uses a phase of imports that is not built.
import defer * as fs from "node:fs";
console.log("BREACH", fs);
export { quiet as default } from "./attack_support.js";
