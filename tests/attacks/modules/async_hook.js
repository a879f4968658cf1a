// deno-lint-ignore-file
// Makes a hook asynchronous, to go on when nobody looks.
import { hostile } from "./attack_support.js";

export default hostile({
  async fork() {
    await null;
    for (;;);
  },
});
