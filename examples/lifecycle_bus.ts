// A typed lifecycle bus inside an ordinary application. A request is a task, and its steps are children. Only watched
// requests cost time.
import { boot, defineEvents, PNOTIFY_OK, type Task } from "@pnotify/pnotify";

const { kernel, pnotify } = boot({ debug: false });

interface Span {
  readonly request: string;
  steps: number;
}

const tracing = defineEvents<Span>({
  name: "tracing",
  taskData: { create: () => ({ request: "?", steps: 0 }), inherit: "share" },
  fork(_child, subscriber) {
    subscriber.data.steps++;
    return PNOTIFY_OK;
  },
});
pnotify.register(tracing);

function handle(request: string, sampled: boolean): Task {
  const task = kernel.fork(kernel.init);
  kernel.rename(task, request);
  if (sampled) pnotify.track(task, tracing, { data: { request, steps: 0 } });
  for (const step of ["parse", "query", "render"]) {
    const child = kernel.fork(task);
    kernel.rename(child, step);
    kernel.exit(child);
    kernel.wait(task);
  }
  return task;
}

for (const [request, sampled] of [["GET /", false], ["GET /cart", true]] as const) {
  const task = handle(request, sampled);
  console.log(request, pnotify.dataOf(task, tracing));
  kernel.exit(task);
}

// Output:
// GET / null
// GET /cart { request: "GET /cart", steps: 3 }
