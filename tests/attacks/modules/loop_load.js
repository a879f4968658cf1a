// deno-lint-ignore-file
// Never returns from load.
import { hostile } from "./attack_support.js";

export default hostile({}, () => {
  for (;;);
});
