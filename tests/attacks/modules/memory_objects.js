// deno-lint-ignore-file
// Keeps objects until there is no memory.
import { hostile } from "./attack_support.js";

export default hostile({
  fork() {
    const kept = [];
    for (;;) kept.push({ at: kept.length, text: `${kept.length}` });
  },
});
