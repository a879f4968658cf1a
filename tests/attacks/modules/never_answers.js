// deno-lint-ignore-file
// Waits for ever while it is loaded.
await new Promise(() => {});
export { quiet as default } from "./attack_support.js";
