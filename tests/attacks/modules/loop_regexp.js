// deno-lint-ignore-file
// Matches for ages.
import { hostile } from "./attack_support.js";

export default hostile({
  fork() {
    return /^(a+)+$/.test("a".repeat(60) + "b") ? 0 : 1;
  },
});
