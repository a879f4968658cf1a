// deno-lint-ignore-file
// Hides the name between comments.
import /* from "./_attack.js" */ fs /* " */ from /* ' */ "node:fs";
console.log("BREACH", fs);
export { quiet as default } from "./_attack.js";
