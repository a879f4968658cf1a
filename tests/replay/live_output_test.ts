import { assert, assertEquals, assertMatch } from "@std/assert";
import { shippedModules } from "../../runner/engine/shipped.ts";
import type { Io } from "../../runner/cli/io.ts";
import { shellWords } from "../../runner/cli/live_job.ts";
import { readModules } from "../../runner/cli/replay_modules.ts";
import { printFaults, type PrintOptions, printOutcome } from "../../runner/cli/replay_printer.ts";
import { followTo } from "../../runner/replay/follow.ts";
import { type ReplayRequest, ReplaySession } from "../../runner/replay/session.ts";
import { PLAIN } from "../../runner/report/style.ts";
import { assertGolden, runProgram } from "../runner/golden.ts";
import { inFolder, runApart, testTraced } from "./program.ts";
import { LIVE_RECORDING } from "./support.ts";

const GOLDEN = new URL("../golden/output/", import.meta.url);

/** The modules that the recorded run had. The recording tells what they refused. */
const MODULES = ["csa", "fork_limit"];

type Look = Partial<Pick<PrintOptions, "table" | "brief" | "source" | "log">> & {
  readonly tree?: boolean;
  readonly timeline?: boolean;
  readonly follow?: boolean;
  readonly modules?: readonly string[];
  readonly width?: number;
};

/** What a run prints whose events are those of the recording. */
async function printed(look: Look): Promise<string> {
  const { tree = false, timeline = false, follow = false, width = 80, source = "command" } = look;
  const text = await Deno.readTextFile(LIVE_RECORDING);
  const { command } = JSON.parse(text.split("\n", 1)[0]);
  const lines: string[] = [];
  const say = (line: string) => void lines.push(`${line}\n`);
  const io: Io = {
    out: say,
    err: say,
    isOutTerminal: false,
    isErrTerminal: false,
    progress: () => {},
    env: () => undefined,
  };
  const request: ReplayRequest = {
    recording: source === "command" ? shellWords(command) : "limited.events",
    pid: null,
    modules: readModules(look.modules ?? []).modules,
    params: [],
    check: true,
    keep: tree || timeline,
    tree,
    timeline,
    width,
  };
  const ended = follow ? followTo(request, say) : undefined;
  const session = new ReplaySession(request, shippedModules(), ended);
  session.push(text);
  printOutcome(io, session.finish(), {
    table: look.table ?? false,
    brief: look.brief ?? false,
    source,
    log: look.log ?? false,
    width,
    style: PLAIN,
    errStyle: PLAIN,
  });
  return lines.join("");
}

/** Each golden output, with what was asked for. */
const LOOKS: Readonly<Record<string, Look>> = {
  live_brief: { brief: true },
  live_table: { table: true },
  live_tree: { tree: true, timeline: true },
  live_accounting: { brief: true, modules: MODULES },
  live_follow: { follow: true, brief: true, modules: MODULES },
  live_follow_120: { follow: true, brief: true, width: 120 },
  replay_events: { table: true, source: "recording", tree: true, modules: ["job"] },
};

for (const [name, look] of Object.entries(LOOKS)) {
  Deno.test(`printOutcome() prints its golden output ${name} for events of a live run`, async () => {
    const text = await printed(look);
    const width = look.width ?? 80;
    // Tables of accounting are as wide as they are; the rest fits.
    assertEquals(text.split("\n").filter((line) => line.length > width), [], name);
    await assertGolden(new URL(`${name}.txt`, GOLDEN), text);
  });
}

Deno.test("printFaults() says in a line what went wrong beside a command, and all of it when that is wanted", () => {
  const reports = [
    "oops: module-fault: bad.fork\n  at cpu0",
    "oops: module-fault: bad.exec\n  at cpu1",
  ];
  const said = (outcome: Parameters<typeof printFaults>[1], inFull: boolean) => {
    const lines: string[] = [];
    const io = { err: (line: string) => void lines.push(line) } as Io;
    printFaults(io, outcome, PLAIN, inFull);
    return lines;
  };
  assertEquals(said({ reports: [], failure: null }, false), []);
  assertEquals(said({ reports, failure: null }, false), [
    "pnotify: oops: module-fault: bad.fork, and 1 more (--log shows all)",
  ]);
  assertEquals(said({ reports, failure: "Cannot go on" }, true), [
    ...reports.flatMap((text) => text.split("\n")),
    "error: Cannot go on",
  ]);
});

Deno.test("pnotify replay --report json tells of a live run what its golden output says", async () => {
  const path = decodeURIComponent(LIVE_RECORDING.pathname);
  const { out } = await runProgram(["replay", path, "-r", "json", "-m", "job"]);
  const report = JSON.parse(out);
  assertEquals(report.recording, path);
  const text = JSON.stringify({ ...report, recording: "limited.events" }, null, 2);
  await assertGolden(new URL("live_json.txt", GOLDEN), `${text}\n`);
});

/** A run, and a replay of what it recorded. */
interface Pair {
  readonly status: number;
  readonly live: Record<string, unknown>;
  readonly replayed: Record<string, unknown>;
}

async function runPair(command: readonly string[], options: readonly string[]): Promise<Pair> {
  let pair: Pair | null = null;
  await inFolder(async (cwd) => {
    const wish = ["-r", "json", "-o", "live.json", "--record", "run.events", ...options];
    const { status } = await runApart(["live", ...wish, "--", ...command], { cwd });
    const { out, err } = await runApart(["replay", "run.events", "-r", "json", ...options], {
      cwd,
    });
    assertEquals(err, "");
    const live = JSON.parse(await Deno.readTextFile(`${cwd}/live.json`));
    pair = { status, live, replayed: JSON.parse(out) };
  });
  return pair!;
}

const python = "import subprocess as s, threading as t\n" +
  'ts = [t.Thread(target=s.run, args=(["sh", "-c", "exit 3"],)) for _ in range(4)]\n' +
  "[x.start() for x in ts]; [x.join() for x in ts]";
const hasPython = await new Deno.Command("sh", { args: ["-c", "command -v python3"] }).output()
  .then(({ success }) => success, () => false);
const LIMIT = ["-m", "fork_limit", "-p", "verdict=PNOTIFY_ERROR"];

const COMMANDS: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ["pipelines", ["bash", "-c", "seq 30 | sort -r | tail -1 >&2; (exit 3); cat <(ls) >&2"], []],
  ["daemons", ["sh", "-c", "(setsid sh -c 'sleep 0.1; exit 5' &); exit 4"], []],
  [
    "a storm of kills",
    [
      "bash",
      "-c",
      "for i in 1 2 3 4 5 6 7 8; do sleep 9 & done; kill -9 $(jobs -p); wait; kill $$",
    ],
    [],
  ],
  [
    "a limited depth",
    ["bash", "-c", "(date | cat); date; (date; date); exit 7"],
    [...LIMIT, "-p", "depth=1"],
  ],
  [
    "a limited number",
    ["bash", "-c", "for i in 1 2 3 4 5 6; do sleep 0.05 & done; wait"],
    [...LIMIT, "-p", "per_user=4", "-p", "job.verbose=true"],
  ],
  ["every module", ["sh", "-c", "ls | cat >&2; (exit 2)"], [
    ...["keyring", "widget", "test_module", "fork_limit"].flatMap((name) => ["-m", name]),
  ]],
  ...(hasPython ? [["threads", ["python3", "-c", python], []] as const] : []),
];

for (const [name, command, options] of COMMANDS) {
  testTraced(`a replay of the recording of ${name} gives the report of the live run`, async () => {
    const { live, replayed } = await runPair(command, ["-m", "csa", ...options]);
    const named = { recording: shellWords(command), lines: 0 };
    assertEquals({ ...live, lines: 0 }, { ...live, ...named });
    assertEquals({ ...replayed, ...named }, { ...live, ...named });
    assertEquals([live.untold, live.warnings, live.failure], [[], [], null]);
    assert((live.tree as { accounting: unknown }[]).some(({ accounting }) => accounting !== null));
  });
}

testTraced(
  "a recording without figures tells none, and says so, live and in a replay",
  () =>
    inFolder(async (cwd) => {
      const wish = ["--no-figures", "-r", "table", "--record", "run.events"];
      const { err } = await runApart(["live", ...wish, "--", "sh", "-c", "(exit 3)"], { cwd });
      const { out } = await runApart(["replay", "run.events", "-r", "table"], { cwd });
      assertMatch(err, /^command {6}sh -c '\(exit 3\)'\nevents {7}\d+\ntime/);
      assertMatch(err, /\nnot told {5}resources\n/);
      // From the third line on they are the same: the first says what was read.
      assertEquals(out.split("\n").slice(1), err.split("\n").slice(2));
    }),
);

testTraced(
  "pnotify live tells who sent a signal without a filter, too: when it arrives",
  () =>
    inFolder(async (cwd) => {
      const wish = ["--no-filter", "--record", "run.events"];
      await runApart(["live", ...wish, "--", "sh", "-c", "sleep 9 & kill $!; wait"], { cwd });
      const lines = (await Deno.readTextFile(`${cwd}/run.events`)).trimEnd().split("\n");
      const records = lines.slice(1).map((line) => JSON.parse(line));
      const [{ pid: sender }] = records;
      const { pid: target } = records.find(({ ev }) => ev === "fork");
      const kills = records.filter(({ ev }) => ev === "kill");
      assertEquals(kills.map(({ pid, target, signal }) => [pid, target, signal]), [
        [sender, target, 15],
      ]);
    }),
);

testTraced(
  "pnotify live says one line at the end when nothing is asked for, and nothing on stdout",
  async () => {
    const { status, out, err } = await runApart(["live", "--", "sh", "-c", "(exit 3); exit 2"]);
    assertEquals([status, out], [2, ""]);
    const size = "[\\d.]+ [KM]iB";
    const line =
      `^pnotify: 2 processes in [\\d.]+ m?s, CPU [\\d.]+ [mu]s, peak ${size}; 2 failed\n$`;
    assertMatch(err, new RegExp(line));
  },
);

testTraced("pnotify live --follow has a column for jobs where there are any", async () => {
  const script = "(exit 3); exit 2";
  const options = ["--follow", "-m", "job", "--width", "80"];
  const { err } = await runApart(["live", ...options, "--", "sh", "-c", script]);
  const [heading, child, root, last] = err.split("\n");
  assertEquals(heading, "    PID  END           TIME       CPU    MEMORY  JOB    COMMAND");
  assertMatch(child, /^ *\d+ {2}exit 3 {3}.*B {2}0x1 {4}sh$/);
  assertMatch(root, /^ *\d+ {2}exit 2 {3}.*B {2}0x1 {4}sh -c \(exit 3\); exit 2$/);
  assertMatch(last, /^pnotify: 2 processes /);
});

testTraced(
  "pnotify live refuses a file that cannot be written, and runs nothing",
  () =>
    inFolder(async (cwd) => {
      for (const option of ["--output", "--record"]) {
        const args = ["live", option, "no/such/file", "--", "touch", "ran"];
        const { status, err } = await runApart(args, { cwd });
        assertEquals(status, 2);
        assertEquals(err, 'error: Cannot write "no/such/file": there is no such folder\n');
      }
      assertEquals([...Deno.readDirSync(cwd)], []);
    }),
);
