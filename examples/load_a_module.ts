// Load a module of somebody else, and make its calls. The symbol has their type.
import { boot } from "@pnotify/pnotify";
import { WIDGET, widget } from "@pnotify/pnotify/modules/widget";

const { kernel } = boot();
kernel.modules.insmod(widget, { params: { first: 100 } });

const api = kernel.symbols.get(WIDGET);
const shell = kernel.fork(kernel.init);
api.attach(shell.pid);
const child = kernel.fork(shell);
console.log(api.widgetOf(shell.pid), api.widgetOf(child.pid), api.widgetOf(1));

for (const { name, useCount, state } of kernel.modules.lsmod()) {
  console.log(`${name} ${useCount} ${state}`);
}

// Output:
// 100 101 null
// widget 0 live
