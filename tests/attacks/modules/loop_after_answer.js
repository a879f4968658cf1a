// deno-lint-ignore-file
// Leaves work for after the run.
import { hostile } from "./attack_support.js";

const again = () => Promise.resolve().then(again);
export default hostile({
  exit() {
    again();
  },
});
