import type { ReplayOutcome, ReplayRequest } from "../replay/session.ts";
import { printable } from "../report/style.ts";
import type { LiveJob, LiveMessage } from "../live/protocol.ts";
import { type CommandBody, EXIT, type Invocation, UsageError } from "./command.ts";
import { type Io, styleFor, terminalWidth } from "./io.ts";
import { commandJob, exitStatusOf, shellWords } from "./live_job.ts";
import { outputProblem } from "./output_file.ts";
import { readModules } from "./replay_modules.ts";
import { printFaults, type PrintOptions, printOutcome, printWarnings } from "./replay_printer.ts";

/** What the command line wants. */
interface LiveSettings {
  readonly job: LiveJob;
  readonly json: boolean;
  readonly table: boolean;
  /** Whether one line sums up, since nothing else does. */
  readonly brief: boolean;
  readonly log: boolean;
  readonly output: string | null;
}

function readSettings(invocation: Invocation): LiveSettings {
  const command = [...invocation.trailing];
  const pid = invocation.count("pid") ?? null;
  if (pid === null && command.length === 0) {
    throw new UsageError("Missing command of pnotify live", "usage: pnotify live -- COMMAND...");
  }
  if (pid !== null && command.length > 0) {
    throw new UsageError("Cannot use --pid with a command: one of them is wanted");
  }
  const { modules, files } = readModules(invocation.all("module"));
  const [file] = files.values();
  if (file !== undefined) {
    throw new UsageError(`Cannot use "${file}" live: a shipped module is wanted`);
  }
  const json = invocation.text("report") === "json";
  const tree = invocation.flag("tree") ?? false;
  const timeline = invocation.flag("timeline") ?? false;
  const follow = invocation.flag("follow") ?? false;
  const output = invocation.text("output") ?? null;
  const request: ReplayRequest = {
    recording: pid === null ? shellWords(command) : `process ${pid}`,
    pid: null,
    modules,
    params: invocation.all("param"),
    check: false,
    keep: tree || timeline || json,
    tree,
    timeline,
    width: invocation.count("width") ?? widthFor(invocation.io, output),
  };
  const table = invocation.text("report") === "table";
  return {
    job: commandJob(command, {
      pid,
      request,
      filter: invocation.flag("filter") ?? true,
      figures: invocation.flag("figures") ?? true,
      untilRoot: invocation.text("until") === "root",
      killOnFault: invocation.text("on-fault") === "kill",
      follow,
      record: invocation.text("record") ?? null,
    }),
    json,
    table,
    brief: !json && !table && !tree && !timeline,
    log: invocation.flag("log") ?? false,
    output,
  };
}

/** What is said goes to stderr, or into a file. */
function widthFor(io: Io, output: string | null): number {
  return terminalWidth({ ...io, isOutTerminal: output === null && io.isErrTerminal });
}

/** The streams of the command are its own. What this program says goes to stderr, or into a file. */
function reportIo(io: Io, output: string | null): Io & { close(): void } {
  if (output === null) return { ...io, out: (line) => io.err(line), close: () => {} };
  const file = Deno.openSync(output, { write: true, create: true, truncate: true });
  const encoder = new TextEncoder();
  const write = (line: string) => {
    let bytes = encoder.encode(`${line}\n`);
    while (bytes.length > 0) bytes = bytes.subarray(file.writeSync(bytes));
  };
  return { ...io, isOutTerminal: false, out: write, close: () => file.close() };
}

function tell(io: Io, message: LiveMessage): void {
  if (message.kind === "notice") io.err(`pnotify: ${printable(message.text)}`);
  if (message.kind === "line") io.out(printable(message.text));
  if (message.kind === "remaining") {
    const tasks = message.count === 1
      ? "1 task of it still runs"
      : `${message.count} tasks of it still run`;
    io.err(`pnotify: the command has ended, ${tasks}`);
  }
}

function printReport(io: Io, outcome: ReplayOutcome, settings: LiveSettings, color: string): void {
  const style = styleFor(color, settings.output === null && io.isErrTerminal, io);
  const source = settings.job.pid === null ? "command" : "attached to";
  const options: PrintOptions = {
    table: settings.table,
    brief: settings.brief,
    source,
    log: settings.log,
    width: settings.job.request.width,
    style,
    errStyle: style,
  };
  if (!settings.json) return printOutcome(io, outcome, options);
  const { report, log, reports, failure } = outcome;
  io.out(JSON.stringify({ ...report, log, reports, failure }, null, 2));
  printWarnings(io, outcome, style, source);
  printFaults(io, outcome, style, settings.log);
}

/** Says that a file cannot be written, before anything begins. */
async function checkFiles({ job, output }: LiveSettings): Promise<void> {
  for (const path of [job.record, output]) {
    const problem = path === null ? null : await outputProblem(path);
    if (problem !== null) throw new UsageError(`Cannot write "${path}": ${problem}`);
  }
}

async function live(invocation: Invocation): Promise<number> {
  const settings = readSettings(invocation);
  await checkFiles(settings);
  const { supervise } = await import("../live/supervise.ts");
  const io = reportIo(invocation.io, settings.output);
  try {
    const end = await supervise(settings.job, (message) => tell(io, message));
    if (end.kind === "refused") {
      invocation.io.err(`error: ${printable(end.message)}`);
      return end.exitStatus;
    }
    const { outcome, status, unrecorded } = end;
    printReport(io, outcome, settings, invocation.text("color") ?? "auto");
    if (unrecorded !== null) {
      invocation.io.err(`pnotify: the recording is not whole: ${unrecorded}`);
    }
    const isFaulty = outcome.broken || outcome.failure !== null || outcome.reports.length > 0;
    if (isFaulty && settings.job.killOnFault) return EXIT.broken;
    return exitStatusOf(status);
  } finally {
    io.close();
  }
}

/** `pnotify live`: runs a command, and modules hear of its processes while they stand still. */
export const liveCommand: CommandBody = {
  arity: [0, 0],
  takesTrailing: true,
  about: [
    "Needs no root. A fork that a module refuses does not happen.",
    "The command keeps its terminal, its streams and its exit status. What is said",
    "here comes after its end, on stderr or in --output: one line, if nothing else is",
    "asked for. Of a signal that ended the command the status is 128 and its number;",
    "125 when it cannot be traced, 126 when it cannot be run, 127 when it is not there.",
  ],
  options: [
    { name: "module", letter: "m", value: "MODULE", collects: true, doc: "load a module first" },
    {
      name: "param",
      letter: "p",
      value: "NAME=VALUE",
      collects: true,
      doc: "set a parameter, as MODULE.NAME=VALUE where several have it",
    },
    { name: "tree", doc: "draw the tree of processes" },
    { name: "timeline", doc: "draw a bar for each process" },
    {
      name: "report",
      letter: "r",
      value: "FORMAT",
      choices: ["table", "json"],
      doc: "sum up: as a table, or everything as JSON",
    },
    { name: "log", doc: "show the kernel log" },
    { name: "follow", letter: "F", doc: "say a line for each process as it ends" },
    { name: "output", letter: "o", value: "FILE", doc: "where to say it; stderr by default" },
    { name: "record", value: "FILE", doc: "write all events, for pnotify replay" },
    { name: "pid", value: "PID", isCount: true, doc: "attach to a process that runs already" },
    {
      name: "until",
      value: "WHEN",
      choices: ["all", "root"],
      doc: "all: wait for all processes; root: end what the command leaves behind",
    },
    {
      name: "on-fault",
      value: "HOW",
      choices: ["go", "kill"],
      doc: "when a module breaks down: go on, or kill the command",
    },
    { name: "figures", negatable: true, doc: "measure what each process uses (on)" },
    { name: "filter", negatable: true, doc: "let a seccomp filter stop rare calls (on)" },
    { name: "width", value: "N", isCount: true, doc: "how wide drawings may be" },
  ],
  examples: [
    ["pnotify live --tree -- make -j4", "what ran, under whom, for how long, and how it ended"],
    ["pnotify live -m csa -- make -j4", "and what it used, by job and by command"],
    [
      "pnotify live -m fork_limit -p depth=2 -p verdict=PNOTIFY_ERROR -- ./build.sh",
      "and no deeper than two levels: forks beyond them fail with EPERM",
    ],
  ],
  run: live,
};
