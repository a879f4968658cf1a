// What every runtime has to do alike: it uses the inner layers, and says what came of it as text.
import { boot, defineEvents, PNOTIFY_OK } from "@pnotify/pnotify";
import { testModule } from "@pnotify/pnotify/modules/test_module";
import { WIDGET, widget } from "@pnotify/pnotify/modules/widget";
import { csa } from "@pnotify/pnotify/modules/csa";
import { forkLimit } from "@pnotify/pnotify/modules/fork_limit";
import { job } from "@pnotify/pnotify/modules/job";
import { keyring } from "@pnotify/pnotify/modules/keyring";
import { formatTree, Recording, Replay } from "@pnotify/pnotify/replay";

/** Replays a small recording with job, csa and the other modules loaded, and returns what came of it. */
function replayed(): unknown {
  const { kernel } = boot({ seed: 42 });
  kernel.modules.insmod(job);
  kernel.modules.insmod(csa);
  kernel.modules.insmod(keyring);
  kernel.modules.insmod(forkLimit);
  const replay = new Replay(kernel, { tree: true });
  const recording = new Recording({ sink: replay.sink, warnings: replay.warnings });
  recording.push(
    `10 1700000000.000000 execve("/bin/sh", ["sh", "check.sh"], 0x7ffc /* 9 vars */) = 0
10 1700000000.000100 vfork( <unfinished ...>
11 1700000000.000200 execve("/bin/grep", ["grep", "x"], 0x7ffc /* 9 vars */) = 0
10 1700000000.000300 <... vfork resumed>) = 11
11 1700000000.001000 exit_group(1) = ?
11 1700000000.001100 +++ exited with 1 +++
10 1700000000.002000 exit_group(0) = ?
10 1700000000.002100 +++ exited with 0 +++
`,
  );
  recording.end();
  replay.finish();
  const tree = formatTree(replay.processes, { clock: recording.clock, width: 60 });
  return { summary: replay.summary, tree, log: kernel.log.records() };
}

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
  const log = kernel.log.records();
  return JSON.stringify({ depth, status, log, reports, trace, replay: replayed() }, null, 1);
}
