// deno-lint-ignore-file
// Makes promises without end.
import { hostile } from "./_attack.js";

export default hostile({
  fork() {
    for (;;) Promise.resolve().then(() => {});
  },
});
