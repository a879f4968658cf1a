// deno-lint-ignore-file
// Has a getter that never returns, for whoever reads its data or its name.
import { quiet } from "./_attack.js";

export default {
  ...quiet,
  get name() {
    for (;;);
  },
};
