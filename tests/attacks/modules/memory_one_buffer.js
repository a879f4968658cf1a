// deno-lint-ignore-file
// Asks for more memory at once than there is.
import { hostile } from "./attack_support.js";

export default hostile({
  fork() {
    const kept = [];
    for (let size = 2 ** 40; size > 1; size /= 2) {
      try {
        kept.push(new Uint8Array(size).fill(1).length);
      } catch (error) {
        console.log(error.name);
      }
    }
    return 0;
  },
});
