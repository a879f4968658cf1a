// deno-lint-ignore-file
// Spreads what has no end.
import { hostile } from "./attack_support.js";

export default hostile({
  fork() {
    return [...(function* () {
      for (;;) yield 0;
    })()].length;
  },
});
