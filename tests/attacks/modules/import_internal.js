// deno-lint-ignore-file
// Loads the sandbox's own code.
import { serveSandbox } from "@pnotify/pnotify/runner/sandbox/child.ts";
console.log("BREACH", serveSandbox);
export { quiet as default } from "./attack_support.js";
