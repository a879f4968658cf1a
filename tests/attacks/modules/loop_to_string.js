// deno-lint-ignore-file
// Never returns from toString(), for whoever shows what it threw.
import { hostile } from "./attack_support.js";

export default hostile({
  fork() {
    throw {
      toString() {
        for (;;);
      },
    };
  },
});
