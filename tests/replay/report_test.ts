import { assertEquals } from "@std/assert";
import {
  CommandTable,
  formatReport,
  formatTimeline,
  formatTree,
  nodesOf,
  ProcessRecord,
  untoldBy,
} from "../../replay/mod.ts";
import { lines, readData, RECORDINGS, replayText } from "./support.ts";

const CLOCK = { origin: 0, kind: "relative" } as const;

const SMALL = lines(`
  5 0.000000 execve("/bin/sh", ["sh", "-c", "all"], 0x1 /* 1 var */) = 0
  5 0.001000 clone(child_stack=NULL, flags=SIGCHLD) = 6
  5 0.001000 clone(child_stack=NULL, flags=SIGCHLD) = 7
  6 0.001000 execve("/usr/bin/cc", ["/usr/bin/cc", "-c", "a.c"], 0x1 /* 1 var */) = 0
  6 0.001000 clone(child_stack=NULL, flags=SIGCHLD) = 8
  8 0.001000 +++ killed by SIGSEGV +++
  6 0.001000 +++ exited with 1 +++
  5 0.001000 +++ exited with 0 +++
`);

Deno.test("formatTree() puts each process below its first parent, with end, life and job", () => {
  const { replay, recording } = replayText(SMALL);
  replay.processes[1].job = "0x1";
  assertEquals(formatTree(replay.processes, { clock: recording.clock, width: 60 }), [
    "sh -c all [5]                          exit 0   7.00 ms",
    "|- cc -c a.c [6]                       exit 1   5.00 ms  0x1",
    "|  `- cc [8]                           sig11    1.00 ms",
    "`- sh [7]                              running",
  ]);
});

Deno.test("formatTree() cuts long command lines before the pid, and never breaks a line", () => {
  const process = new ProcessRecord(7, { serial: 0, firstSeen: 0, forked: true, comm: null });
  process.execs.push({
    file: "/bin/x",
    argv: ["x", "a\nb".repeat(50)],
    byTid: 7,
    time: 0,
    refused: null,
  });
  const [line, ...more] = formatTree([process], { clock: CLOCK, width: 40 });
  assertEquals(more, []);
  assertEquals([line.length <= 40, line.includes("... [7]"), line.includes("\n")], [
    true,
    true,
    false,
  ]);
});

Deno.test("formatTree() draws trees of any depth", () => {
  const processes = [new ProcessRecord(1, { serial: 0, firstSeen: 0, forked: true, comm: "a" })];
  // Deeper than functions can call themselves.
  for (let i = 1; i < 12_000; i++) {
    const child = new ProcessRecord(i + 1, { serial: i, firstSeen: i, forked: true, comm: "a" });
    child.above = processes[i - 1];
    child.above.below.push(child);
    processes.push(child);
  }
  assertEquals(formatTree(processes.slice(0, 1), { clock: CLOCK }).length, 12_000);
});

Deno.test("formatTimeline() scales its bars to the width", () => {
  const { replay, recording } = replayText(SMALL);
  const text = formatTimeline(replay.processes, {
    clock: recording.clock,
    until: 7e6,
    width: 60,
  });
  assertEquals(text, [
    "0 us                                                 7.00 ms",
    "sh -c all [5] [===========================] exit 0  7.00 ms",
    "cc -c a.c [6] [   ====================    ] exit 1  5.00 ms",
    "sh [7]        [       >>>>>>>>>>>>>>>>>>>>] running  5.00 ms",
    "cc [8]        [               ====        ] sig11  1.00 ms",
  ]);
});

Deno.test("formatTimeline() says so where there are no times", () => {
  const { replay, recording } = replayText("5 setsid() = 5\n");
  const layout = { clock: recording.clock, until: 0 };
  assertEquals(formatTimeline(replay.processes, layout), ["the recording has no times"]);
});

Deno.test("formatReport() sums up, and says what is missing", () => {
  const table = new CommandTable();
  const { replay, recording } = replayText(SMALL, { observer: table });
  const report = {
    recording: "small.strace",
    format: recording.format,
    lines: recording.lineCount,
    clock: recording.clock,
    summary: replay.summary,
    gaps: { ...replay.gaps, lost_events: 3, refused_forks: 1, refused_execs: 2 },
    elapsed: 7e6,
    resources: null,
    untold: untoldBy(recording.format),
    warning_counts: {},
    warnings: [],
    tree: null,
  };
  assertEquals(formatReport(report, table.rows), [
    "recording    small.strace: strace, 8 lines",
    "time         7.00 ms",
    "processes    4, 3 ended, at most 2 below the first",
    "threads      0",
    "execs        2",
    "reparented   0",
    "exit codes   0: 1, 1: 1, sig11: 1",
    "refused      1 fork and 2 execs, by a module",
    "missing      3 events that the recorder lost",
    "not told     the parent of the first process, resources",
    "",
    "COMMAND  RUNS  FAILED     TIME  LONGEST",
    "sh          1       0  7.00 ms  7.00 ms",
    "cc          2       2  6.00 ms  5.00 ms",
  ]);
});

Deno.test("nodesOf() has the keys of the ground truth, and job and accounting where they are known", async () => {
  const truth = JSON.parse(await Deno.readTextFile(new URL("make/truth.json", RECORDINGS)));
  const text = await readData(new URL("make/strace.txt", RECORDINGS));
  const { replay, recording } = replayText(text, { debug: false });
  const [node] = nodesOf(replay.processes, recording.clock);
  assertEquals(Object.keys(node).sort(), Object.keys(truth.tree[0]).sort());
  assertEquals(Object.keys(replay.summary).sort(), Object.keys(truth.ground_truth).sort());
  const [more] = nodesOf(replay.processes, recording.clock, { job: true, accounting: true });
  assertEquals([more.job, more.accounting], [null, null]);
});

Deno.test("nodesOf() tells no time of a fork that nobody saw", () => {
  const { replay, recording } = replayText(SMALL);
  assertEquals(nodesOf(replay.processes, recording.clock).map(({ start_ns }) => start_ns), [
    null,
    1_000_000,
    2_000_000,
    4_000_000,
  ]);
});
