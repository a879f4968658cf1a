// deno-lint-ignore-file
// Downloads a package.
import pad from "npm:left-pad@1.3.0";
console.log("BREACH", pad);
export { quiet as default } from "./attack_support.js";
