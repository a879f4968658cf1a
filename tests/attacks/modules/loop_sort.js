// deno-lint-ignore-file
// Never ends a comparison.
import { hostile } from "./attack_support.js";

export default hostile({
  fork() {
    return [3, 2, 1].sort(() => {
      for (;;);
    })[0];
  },
});
