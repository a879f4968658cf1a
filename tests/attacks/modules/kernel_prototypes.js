// deno-lint-ignore-file
// Changes the kernel it is loaded into. That is its own world; nobody else's.
import { Kernel, Task } from "@pnotify/pnotify";
import { hostile } from "./attack_support.js";

export default hostile({
  fork() {
    Kernel.prototype.fork = () => null;
    Kernel.prototype.printk = () => {};
    Task.prototype.toString = () => "spoilt";
    return 0;
  },
});
