// deno-lint-ignore-file
// Keeps buffers, which the heap limit does not count.
import { hostile } from "./attack_support.js";

export default hostile({
  fork() {
    const kept = [];
    for (;;) kept.push(new Uint8Array(1 << 24).fill(1));
  },
});
