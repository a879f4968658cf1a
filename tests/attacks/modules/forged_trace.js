// deno-lint-ignore-file
// Puts events into the trace that are none.
import { hostile } from "./attack_support.js";

export default hostile({
  fork(child) {
    child.kernel?.trace?.emit({ type: "printk" });
    child.kernel?.reports?.push({ kind: "module-fault" });
    return 0;
  },
}, ({ kernel }) => {
  kernel.trace.emit({ type: "printk", record: null });
  kernel.trace.emit({ type: "nonsense", task: { toString: 1 } });
  kernel.reports.push(null);
});
