// deno-lint-ignore-file
// Calls itself until the stack is full.
import { hostile } from "./attack_support.js";

export default hostile({
  fork() {
    const deeper = (depth) => deeper(depth + 1) + 1;
    return deeper(0);
  },
});
