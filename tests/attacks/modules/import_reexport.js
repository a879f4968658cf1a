// deno-lint-ignore-file
// Re-exports a builtin module.
export * as fs from "node:fs";
export { quiet as default } from "./attack_support.js";
