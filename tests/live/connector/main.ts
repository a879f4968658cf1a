/**
 * Runs workloads under `pnotify live` while the process connector of the kernel listens, and compares what the two say:
 *
 *     deno task test-connector [--keep FOLDER] [TEXT]...
 *
 * With a text, only the workloads that have it in their names. `--keep` keeps both recordings of each workload;
 * `pnotify replay` reads them. Ends with 0 when nothing was lost and nothing was wrong, or when there is nothing to listen to.
 *
 * @module
 */
import { findWorld, WORLD_VARIABLE } from "../../../tools/with_std.ts";
import { has, isLinux, live, type LiveRun } from "../support.ts";
import { compare, type Comparison } from "./compare.ts";
import { descentOf, historiesOf, readRecording } from "./history.ts";
import { type Hearing, Listener } from "./listener.ts";
import { type Workload, WORKLOADS } from "./workloads.ts";

/** A run in which the connector lost something is repeated. */
const MOST_ATTEMPTS = 4;
/** The last messages come after the end of the last process. */
const LOOKS_FOR_THE_END = 200;
const LOOK_INTERVAL_MS = 50;
/** So many differences are printed. */
const MOST_DIFFERENCES = 12;

const COLUMNS = [
  "workload",
  "processes",
  "threads",
  "execs",
  "exits",
  "lost",
  "wrong",
  "unknowable",
] as const;
const FIRST_WIDTH = Math.max(...WORKLOADS.map(({ name }) => name.length));

interface Options {
  readonly keep: string | null;
  readonly texts: readonly string[];
}

function parseOptions(args: readonly string[]): Options {
  const place = args.indexOf("--keep");
  if (place < 0) return { keep: null, texts: args };
  return { keep: args[place + 1], texts: args.toSpliced(place, 2) };
}

interface Outcome {
  readonly run: LiveRun;
  readonly hearing: Hearing;
  readonly comparison: Comparison;
}

/** Null when the connector lost something: such a run says nothing. */
async function attempt(workload: Workload): Promise<Outcome | string | null> {
  const folder = await Deno.makeTempDir({ prefix: "pnotify_connector_" });
  try {
    const command = await workload.prepare(folder);
    const listener = await Listener.start();
    if (typeof listener === "string") return listener;
    const run = await live(command, { cwd: folder, env: { HOME: folder } });
    const told = readRecording(run.recording);
    const root = told.find(({ type }) => type === "found");
    await untilOver(listener, root?.type === "found" ? root.pid : 0);
    const hearing = await listener.end();
    if (hearing.loss !== null) {
      console.error(`  ${workload.name}: ${hearing.loss}; once more`);
      return null;
    }
    if (root?.type !== "found") return `pnotify live said: ${run.err}`;
    const { histories } = descentOf(readRecording(hearing.recording), root.pid);
    return { run, hearing, comparison: compare(histories, historiesOf(told), run.report) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function untilOver(listener: Listener, root: number): Promise<void> {
  for (let look = 0; look < LOOKS_FOR_THE_END; look++) {
    if (descentOf(readRecording(listener.recording), root).isOver) return;
    await new Promise((go) => setTimeout(go, LOOK_INTERVAL_MS));
  }
}

async function compareOnce(workload: Workload): Promise<Outcome | string> {
  for (let count = 0; count < MOST_ATTEMPTS; count++) {
    const outcome = await attempt(workload);
    if (outcome !== null) return outcome;
  }
  return `the connector lost something in each of ${MOST_ATTEMPTS} runs`;
}

function row(cells: readonly (string | number)[]): string {
  const padded = cells.map((cell, index) =>
    index === 0 ? String(cell).padEnd(FIRST_WIDTH) : String(cell).padStart(COLUMNS[index].length)
  );
  return `| ${padded.join(" | ")} |`;
}

function heading(): string {
  const rule = COLUMNS.map((name, index) =>
    index === 0 ? "-".repeat(FIRST_WIDTH) : `${"-".repeat(name.length - 1)}:`
  );
  return `${row(COLUMNS)}\n| ${rule.join(" | ")} |`;
}

async function keep(folder: string, { name }: Workload, { run, hearing }: Outcome): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  const file = `${folder}/${name.replaceAll(/[^\w]+/g, "_")}`;
  await Deno.writeTextFile(`${file}.live.events`, run.recording);
  await Deno.writeTextFile(`${file}.connector.events`, hearing.recording);
}

/** Runs a workload and prints its row. Returns whether nothing is lost and nothing wrong. */
async function check(workload: Workload, options: Options): Promise<boolean> {
  const outcome = await compareOnce(workload);
  if (typeof outcome === "string") {
    console.log(`${workload.name}: ${outcome}`);
    return false;
  }
  const { processes, threads, execs, exits, lost, wrong, unknowable } = outcome.comparison;
  const counts = [processes, threads, execs, exits];
  console.log(row([workload.name, ...counts, lost.length, wrong.length, unknowable.length]));
  if (options.keep !== null) await keep(options.keep, workload, outcome);
  const differences = [...lost.map((text) => `lost: ${text}`), ...wrong];
  for (const text of differences.slice(0, MOST_DIFFERENCES)) console.error(`  ${text}`);
  return differences.length === 0;
}

/** Why there is nothing to compare with, or null. */
async function whyNot(): Promise<string | null> {
  if (!isLinux) return "it is a part of Linux, and live runs need x86-64";
  const listener = await Listener.start();
  if (typeof listener === "string") return listener;
  await listener.end();
  return null;
}

async function main(options: Options): Promise<boolean> {
  const chosen = WORKLOADS.filter(({ name }) =>
    options.texts.length === 0 || options.texts.some((text) => name.includes(text))
  );
  const reason = await whyNot();
  if (reason !== null) {
    console.log(`The process connector does not answer, so nothing is compared: ${reason}`);
    console.log(`ok connector (0 passed, 0 failed, ${chosen.length} skipped)`);
    return true;
  }
  Deno.env.set(WORLD_VARIABLE, (await findWorld()).kind);
  console.log(heading());
  let passed = 0;
  const leftOut: string[] = [];
  for (const workload of chosen) {
    const there = await Promise.all(workload.needs.map(has));
    if (there.includes(false)) leftOut.push(workload.name);
    else if (await check(workload, options)) passed++;
  }
  if (leftOut.length > 0) console.log(`Left out, for want of a program: ${leftOut.join("; ")}`);
  const failed = chosen.length - leftOut.length - passed;
  const counts = `${passed} passed, ${failed} failed, ${leftOut.length} skipped`;
  console.log(`${failed === 0 ? "ok" : "FAILED"} connector (${counts})`);
  return failed === 0;
}

Deno.exit(await main(parseOptions(Deno.args)) ? 0 : 1);
