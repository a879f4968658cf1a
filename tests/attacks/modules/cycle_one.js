// deno-lint-ignore-file
// Imports a module that imports it.
import { two } from "./cycle_two.js";
export const one = 1 + two;
export { quiet as default } from "./attack_support.js";
