// deno-lint-ignore-file
// Loads data.
import secret from "./secret.json" with { type: "json" };
console.log("BREACH", secret);
export { quiet as default } from "./attack_support.js";
