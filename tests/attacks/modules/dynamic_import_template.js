// deno-lint-ignore-file
// Imports inside a template.
const text = `${await import("node:fs")}`;
console.log("BREACH", text);
export { quiet as default } from "./attack_support.js";
