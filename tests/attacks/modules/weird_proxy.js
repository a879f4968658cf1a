// deno-lint-ignore-file
// Throws what throws again whenever it is looked at.
import { hostile } from "./attack_support.js";

const trap = new Proxy({}, {
  get() {
    throw trap;
  },
  getPrototypeOf() {
    throw trap;
  },
});

export default hostile({
  fork() {
    throw trap;
  },
});
