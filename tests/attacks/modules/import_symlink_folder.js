// deno-lint-ignore-file
// Leaves the folder of the module through a symbolic link to a folder.
import secret from "./away/secret.js";
console.log("BREACH", secret);
export { quiet as default } from "./attack_support.js";
