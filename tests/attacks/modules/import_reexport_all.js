// deno-lint-ignore-file
// Re-exports a builtin module.
export * from "node:child_process";
export { quiet as default } from "./attack_support.js";
