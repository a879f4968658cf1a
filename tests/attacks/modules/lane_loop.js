// deno-lint-ignore-file
// Never returns, but only where it runs nested in another operation.
import { hostile } from "./attack_support.js";

let kernel = null;

export default hostile({
  exec() {
    if (kernel.context.name !== "cpu0") for (;;);
  },
}, (env) => {
  kernel = env.kernel;
});
