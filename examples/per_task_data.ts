// Keep data on each process. It is made when the process is tracked, inherited at fork, and destroyed with the process.
import { boot, defineEvents, PNOTIFY_OK } from "@pnotify/pnotify";

interface Origin {
  readonly user: string;
  readonly depth: number;
}

const { kernel, pnotify } = boot();

const origin = defineEvents<Origin>({
  name: "origin",
  taskData: {
    create: () => ({ user: "nobody", depth: 0 }),
    inherit: (parent) => ({ ...parent, depth: parent.depth + 1 }),
    destroy: (data, task) => console.log(`${task} gone, depth ${data.depth}`),
  },
  fork: () => PNOTIFY_OK,
});
pnotify.register(origin);

const login = kernel.fork(kernel.init);
pnotify.track(login, origin, { data: { user: "ada", depth: 0 } });
const shell = kernel.fork(login);
const editor = kernel.fork(shell);

console.log(pnotify.dataOf(editor, origin));
console.log(pnotify.dataOf(kernel.init, origin));
kernel.exit(editor);

// Output:
// { user: "ada", depth: 2 }
// null
// init[5] gone, depth 2
