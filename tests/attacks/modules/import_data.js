// deno-lint-ignore-file
// Loads a data: URL, whose own imports nobody would look at.
import fs from "data:text/javascript,export { default } from 'node:fs'";
console.log("BREACH", fs);
export { quiet as default } from "./attack_support.js";
