// deno-lint-ignore-file
// Never returns from a hook without a verdict.
import { hostile } from "./_attack.js";

export default hostile({
  exit() {
    for (;;);
  },
});
