// deno-lint-ignore-file
// Never returns from a hook.
import { hostile } from "./attack_support.js";

export default hostile({
  fork() {
    for (;;);
  },
});
