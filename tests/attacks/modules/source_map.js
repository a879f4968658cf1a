// deno-lint-ignore-file
// Names a file as its source map, for the runtime to read when a stack is shown.
import { hostile } from "./attack_support.js";

export default hostile({
  fork() {
    throw new Error("look at my stack");
  },
});
//# sourceMappingURL=file://@CANARY@/secret.json
//# sourceURL=file://@CANARY@/secret.js
