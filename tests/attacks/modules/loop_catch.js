// deno-lint-ignore-file
// Loops by catching whatever stops it.
import { hostile } from "./attack_support.js";

export default hostile({
  fork() {
    const again = () => {
      try {
        again();
      } catch {
        again();
      }
    };
    again();
    return 0;
  },
});
