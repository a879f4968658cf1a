import { textMatches } from "../engine/expectations/kernel.ts";
import type { SandboxLimits } from "../sandbox/protocol.ts";
import { type Invocation, type Option, UsageError } from "./command.ts";

/** The options for the time of user code, for commands that run it. Other code has no limit. */
export const LIMIT_OPTIONS: readonly Option[] = Object.freeze([
  {
    name: "step-timeout",
    value: "MS",
    isCount: true,
    doc: "stop a step of a module file after so many milliseconds",
  },
  {
    name: "timeout",
    value: "S",
    isCount: true,
    doc: "end what runs with a module file after so many seconds",
  },
]);

/** A day. Timers of more than 24 days fire at once. */
const MOST_SECONDS = 86_400;

/**
 * Reads the options that limit user code.
 *
 * @param invocation The command line.
 * @returns The limits that were given.
 * @throws {UsageError} For a limit out of range.
 */
export function readLimits(invocation: Invocation): Partial<SandboxLimits> {
  const stepMs = limitOf(invocation, "step-timeout", MOST_SECONDS * 1000);
  const seconds = limitOf(invocation, "timeout", MOST_SECONDS);
  return {
    ...(stepMs === undefined ? {} : { stepMs }),
    ...(seconds === undefined ? {} : { totalMs: seconds * 1000 }),
  };
}

function limitOf(invocation: Invocation, name: string, most: number): number | undefined {
  const value = invocation.count(name);
  if (value === undefined || (value >= 1 && value <= most)) return value;
  throw new UsageError(`Wrong value "${value}" of --${name}: 1 to ${most} is wanted`);
}

/** The options of `pnotify run`. */
export const RUN_OPTIONS: readonly Option[] = Object.freeze([
  { name: "seed", value: "N", isCount: true, doc: "what all randomness follows from" },
  { name: "until", value: "EVENT", isCount: true, doc: "stop after this trace event" },
  { name: "schedule", value: "TEXT", doc: "of concurrently, run just this schedule" },
  { name: "filter", letter: "f", value: "TEXT", doc: "only titles with this text, or /pattern/" },
  {
    name: "format",
    value: "FORMAT",
    choices: ["pretty", "json", "tap", "junit"],
    doc: "pretty, json, tap or junit",
  },
  { name: "trace", negatable: true, doc: "show what happened, step by step (on for one scenario)" },
  { name: "tree", negatable: true, doc: "show the processes at the end (on for one scenario)" },
  { name: "log", negatable: true, doc: "show the kernel log" },
  { name: "quiet", letter: "q", doc: "show only what went wrong, and the totals" },
  { name: "timing", doc: "show how long each scenario took" },
  { name: "update", letter: "u", doc: "rewrite expected traces in place" },
  { name: "check-determinism", doc: "run each seed twice and compare every byte" },
  { name: "jobs", letter: "j", value: "N", isCount: true, doc: "how many files run side by side" },
  ...LIMIT_OPTIONS,
]);

/** The settings of a run, from the command line. */
export interface RunSettings {
  /** The seed of all scenarios, or null for their own. */
  readonly seed: number | null;
  /** Stop after this event, or null. */
  readonly until: number | null;
  /** The only schedule to try, or null for all. */
  readonly schedule: string | null;
  /** Whether to run a scenario with a title. */
  readonly selects: (title: string) => boolean;
  /** The filter as it was written, or null. */
  readonly filter: string | null;
  /** How results are printed. */
  readonly format: string;
  /** Show the trace. Null where the number of scenarios decides. */
  readonly trace: boolean | null;
  /** Show the processes at the end. Null where the number of scenarios decides. */
  readonly tree: boolean | null;
  /** Show the kernel log. */
  readonly log: boolean;
  /** Show failures only. */
  readonly quiet: boolean;
  /** Show how long each scenario took. */
  readonly timing: boolean;
  /** Rewrite expected traces. */
  readonly update: boolean;
  /** Run each scenario twice. */
  readonly twice: boolean;
  /** How many files run side by side. */
  readonly jobs: number;
  /** The limits of user code, where they differ from the default. */
  readonly limits: Partial<SandboxLimits>;
}

/**
 * Reads the options of `pnotify run`.
 *
 * @param invocation The command line.
 * @returns The settings.
 * @throws {UsageError} For a filter that is no pattern, or options that exclude each other.
 */
export function readSettings(invocation: Invocation): RunSettings {
  const filter = invocation.text("filter") ?? null;
  const update = invocation.flag("update") ?? false;
  const until = invocation.count("until") ?? null;
  if (update && until !== null) {
    throw new UsageError("Cannot use --update with --until: a whole trace is wanted");
  }
  const jobs = invocation.count("jobs") ?? Math.min(4, navigator.hardwareConcurrency);
  if (jobs < 1) throw new UsageError('Wrong value "0" of --jobs: at least 1 is wanted');
  return {
    seed: invocation.count("seed") ?? null,
    until,
    schedule: invocation.text("schedule") ?? null,
    selects: selector(filter),
    filter,
    format: invocation.text("format") ?? "pretty",
    trace: invocation.flag("trace") ?? null,
    tree: invocation.flag("tree") ?? null,
    log: invocation.flag("log") ?? false,
    quiet: invocation.flag("quiet") ?? false,
    timing: invocation.flag("timing") ?? false,
    update,
    twice: invocation.flag("check-determinism") ?? false,
    jobs,
    limits: readLimits(invocation),
  };
}

function selector(filter: string | null): (title: string) => boolean {
  if (filter === null) return () => true;
  const isPattern = /^\/.+\/[iu]*$/.test(filter);
  try {
    textMatches("", filter);
  } catch {
    throw new UsageError(`Wrong value "${filter}" of --filter: this is no regular expression`);
  }
  if (isPattern) return (title) => textMatches(title, filter);
  const part = filter.toLowerCase();
  return (title) => title.toLowerCase().includes(part);
}
