// deno-lint-ignore-file
// Loads a file by its URL.
import secret from "file://@CANARY@/secret.js";
console.log("BREACH", secret);
export { quiet as default } from "./attack_support.js";
