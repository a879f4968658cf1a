// deno-lint-ignore-file
// Prints without end.
import { hostile } from "./attack_support.js";

export default hostile({
  fork() {
    for (;;) console.log("x".repeat(1000));
  },
});
