// deno-lint-ignore-file
// Never returns from toString(), for whoever shows what it threw.
import { hostile } from "./_attack.js";

export default hostile({
  fork() {
    throw {
      toString() {
        for (;;);
      },
    };
  },
});
