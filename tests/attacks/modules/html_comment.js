// deno-lint-ignore-file
// Hides an import behind a comment of old.
<!-- hidden
import("node:fs").then((fs) => console.log("BREACH", fs));
-->
export { quiet as default } from "./attack_support.js";
