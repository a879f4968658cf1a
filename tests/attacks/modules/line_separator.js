// deno-lint-ignore-file
// A line separator ends a comment for the engine, and for few others.
// harmless  import fs from "node:fs"; console.log("BREACH", fs);
export { quiet as default } from "./attack_support.js";
