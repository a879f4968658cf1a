// deno-lint-ignore-file
// Leaves the folder of the module in percent signs.
import secret from "./%2e%2e/secret.js";
console.log("BREACH", secret);
export { quiet as default } from "./attack_support.js";
