// deno-lint-ignore-file
// Reads a file through a builtin module.
import { readFileSync } from "node:fs";
console.log("BREACH", readFileSync("@CANARY@/secret.txt", "utf8"));
export { quiet as default } from "./attack_support.js";
