// deno-lint-ignore-file
// Leaves the folder of the module.
import secret from "../secret.js";
console.log("BREACH", secret);
export { quiet as default } from "./attack_support.js";
