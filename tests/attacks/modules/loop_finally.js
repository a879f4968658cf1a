// deno-lint-ignore-file
// Loops again when it is stopped.
import { hostile } from "./_attack.js";

export default hostile({
  fork() {
    for (;;) {
      try {
        for (;;);
      } finally {
        continue;
      }
    }
  },
});
