/**
 * Runs user code. The module files of a scenario are linked, and the scenario runs in a process of its own, where
 * nothing of the host can be reached. docs/sandbox.md says what is protected and what is not.
 *
 * @module
 */
import type { ModuleInfo, RunResult, ScenarioPlan } from "../engine/plan.ts";
import type { ReplayOutcome, ReplayRequest } from "../replay/session.ts";
import { readInfo, readResult } from "./answer.ts";
import { type LinkedModule, linkModule } from "./linker.ts";
import { readOutcome } from "./replay_answer.ts";
import type { SandboxProgram } from "./deno_command.ts";
import { type ChildEnd, runChild } from "./process.ts";
import {
  type ChildJob,
  DEFAULT_LIMITS,
  type Doing,
  type LoadFailure,
  type SandboxLimits,
} from "./protocol.ts";
import { type Refusal, refuseLine } from "./refusal.ts";
import { Source } from "../scenario/source.ts";
import { PATIENCE } from "./watchdog.ts";

export { serveSandbox } from "./child.ts";
export { SANDBOX_COMMAND } from "./standalone.ts";
export { DEFAULT_LIMITS, type SandboxLimits } from "./protocol.ts";
export type { Refusal, RefusalRule } from "./refusal.ts";

/** The job of a sandbox. */
export type SandboxJob =
  & {
    /** Its limits, where they differ from {@linkcode DEFAULT_LIMITS}. */
    readonly limits?: Partial<SandboxLimits>;
    /** The command that serves as the sandbox. This program by default. */
    readonly program?: SandboxProgram;
  }
  & ({
    readonly kind: "run";
    /** A scenario with modules from files. */
    readonly plan: ScenarioPlan;
  } | {
    readonly kind: "modinfo";
    /** The absolute path of the module. */
    readonly path: string;
    /** The path in messages. */
    readonly written?: string;
  } | {
    readonly kind: "replay";
    /** The replay. */
    readonly request: ReplayRequest;
    /** The paths of its module files by the names of the modules: the absolute path, and the path in messages. */
    readonly files: ReadonlyMap<string, { readonly path: string; readonly written: string }>;
    /** The text of the recording. The next piece is read when the last few have been worked through. */
    readonly pieces: AsyncIterable<string>;
  });

/** A sandbox that ended without an answer. */
export interface Crash {
  /** The tag of this outcome. */
  readonly kind: "crashed";
  /** What happened, in one line. */
  readonly title: string;
  /** Further lines about it. */
  readonly notes: readonly string[];
}

/** The outcome of a job. */
export type SandboxOutcome =
  | {
    readonly kind: "result";
    readonly result: RunResult;
    /** The console lines of modules while they were loaded. Later lines are in the kernel log. */
    readonly console: readonly string[];
  }
  | { readonly kind: "info"; readonly info: ModuleInfo; readonly console: readonly string[] }
  | {
    readonly kind: "replayed";
    readonly outcome: ReplayOutcome;
    readonly console: readonly string[];
  }
  | Refusal
  | Crash;

type Linked = ReadonlyMap<string, LinkedModule>;

/**
 * Does a job with user code. Nothing that this code does makes it throw.
 *
 * @param job The job.
 * @returns The outcome. The process of the sandbox has ended by then.
 */
export async function runSandboxed(job: SandboxJob): Promise<SandboxOutcome> {
  const linked = new Map<string, LinkedModule>();
  for (const { name, path, written } of filesOf(job)) {
    const module = await linkModule(path, written);
    if ("kind" in module) return module;
    linked.set(name, module);
  }
  const limits = { ...DEFAULT_LIMITS, ...job.limits };
  const childJob: Omit<ChildJob, "nonce" | "patience"> = {
    plan: job.kind === "run" ? job.plan : null,
    modules: [...linked].map(([name, { files }]) => ({ name, files })),
    limits,
    ...(job.kind === "replay" ? { replay: job.request } : {}),
  };
  return outcomeOf(job, await runPatiently(job, childJob), linked, limits);
}

/**
 * Repeats a job when a step was stopped before it had much CPU time. Each attempt waits longer. A run comes to the same
 * result each time. A recording can be read only once, so a replay begins with the longest wait.
 */
async function runPatiently(
  job: SandboxJob,
  childJob: Omit<ChildJob, "nonce" | "patience">,
): Promise<ChildEnd> {
  const attempt = (patience: number, pieces?: AsyncIterable<string>) =>
    runChild({ ...childJob, nonce: crypto.randomUUID(), patience }, job.program, pieces);
  if (job.kind === "replay") return await attempt(PATIENCE.at(-1)!, job.pieces);
  for (const patience of PATIENCE.slice(0, -1)) {
    const end = await attempt(patience);
    if (end.answer?.kind !== "starved") return end;
  }
  return await attempt(PATIENCE.at(-1)!);
}

function filesOf(job: SandboxJob): { name: string; path: string; written: string }[] {
  if (job.kind === "modinfo") {
    return [{ name: "module", path: job.path, written: job.written ?? job.path }];
  }
  if (job.kind === "replay") return [...job.files].map(([name, file]) => ({ name, ...file }));
  return job.plan.modules.flatMap(({ name, source }) =>
    source.kind === "file" ? [{ name, path: source.path, written: source.written }] : []
  );
}

function outcomeOf(
  job: SandboxJob,
  end: ChildEnd,
  linked: Linked,
  limits: SandboxLimits,
): SandboxOutcome {
  const { answer } = end;
  if (answer === null) return crashOf(end, limits);
  if (answer.kind === "unloadable") return unloadable(answer.failure, linked);
  if (answer.kind === "result" && job.kind === "run") {
    const { value, wrong } = readResult(answer.result, job.plan);
    if (value === null) return noResult(wrong);
    return { kind: "result", result: value, console: linesOf(answer.console) };
  }
  if (answer.kind === "info" && job.kind === "modinfo") {
    const { value, wrong } = readInfo(answer.info);
    if (value === null) return noResult(wrong);
    return { kind: "info", info: value, console: linesOf(answer.console) };
  }
  if (answer.kind === "replayed" && job.kind === "replay") {
    const { value, wrong } = readOutcome(answer.outcome, job.request);
    if (value === null) return noResult(wrong);
    return { kind: "replayed", outcome: value, console: linesOf(answer.console) };
  }
  return answer.kind === "crashed" ? crashOf(end, limits) : noResult("");
}

/** The crash of a sandbox with a wrong answer. The text names the part that is wrong, and is empty for the whole. */
function noResult(wrong: string): Crash {
  const part = wrong === "" ? "" : `: ${wrong} is wrong`;
  return {
    kind: "crashed",
    title: `The sandbox answered with what is no result${part}`,
    notes: [],
  };
}

function linesOf(lines: unknown): string[] {
  return Array.isArray(lines) ? lines.map((line) => String(line).replace(/[\n\r]/g, " ")) : [];
}

/** Describes a crash by the last step begun, the last output and the exit status. */
function crashOf(end: ChildEnd, limits: SandboxLimits): Crash {
  const { answer, doing } = end;
  const why = answer?.kind === "crashed" ? answer.why : whyEnded(end);
  const text = answer?.kind === "crashed" ? answer.text : "";
  const during = describe(doing);
  const crash = (title: string, ...notes: string[]): Crash => ({ kind: "crashed", title, notes });
  switch (why) {
    case "total":
      return crash("It took too long", during, `it was stopped after ${limits.totalMs / 1000} s`);
    case "time": {
      const title = doing?.stage === "step"
        ? `Soft lockup in ${doing.module ?? "a module"}: it did not return`
        : `Module ${doing?.module ?? ""} did not finish loading`.replace("  ", " ");
      return crash(title, during, `it was stopped after ${text}`);
    }
    case "memory":
      return crash("A module ran out of memory", during, `${limits.memoryMb} MB are allowed`);
    case "answer":
      return crash("The result is too large", during, `at most ${limits.answerSize} characters`);
    case "broken": {
      const said = text === "" ? [] : [text.split("\n")[0].slice(0, 500)];
      return crash("A module broke the kernel that it was loaded into", during, ...said);
    }
    case "unprotected":
      return crash("The sandbox is not safe with this runtime, nothing was run", text);
    default: {
      const status = end.signal === null ? `with status ${end.code}` : `by ${end.signal}`;
      const said = text === "" ? [] : [text.split("\n")[0].slice(0, 500)];
      return crash(`The sandbox ended ${status} without a result`, during, ...said);
    }
  }
}

function whyEnded(end: ChildEnd): "total" | "memory" | "answer" | "silent" {
  if (end.killed) return "total";
  if (end.flooded) return "answer";
  return /out of memory|heap limit|allocation failed/i.test(end.complaint) ? "memory" : "silent";
}

function describe(doing: Doing | null): string {
  if (doing === null || doing.stage === "start") return "before it had begun";
  if (doing.stage === "load") return `while ${doing.what} was loaded`;
  if (doing.stage === "done") return "after the last step";
  return doing.step === 0 ? `during ${doing.what}` : `during step ${doing.step}: ${doing.what}`;
}

function unloadable(failure: LoadFailure, linked: Linked): Refusal {
  const file = String(failure.file);
  const source = [...linked.values()].map(({ sources }) => sources.get(file))
    .find((source) => source !== undefined) ?? new Source(file, "");
  const line = Math.min(Number(failure.line ?? 1) || 1, source.lines);
  const text = source.line(line);
  const name = /has no export "([^"]+)"/.exec(failure.message)?.[1];
  const index = name === undefined ? -1 : text.indexOf(name);
  const column = index >= 0
    ? index + 1
    : Math.min(Number(failure.column ?? 1) || 1, text.length + 1);
  return refuseLine(source, { line, column, length: name?.length ?? 1 }, {
    rule: failure.threw ? "evaluation" : "syntax",
    title: failure.threw
      ? `Cannot load "${file}": it threw while it was loaded`
      : `Cannot load "${file}"`,
    label: String(failure.message).split("\n")[0],
  });
}
