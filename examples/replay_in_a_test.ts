// Replay a recording, and let a module collect the failed processes. A test would compare the result.
import { boot, defineEvents, PNOTIFY_OK } from "@pnotify/pnotify";
import { formatTree, Recording, Replay } from "@pnotify/pnotify/replay";

const { kernel, pnotify } = boot();
const failed: string[] = [];
const watch = defineEvents({
  name: "watch",
  global: true,
  fork: () => PNOTIFY_OK,
  exit(task) {
    if (task.exitCode !== 0) failed.push(`${task}`);
  },
});
pnotify.register(watch);

const replay = new Replay(kernel, { tree: true });
const recording = new Recording({ sink: replay.sink, warnings: replay.warnings });
// The text may come in pieces, cut anywhere: `for await (const text of stream) recording.push(text)`.
recording.push(`
10 1700000000.000000 execve("/bin/sh", ["sh", "check.sh"], 0x7ffc /* 9 vars */) = 0
10 1700000000.000100 vfork( <unfinished ...>
11 1700000000.000200 execve("/bin/grep", ["grep", "TODO"], 0x7ffc /* 9 vars */) = 0
10 1700000000.000300 <... vfork resumed>) = 11
11 1700000000.001000 exit_group(1) = ?
11 1700000000.001100 +++ exited with 1 +++
10 1700000000.002000 exit_group(0) = ?
10 1700000000.002100 +++ exited with 0 +++
`.trimStart());
recording.end();
replay.finish();

console.log(failed.join());
console.log(JSON.stringify(replay.summary.exit_codes), replay.warnings.kept.length);
for (const line of formatTree(replay.processes, { clock: recording.clock, width: 60 })) {
  console.log(line);
}

// Output:
// grep[11]
// {"0":1,"1":1} 0
// sh check.sh [10]                             exit 0  2.10 ms
// `- grep TODO [11]                            exit 1  1.00 ms
