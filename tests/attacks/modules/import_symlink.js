// deno-lint-ignore-file
// Leaves the folder of the module through a symbolic link to a file.
import secret from "./link.js";
console.log("BREACH", secret);
export { quiet as default } from "./attack_support.js";
