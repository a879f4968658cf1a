// What every runtime has to do alike: it uses the inner layers, and says what came of it as text.
import { boot, defineEvents, PNOTIFY_OK } from "@pnotify/pnotify";
import { testModule } from "@pnotify/pnotify/modules/test_module";
import { WIDGET, widget } from "@pnotify/pnotify/modules/widget";

/** Runs a small world, and returns its trace, log and data as JSON. */
export function run(): string {
  const { kernel, pnotify } = boot({ seed: 42 });
  const trace: unknown[] = [];
  kernel.addTraceSink((event) => trace.push(event));
  kernel.modules.insmod(testModule, { params: { verbose: true } });
  kernel.modules.insmod(widget);
  const events = defineEvents<{ depth: number }>({
    name: "depth",
    taskData: { create: () => ({ depth: 0 }), inherit: (data) => ({ depth: data.depth + 1 }) },
    fork: () => PNOTIFY_OK,
  });
  pnotify.register(events);
  const shell = kernel.fork(kernel.init);
  pnotify.track(shell, events);
  kernel.symbols.get(WIDGET).attach(shell.pid);
  const reference = kernel.getTask(shell.pid)!;
  kernel.exec(reference.task, "/bin/sh");
  reference.put();
  const child = kernel.fork(shell);
  kernel.createThread(child);
  const depth = pnotify.dataOf(child, events);
  kernel.kill(child.pid, "SIGTERM", { sender: shell });
  const status = kernel.wait(shell).value;
  kernel.exit(shell, kernel.random.below(256));
  kernel.modules.rmmod("widget");
  kernel.modules.rmmod("test_module");
  const reports = kernel.shutdown();
  return JSON.stringify({ depth, status, log: kernel.log.records(), reports, trace }, null, 1);
}
