// deno-lint-ignore-file
// Loops again when it is stopped.
import { hostile } from "./attack_support.js";

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
