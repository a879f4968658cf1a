// deno-lint-ignore-file
// Never ends being loaded.
for (;;);
export { quiet as default } from "./attack_support.js";
