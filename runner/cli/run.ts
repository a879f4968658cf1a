import { pooledMap } from "@std/async/pool";
import type { RunResult, ScenarioPlan } from "../engine/plan.ts";
import { execute, type Executed, executeTwice } from "../execute/execute.ts";
import { FileError } from "../execute/file_error.ts";
import { findFiles, type NamedFile, needsSandbox, parseFile, readText } from "../execute/files.ts";
import type { Entry } from "../report/summary.ts";
import type { ParsedFile } from "../scenario/parse.ts";
import { type CommandBody, EXIT, type Invocation, UsageError } from "./command.ts";
import { readSettings, RUN_OPTIONS, type RunSettings } from "./options.ts";
import { type FileOutcome, Printer } from "./printer.ts";
import { updateTraces } from "./update.ts";

/** The exit status of each result. */
const STATUS_EXIT: Readonly<Record<RunResult["status"], number>> = Object.freeze<
  Record<RunResult["status"], number>
>({
  passed: EXIT.held,
  stopped: EXIT.held,
  failed: EXIT.failed,
  refused: EXIT.usage,
  broken: EXIT.broken,
});

/** Reads and runs the scenarios of one file. */
async function runFile(
  file: NamedFile,
  settings: RunSettings,
  isOnlyFile: boolean,
): Promise<FileOutcome> {
  let parsed: ParsedFile;
  try {
    parsed = await parseFile(file, settings.seed ?? undefined);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    const crash = { title: error.message, notes: [] };
    const entries = [{ ...emptyEntry(file.name), crash, exit: EXIT.usage }];
    return { entries, isAlone: false, isUpdated: false };
  }
  const plans = parsed.plans.filter(({ title }) => settings.selects(title));
  const entries: Entry[] = [];
  for (const plan of plans) {
    const start = performance.now();
    const adjustedPlan = adjusted(plan, settings);
    const executed = settings.twice
      ? await executeTwice(adjustedPlan, settings.limits)
      : await execute(adjustedPlan, needsSandbox(adjustedPlan), settings.limits);
    entries.push(entryOf(parsed, plan, executed, performance.now() - start));
  }
  if (parsed.diagnostics.length > 0) {
    const { diagnostics, source } = parsed;
    entries.push({ ...emptyEntry(file.name), diagnostics, source, exit: EXIT.usage });
  }
  if (settings.update && await rewrite(file, entries)) {
    // The printed result is that of the file after the update.
    const rerun = await runFile(file, { ...settings, update: false }, isOnlyFile);
    return { ...rerun, isUpdated: true };
  }
  return { entries, isAlone: isOnlyFile && parsed.plans.length === 1, isUpdated: false };
}

/** Puts options of the command line in the place of those of the scenario. */
function adjusted(plan: ScenarioPlan, { until, schedule }: RunSettings): ScenarioPlan {
  const { concurrently } = plan;
  if (concurrently === null) return { ...plan, until };
  return { ...plan, until, concurrently: { ...concurrently, only: schedule } };
}

function emptyEntry(file: string): Entry {
  return {
    file,
    title: null,
    result: null,
    diagnostics: [],
    crash: null,
    source: null,
    sources: new Map(),
    console: [],
    exit: EXIT.held,
    milliseconds: 0,
  };
}

function entryOf(
  { source }: ParsedFile,
  { file, title }: ScenarioPlan,
  executed: Executed,
  milliseconds: number,
): Entry {
  const base = { ...emptyEntry(file), title, source, milliseconds };
  if (executed.kind === "result") {
    const { result, console } = executed;
    return { ...base, result, console, exit: STATUS_EXIT[result.status] };
  }
  if (executed.kind === "refused") {
    const diagnostics = executed.mistakes.map(({ diagnostic }) => diagnostic);
    const sources = new Map(
      executed.mistakes.flatMap((mistake) =>
        mistake.source === null ? [] : [[mistake.diagnostic.file, mistake.source]]
      ),
    );
    return { ...base, diagnostics, sources, exit: EXIT.usage };
  }
  const { title: headline, notes } = executed;
  return { ...base, crash: { title: headline, notes }, exit: EXIT.broken };
}

async function rewrite(file: NamedFile, entries: readonly Entry[]): Promise<boolean> {
  const text = readText(file);
  const results = entries.flatMap(({ result }) => result === null ? [] : [result]);
  const updated = updateTraces(file.name, text, results);
  if (updated === text) return false;
  if (file.text !== undefined) {
    throw new FileError(
      `Cannot update "${file.name}": it comes with the program, a file of your own is wanted`,
    );
  }
  await Deno.writeTextFile(file.location, updated);
  return true;
}

async function run(invocation: Invocation): Promise<number> {
  const settings = readSettings(invocation);
  const files = await findFiles(invocation.operands);
  const printer = new Printer(invocation, settings, files.length);
  printer.begin();
  const start = performance.now();
  const outcomes = pooledMap(
    settings.jobs,
    files,
    (file) => runFile(file, settings, files.length === 1),
  );
  const entries: Entry[] = [];
  for await (const outcome of outcomes) {
    entries.push(...outcome.entries);
    printer.print(outcome);
  }
  if (entries.length === 0 && settings.filter !== null) {
    throw new UsageError(`Cannot run "${settings.filter}": no title of a scenario has this text`);
  }
  printer.end(entries, performance.now() - start);
  return Math.max(EXIT.held, ...entries.map(({ exit }) => exit));
}

/** Runs scenarios. */
export const runCommand: CommandBody = {
  arity: [1, Infinity],
  about: [
    "FILE is a scenario in YAML or JSON, a folder with scenarios in it, or the name of a shipped",
    "scenario. A scenario that names module files of its own runs in a sandbox.",
    "",
    "Exit status: 0 all held, 1 an expectation failed, 2 a mistake in the command line, a scenario",
    "or a module, 3 a kernel bug, module fault, soft lockup or crash that no expectation asked for.",
  ],
  options: RUN_OPTIONS,
  examples: [
    ["pnotify run case.yaml", "run it, and show what happened"],
    ["pnotify run scenarios/ --quiet", "run many, and show only what went wrong"],
    ["pnotify run case.yaml --seed 7 --until 12", "run up to event 12 of seed 7"],
    ["pnotify run case.yaml --update", "accept the trace that it has now"],
    ["pnotify run tests/ --format junit > report.xml", "for a CI system"],
  ],
  run,
};
