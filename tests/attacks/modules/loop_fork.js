// deno-lint-ignore-file
// Never returns from a hook.
import { hostile } from "./_attack.js";

export default hostile({
  fork() {
    for (;;);
  },
});
