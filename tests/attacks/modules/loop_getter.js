// deno-lint-ignore-file
// Has a getter that never returns, for whoever reads its data or its name.
import { quiet } from "./attack_support.js";

export default {
  ...quiet,
  get name() {
    for (;;);
  },
};
