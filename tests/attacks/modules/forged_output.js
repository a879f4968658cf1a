// deno-lint-ignore-file
// Prints what looks like the program's own output, with control characters.
import { hostile } from "./attack_support.js";

const verdict = "\u001b[2J\u001b[H\r\n1 scenario, 1 passed, 0 failed\n\u009b31m\u0007PASS\u202e";

export default hostile({
  fork(child) {
    console.log(verdict);
    child.comm = verdict;
    throw new Error(verdict);
  },
}, ({ printk }) => printk(verdict));
