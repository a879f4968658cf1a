// deno-lint-ignore-file
// Forks in a fork hook.
import { hostile } from "./attack_support.js";

export default hostile({
  fork(child) {
    for (;;) this.kernel.fork(this.kernel.init);
  },
});
