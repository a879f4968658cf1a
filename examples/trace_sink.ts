// See every event of a kernel as data.
import { boot } from "@pnotify/pnotify";

const { kernel } = boot();
const stop = kernel.addTraceSink((event) => {
  if ("task" in event) console.log(`${event.sequence} ${event.type} ${event.task}`);
});

const shell = kernel.fork(kernel.init);
const child = kernel.fork(shell);
kernel.wait(shell);
kernel.exit(child, 3);
stop();
kernel.exit(shell);

// Output:
// 1 fork init[3]
// 2 fork init[4]
// 3 sleep init[3]
// 4 exit init[4]
// 5 reap init[4]
// 6 wake init[3]
