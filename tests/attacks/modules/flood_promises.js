// deno-lint-ignore-file
// Makes promises without end.
import { hostile } from "./attack_support.js";

export default hostile({
  fork() {
    for (;;) Promise.resolve().then(() => {});
  },
});
