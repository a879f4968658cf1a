// deno-lint-ignore-file
// Never returns from load.
import { hostile } from "./_attack.js";

export default hostile({}, () => {
  for (;;);
});
