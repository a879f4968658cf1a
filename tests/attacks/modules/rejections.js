// deno-lint-ignore-file
// Leaves promises rejected that nobody handles.
import { hostile } from "./attack_support.js";

for (let i = 0; i < 100; i++) Promise.reject(new Error(`unhandled ${i}`));

export default hostile({
  fork() {
    Promise.reject(new Error("unhandled in a hook"));
    Promise.reject(null);
    return 0;
  },
});
