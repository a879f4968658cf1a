// deno-lint-ignore-file
// Fills the kernel log with long lines.
import { hostile } from "./attack_support.js";

export default hostile({}, ({ printk }) => {
  for (let i = 0; i < 3000; i++) printk("y".repeat(100_000));
});
