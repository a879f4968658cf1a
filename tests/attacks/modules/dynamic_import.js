// deno-lint-ignore-file
// Loads a builtin module while it runs.
const fs = await import("node:fs");
console.log("BREACH", fs.readFileSync("@CANARY@/secret.txt", "utf8"));
export { quiet as default } from "./attack_support.js";
