// deno-lint-ignore-file
// Hides a name behind escapes.
import fs from "node\u003afs";
console.log("BREACH", fs);
export { quiet as default } from "./attack_support.js";
