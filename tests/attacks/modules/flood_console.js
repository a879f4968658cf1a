// deno-lint-ignore-file
// Prints without end.
import { hostile } from "./_attack.js";

export default hostile({
  fork() {
    for (;;) console.log("x".repeat(1000));
  },
});
