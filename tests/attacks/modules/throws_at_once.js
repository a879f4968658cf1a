// deno-lint-ignore-file
// Throws while it is loaded.
throw new Error("not today");
export { quiet as default } from "./attack_support.js";
