// Follow one process and its descendants.
import { boot, defineEvents, PNOTIFY_OK } from "@pnotify/pnotify";

const { kernel, pnotify } = boot();

const watch = defineEvents({
  name: "watch",
  fork(child) {
    console.log(`fork ${child}, child of ${child.parent}`);
    return PNOTIFY_OK;
  },
  exec: (task) => console.log(`exec ${task}`),
  exit: (task) => console.log(`exit ${task} with code ${task.exitCode >> 8}`),
});
pnotify.register(watch);

const shell = kernel.fork(kernel.init);
kernel.exec(shell, "/bin/sh");
pnotify.track(shell, watch);

const child = kernel.fork(shell);
kernel.exec(child, "/bin/false");
kernel.exit(child, 1);

kernel.fork(kernel.init); // This task is no descendant of the shell, so no hook is called.

// Output:
// fork sh[4], child of sh[3]
// exec false[4]
// exit false[4] with code 1
