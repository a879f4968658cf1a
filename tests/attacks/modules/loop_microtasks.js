// deno-lint-ignore-file
// Keeps the worker busy with promises while it is loaded.
const again = () => Promise.resolve().then(again);
again();
export { quiet as default } from "./attack_support.js";
