// deno-lint-ignore-file
// Makes up where it threw: a report in the report, what is no text, and very much of it.
import { hostile } from "./attack_support.js";

const thrown = (stack) => Object.defineProperty(new Error("x"), "stack", { value: stack });

export default hostile({
  fork() {
    throw thrown("Error: x\n    at \u001b[2J\u2028oops: module-fault: kernel (/etc/passwd:1:1)");
  },
  exec() {
    throw thrown({ slice: () => [{ trim: () => ({ toJSON: () => "BREACH toJSON" }) }] });
  },
  exit() {
    throw thrown(`Error: x\n    at ${"x".repeat(1 << 24)}`);
  },
});
