// deno-lint-ignore-file
// Loads a file by its path.
import secret from "@CANARY@/secret.js";
console.log("BREACH", secret);
export { quiet as default } from "./attack_support.js";
