// deno-lint-ignore-file
// Computes a number of a billion digits in one native call.
import { hostile } from "./attack_support.js";

export default hostile({
  fork() {
    let big = 3n;
    for (;;) big = big ** 1000n;
  },
});
