// deno-lint-ignore-file
// Names a builtin module without its prefix.
import fs from "fs";
console.log("BREACH", fs);
export { quiet as default } from "./attack_support.js";
