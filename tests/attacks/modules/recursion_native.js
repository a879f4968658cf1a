// deno-lint-ignore-file
// Fills the stack inside built-in functions.
import { hostile } from "./attack_support.js";

export default hostile({
  fork() {
    let nested = [];
    for (let i = 0; i < 1e5; i++) nested = [nested];
    return nested.toString().length > 0 ? 0 : 1;
  },
});
