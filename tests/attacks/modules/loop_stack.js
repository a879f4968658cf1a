// deno-lint-ignore-file
// Never returns from the stack of what it threw, for whoever shows where that was.
import { hostile } from "./attack_support.js";

export default hostile({
  fork() {
    const error = new Error("x");
    Object.defineProperty(error, "stack", {
      get() {
        for (;;);
      },
    });
    throw error;
  },
});
