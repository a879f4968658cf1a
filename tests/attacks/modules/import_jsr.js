// deno-lint-ignore-file
// Downloads a package.
import * as assert from "jsr:@std/assert@1";
console.log("BREACH", assert);
export { quiet as default } from "./attack_support.js";
