// deno-lint-ignore-file
// Throws things that are hard to show.
import { hostile } from "./attack_support.js";

export default hostile({
  fork() {
    throw Object.create(null);
  },
  exec() {
    throw null;
  },
  exit() {
    const error = new Error("x");
    Object.defineProperty(error, "message", { get: () => { throw error; } });
    Object.defineProperty(error, "stack", { get: () => { throw error; } });
    throw error;
  },
});
