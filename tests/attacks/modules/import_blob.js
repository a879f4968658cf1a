// deno-lint-ignore-file
// Loads a blob: URL.
import "blob:null/7f2b";
export { quiet as default } from "./attack_support.js";
