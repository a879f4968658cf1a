// deno-lint-ignore-file
// Imports any file as JSON, which a compiled program does not check.
const secret = await import("file://@CANARY@/secret.json", { with: { type: "json" } });
console.log("BREACH", secret);
export { quiet as default } from "./attack_support.js";
