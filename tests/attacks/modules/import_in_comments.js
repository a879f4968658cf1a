// deno-lint-ignore-file
// Hides the name between comments.
import /* from "./attack_support.js" */ fs /* " */ from /* ' */ "node:fs";
console.log("BREACH", fs);
export { quiet as default } from "./attack_support.js";
