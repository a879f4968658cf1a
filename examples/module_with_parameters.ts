// Write a kernel module with typed parameters, a licence, a symbol that it uses, and an unload.
import { boot, defineEvents, defineModule, PNOTIFY, PNOTIFY_OK } from "@pnotify/pnotify";

const execLog = defineModule({
  name: "exec_log",
  license: "GPL",
  description: "Logs what is executed",
  uses: { pnotify: PNOTIFY },
  params: {
    prefix: { type: "string", default: "ran", description: "what each line begins with" },
  },
  load({ name, params, pnotify, printk }) {
    const events = defineEvents({
      name,
      module: name,
      init: () => PNOTIFY_OK,
      fork: () => PNOTIFY_OK,
      exec: (task) => printk(`${params.prefix} ${task.program.path ?? task.comm}`),
    });
    pnotify.register(events);
    return events;
  },
  unload({ pnotify }, events) {
    pnotify.unregister(events);
  },
});

const { kernel } = boot();
kernel.modules.insmod(execLog, { params: { prefix: "executed" } });
kernel.exec(kernel.fork(kernel.init), "/bin/ls");
kernel.modules.rmmod("exec_log");
for (const { text } of kernel.log.records()) console.log(text);

// Output:
// executed /bin/ls
