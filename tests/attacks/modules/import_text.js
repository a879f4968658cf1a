// deno-lint-ignore-file
// Loads any file as text.
import secret from "../secret.txt" with { type: "text" };
console.log("BREACH", secret);
export { quiet as default } from "./attack_support.js";
