// deno-lint-ignore-file
// Takes all memory while it is loaded into the kernel.
import { hostile } from "./attack_support.js";

export default hostile({}, () => {
  const kept = [];
  for (;;) kept.push(new Array(1e6).fill(kept.length));
});
