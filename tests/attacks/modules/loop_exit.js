// deno-lint-ignore-file
// Never returns from a hook without a verdict.
import { hostile } from "./attack_support.js";

export default hostile({
  exit() {
    for (;;);
  },
});
