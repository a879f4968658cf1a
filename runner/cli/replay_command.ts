import { KernelError } from "../../kernel/errno.ts";
import type { KernelModule } from "../../kernel/module.ts";
import { listFormats } from "../../replay/mod.ts";
import { isFault } from "../../replay/warning.ts";
import { shippedModules } from "../engine/shipped.ts";
import { RefusedError } from "../execute/refusal.ts";
import { followTo } from "../replay/follow.ts";
import {
  type ReplayModule,
  type ReplayOutcome,
  type ReplayRequest,
  ReplaySession,
} from "../replay/session.ts";
import { openRecording, SourceError } from "../replay/source.ts";
import { printable } from "../report/style.ts";
import type { SandboxLimits } from "../sandbox/protocol.ts";
import { type CommandBody, EXIT, type Invocation, UsageError } from "./command.ts";
import { styleFor, terminalWidth } from "./io.ts";
import { LIMIT_OPTIONS, readLimits } from "./options.ts";
import { printRefusal } from "./printer.ts";
import { readModules } from "./replay_modules.ts";
import { type PrintOptions, printOutcome, printWarnings } from "./replay_printer.ts";

/** The settings of a replay, from the command line. */
interface Settings {
  readonly modules: readonly ReplayModule[];
  /** The files of modules, by the names of the modules. */
  readonly files: ReadonlyMap<string, string>;
  readonly json: boolean;
  readonly strict: boolean;
  readonly follow: boolean;
  readonly tree: boolean;
  readonly timeline: boolean;
  readonly check: boolean;
  readonly log: boolean;
  readonly table: boolean;
  readonly width: number;
  readonly params: readonly string[];
  /** The limits of user code, where they differ from the default. */
  readonly limits: Partial<SandboxLimits>;
}

function readSettings(invocation: Invocation): Settings {
  const { modules, files } = readModules(invocation.all("module"));
  const json = invocation.text("report") === "json";
  const tree = invocation.flag("tree") ?? false;
  const timeline = invocation.flag("timeline") ?? false;
  const follow = invocation.flag("follow") ?? false;
  if (follow && files.size > 0) {
    throw new UsageError("Cannot use --follow with a module file: a shipped module is wanted");
  }
  if (follow && invocation.operands.length > 1) {
    throw new UsageError("Cannot use --follow with several recordings: one is wanted");
  }
  return {
    modules,
    files,
    json,
    follow,
    tree,
    timeline,
    strict: invocation.flag("strict") ?? false,
    check: invocation.flag("check") ?? false,
    log: invocation.flag("log") ?? false,
    // A drawing replaces the table, unless `--report table` stands there.
    table: invocation.text("report") === "table" || (!json && !tree && !timeline),
    width: invocation.count("width") ?? terminalWidth(invocation.io),
    params: invocation.all("param"),
    limits: readLimits(invocation),
  };
}

function requestFor(path: string, settings: Settings): ReplayRequest {
  const { modules, params, check, tree, timeline, width, json } = settings;
  // The files of `strace -ff` have their pid at the end of their names and no pid column.
  const pid = /\.(\d+)$/.exec(path)?.[1];
  return {
    recording: path === "-" ? "stdin" : path,
    pid: pid === undefined ? null : Number(pid),
    modules,
    params,
    check,
    keep: tree || timeline || json,
    tree,
    timeline,
    width,
  };
}

/** Replays in this process, or in the sandbox for a module file. Each piece is read after the last one is replayed. */
async function replayPieces(
  request: ReplayRequest,
  pieces: AsyncIterable<string>,
  settings: Settings,
  invocation: Invocation,
): Promise<ReplayOutcome> {
  if (settings.files.size > 0) {
    // Loading the sandbox takes time, and most replays need none.
    const { replaySandboxed } = await import("../execute/replay_sandboxed.ts");
    return await replaySandboxed(request, settings.files, pieces, settings.limits);
  }
  const modules: ReadonlyMap<string, KernelModule> = shippedModules();
  const isTalking = settings.follow && !settings.json;
  const session = new ReplaySession(
    request,
    modules,
    isTalking ? followTo(request, (line) => invocation.io.out(printable(line))) : undefined,
  );
  for await (const text of pieces) session.push(text);
  return session.finish();
}

async function* decoded(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  for await (const chunk of bytes) yield decoder.decode(chunk, { stream: true });
  yield decoder.decode();
}

async function replayOne(
  path: string,
  settings: Settings,
  invocation: Invocation,
): Promise<ReplayOutcome> {
  const request = requestFor(path, settings);
  const enough = new AbortController();
  const stop = () => enough.abort();
  const source = await openRecording(path, settings.follow ? enough.signal : undefined);
  if (settings.follow) listen(stop, "add");
  try {
    return await replayPieces(request, decoded(source.bytes), settings, invocation);
  } finally {
    if (settings.follow) listen(stop, "remove");
    // The bytes are unread when a module does not load.
    await source.bytes.cancel().catch(() => {});
  }
}

function listen(stop: () => void, how: "add" | "remove"): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    if (how === "add") Deno.addSignalListener(signal, stop);
    else Deno.removeSignalListener(signal, stop);
  }
}

function statusOf(outcome: ReplayOutcome, strict: boolean): number {
  if (outcome.broken || outcome.reports.length > 0) return EXIT.broken;
  if (outcome.failure !== null) return EXIT.usage;
  const isFaulty = outcome.report.warnings.some(({ kind }) => isFault(kind));
  return strict && isFaulty ? EXIT.failed : EXIT.held;
}

async function replay(invocation: Invocation): Promise<number> {
  const { io, operands } = invocation;
  const settings = readSettings(invocation);
  const color = invocation.text("color") ?? "auto";
  const options: PrintOptions = {
    table: settings.table,
    log: settings.log,
    width: settings.width,
    style: styleFor(color, io.isOutTerminal, io),
    errStyle: styleFor(color, io.isErrTerminal, io),
  };
  const outcomes: ReplayOutcome[] = [];
  let status = EXIT.held;
  for (const [index, path] of operands.entries()) {
    try {
      const outcome = await replayOne(path, settings, invocation);
      outcomes.push(outcome);
      status = Math.max(status, statusOf(outcome, settings.strict));
      if (settings.json) printComplaints(invocation, outcome, options);
      else {
        if (index > 0) io.out("");
        printOutcome(io, outcome, options);
      }
    } catch (error) {
      status = Math.max(status, printError(invocation, error, options));
    }
  }
  if (settings.json) printJson(invocation, outcomes);
  return status;
}

/** Prints why a recording was not replayed. Returns the exit status. */
function printError(invocation: Invocation, error: unknown, { errStyle }: PrintOptions): number {
  if (error instanceof RefusedError) {
    printRefusal(invocation, error.refusal);
    return error.refusal.kind === "refused" ? EXIT.usage : EXIT.broken;
  }
  invocation.io.err(`${errStyle.red("error")}: ${printable(messageOf(error))}`);
  return EXIT.usage;
}

/** Why a recording or a module could not be used. Any other error is a mistake in this program. */
function messageOf(error: unknown): string {
  if (error instanceof SourceError || error instanceof KernelError) return error.message;
  // DecompressionStream throws this for a damaged file.
  if (error instanceof TypeError) return `Cannot unpack the recording: ${error.message}`;
  throw error;
}

function printComplaints(
  { io }: Invocation,
  outcome: ReplayOutcome,
  { errStyle }: PrintOptions,
): void {
  printWarnings(io, outcome, errStyle);
  if (outcome.failure !== null) {
    io.err(`${errStyle.red("error")}: ${printable(outcome.failure)}`);
  }
}

/** Prints the report as JSON. Several recordings are a list. */
function printJson({ io, operands }: Invocation, outcomes: readonly ReplayOutcome[]): void {
  const objects = outcomes.map(({ report, log, reports, failure }) => ({
    ...report,
    log,
    reports,
    failure,
  }));
  io.out(JSON.stringify(operands.length === 1 ? objects[0] ?? null : objects, null, 2));
}

/** `pnotify replay`: runs modules over recordings of real processes. */
export const replayCommand: CommandBody = {
  arity: [1, Infinity],
  about: [
    `RECORDING is what ${listFormats("recorder")} wrote, packed with gzip`,
    "or not, or - for stdin. The format is found out by what it says.",
    "With the module job, each process with which a tree begins gets a job of its own.",
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
    { name: "follow", letter: "F", doc: "go on as the recording grows, until interrupted" },
    { name: "strict", doc: "make warnings fail" },
    { name: "check", doc: "let the kernel check itself, which takes longer" },
    { name: "width", value: "N", isCount: true, doc: "how wide drawings may be" },
    ...LIMIT_OPTIONS,
  ],
  examples: [
    ["pnotify replay build.strace --tree", "what ran, under whom, for how long, and how it ended"],
    ["pnotify replay build.strace -m job -m csa", "and what it used, by job and by command"],
    [
      "pnotify replay build.strace -m ./mine.ts -p limit=20",
      "with a module of your own, sandboxed",
    ],
  ],
  run: replay,
};
