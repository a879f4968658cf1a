// deno-lint-ignore-file
// Asks TypeScript for CommonJS.
import fs = require("node:fs");
console.log("BREACH", fs.readFileSync("@CANARY@/secret.txt"));
export { quiet as default } from "./attack_support.js";
