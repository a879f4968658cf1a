// Refuse a fork with an errno. Nothing of the child stays.
import { boot, defineEvents, KernelError, PNOTIFY_OK } from "@pnotify/pnotify";

const { kernel, pnotify } = boot();

const noForkBombs = defineEvents<{ forks: number }>({
  name: "no_fork_bombs",
  taskData: { create: () => ({ forks: 0 }), inherit: "share" },
  fork(_child, subscriber) {
    if (subscriber.data.forks === 2) throw new KernelError("EAGAIN");
    subscriber.data.forks++;
    return PNOTIFY_OK;
  },
});
pnotify.register(noForkBombs);

const bomb = kernel.fork(kernel.init);
kernel.exec(bomb, "/tmp/bomb");
pnotify.track(bomb, noForkBombs);

for (let i = 0; i < 3; i++) {
  try {
    console.log(`forked ${kernel.fork(bomb)}`);
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    console.log(`refused: ${error.code}`);
  }
}
console.log(`${kernel.taskCount} tasks`);

// Output:
// forked bomb[4]
// forked bomb[5]
// refused: EAGAIN
// 6 tasks
