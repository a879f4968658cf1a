// deno-lint-ignore-file
// Writes the keyword with an escape.
const fs = await im\u0070ort("node:fs");
console.log("BREACH", fs);
export { quiet as default } from "./attack_support.js";
