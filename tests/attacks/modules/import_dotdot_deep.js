// deno-lint-ignore-file
// Leaves the folder of the module after going down first.
import secret from "./sub/../../secret.js";
console.log("BREACH", secret);
export { quiet as default } from "./attack_support.js";
