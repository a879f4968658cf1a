// Count programs by name. A global subscriber hears of every task and keeps no data on it.
import { boot, defineEvents, PNOTIFY_OK } from "@pnotify/pnotify";

const { kernel, pnotify } = boot();

const commands = new Map<string, number>();
pnotify.register(defineEvents({
  name: "commands",
  global: true,
  fork: () => PNOTIFY_OK,
  exec(task) {
    commands.set(task.comm, (commands.get(task.comm) ?? 0) + 1);
  },
}));

const make = kernel.fork(kernel.init);
kernel.exec(make, "/usr/bin/make");
for (const program of ["/usr/bin/cc", "/usr/bin/cc", "/usr/bin/ld"]) {
  const child = kernel.fork(make);
  kernel.exec(child, program);
  kernel.exit(child);
  kernel.wait(make);
}
for (const [command, count] of commands) console.log(`${count} ${command}`);

// Output:
// 1 make
// 2 cc
// 1 ld
