// deno-lint-ignore-file
// Leaves work for after the run.
import { hostile } from "./_attack.js";

const again = () => Promise.resolve().then(again);
export default hostile({
  exit() {
    again();
  },
});
