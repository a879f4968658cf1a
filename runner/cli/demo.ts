import { RECORDINGS } from "../../scenarios/mod.ts";
import { shippedModules } from "../engine/shipped.ts";
import { execute } from "../execute/execute.ts";
import { type NamedFile, parseFile, shippedScenarios } from "../execute/files.ts";
import { type ReplayRequest, ReplaySession } from "../replay/session.ts";
import { formatResult } from "../report/pretty.ts";
import { printable, type Style } from "../report/style.ts";
import { cutColumns, padColumns, widest } from "../report/width.ts";
import { type CommandBody, EXIT, type Invocation } from "./command.ts";
import { styleFor, terminalWidth } from "./io.ts";
import { printOutcome } from "./replay_printer.ts";
import { VERSION } from "./version.ts";

/** The recording that is shown: a build of a small C program by four compilers at a time. */
const RECORDING = "replay/build.strace";

/** The widest line. Longer lines are hard to read on any terminal. */
const MOST_WIDTH = 120;

function requestFor(width: number): ReplayRequest {
  return {
    recording: RECORDING,
    pid: null,
    modules: [{ name: "job", isFile: false }, { name: "csa", isFile: false }],
    params: ["job.verbose=true"],
    check: true,
    keep: true,
    tree: true,
    timeline: false,
    width,
  };
}

function showRecording({ io }: Invocation, style: Style, errStyle: Style, width: number): number {
  const session = new ReplaySession(requestFor(width), shippedModules());
  session.push(RECORDINGS[RECORDING]);
  const outcome = session.finish();
  io.out(style.bold("A real build, replayed: make -j4, as strace recorded it"));
  io.out(
    "Each process of it is forked again in a model of the kernel. Two modules hear",
  );
  io.out("of it: job keeps them all together, and csa keeps the books.");
  printOutcome(io, outcome, { table: false, log: true, width, style, errStyle });
  const isWrong = outcome.broken || outcome.reports.length > 0 || outcome.failure !== null;
  return isWrong ? EXIT.broken : EXIT.held;
}

/** The outcome of the scenarios of one file. */
interface FileVerdict {
  readonly titles: readonly string[];
  readonly passed: number;
  /** The failures, as the program prints them. */
  readonly complaints: readonly string[];
}

async function runFile(file: NamedFile, errStyle: Style): Promise<FileVerdict> {
  const { plans, source } = await parseFile(file);
  const complaints: string[] = [];
  let passed = 0;
  for (const plan of plans) {
    const executed = await execute(plan);
    if (executed.kind === "result" && executed.result.status === "passed") {
      passed++;
      continue;
    }
    if (executed.kind !== "result") complaints.push(`${plan.title}: it did not run`);
    else {
      const options = { style: errStyle, trace: false, tree: false, log: false, quiet: true };
      complaints.push(...formatResult(executed.result, source, options).err);
    }
  }
  return { titles: plans.map(({ title }) => title), passed, complaints };
}

/** Runs the scenarios of the demo. Each file has a line: its verdict, its name, and the title of its first scenario. */
async function runScenarios(
  { io }: Invocation,
  style: Style,
  errStyle: Style,
  width: number,
): Promise<number> {
  const files = shippedScenarios();
  const names = files.map(({ name }) => name.replace(/^scenarios\/|\.yaml$/g, ""));
  const nameWidth = widest(names);
  let [scenarios, held] = [0, 0];
  io.out("");
  io.out(style.bold("The shipped scenarios, and in brackets how many more a file has"));
  for (const [i, file] of files.entries()) {
    const { titles, passed, complaints } = await runFile(file, errStyle);
    const verdict = passed === titles.length ? style.green("PASS") : style.red("FAIL");
    const more = titles.length > 1 ? ` (+${titles.length - 1})` : "";
    const left = width - nameWidth - "PASS    ".length - more.length;
    const title = cutColumns(printable(titles[0] ?? "no scenario"), left);
    io.out(
      `${verdict}  ${style.cyan(padColumns(names[i], nameWidth))}  ${title}${style.dim(more)}`,
    );
    complaints.forEach((line) => io.err(line));
    scenarios += titles.length;
    held += passed;
  }
  io.out("");
  const failed = scenarios - held;
  const counts = [
    `${scenarios} scenarios`,
    style.green(`${held} passed`),
    failed > 0 ? style.red(`${failed} failed`) : `${failed} failed`,
  ];
  io.out(counts.join(", "));
  return failed > 0 ? EXIT.failed : EXIT.held;
}

function showWhatNext({ io }: Invocation, style: Style): void {
  const next = [
    "Next: pnotify run replay/parallel_build    the same build as a scenario",
    "      pnotify live --tree -- make          a build of your own, while it runs",
    "      pnotify record -o my.events -- make  a recording of your own",
    "      pnotify list                         all scenarios and modules",
  ];
  io.out("");
  for (const line of next) io.out(style.dim(line));
}

async function demo(invocation: Invocation): Promise<number> {
  const { io, text } = invocation;
  const color = text("color") ?? "auto";
  const style = styleFor(color, io.isOutTerminal, io);
  const errStyle = styleFor(color, io.isErrTerminal, io);
  const width = Math.min(MOST_WIDTH, terminalWidth(io));
  io.out(style.dim(`pnotify ${VERSION}`));
  io.out("");
  const replayed = showRecording(invocation, style, errStyle, width);
  const ran = await runScenarios(invocation, style, errStyle, width);
  showWhatNext(invocation, style);
  return Math.max(replayed, ran);
}

/** `pnotify demo`: shows scenarios and a replay. */
export const demoCommand: CommandBody = {
  arity: [0, 0],
  options: [],
  examples: [["pnotify demo", "show what this is"]],
  run: demo,
};
