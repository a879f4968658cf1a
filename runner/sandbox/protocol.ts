import type { ModuleInfo, RunResult, ScenarioPlan } from "../engine/plan.ts";
import type { ReplayOutcome, ReplayRequest } from "../replay/session.ts";
import type { LinkedFile } from "./linker.ts";

/** The limits of a sandboxed run. */
export interface SandboxLimits {
  /** Milliseconds that loading a module's files may take. */
  readonly loadMs: number;
  /** Milliseconds that one step may take. */
  readonly stepMs: number;
  /** Milliseconds that the whole run may take. */
  readonly totalMs: number;
  /** Megabytes that the whole child process may keep in memory. */
  readonly memoryMb: number;
  /** Characters that the answer may have. */
  readonly answerSize: number;
}

/** The default limits. */
export const DEFAULT_LIMITS: SandboxLimits = Object.freeze<SandboxLimits>({
  loadMs: 3000,
  stepMs: 2000,
  totalMs: 60_000,
  memoryMb: 768,
  answerSize: 1 << 26,
});

/** A module of the scenario that comes from files. */
export interface ModuleFiles {
  /** Its name in the scenario. */
  readonly name: string;
  /** Its files, the entry last. */
  readonly files: readonly LinkedFile[];
}

/** The job of the child process. */
export interface ChildJob {
  /** A secret that stands before every answer. Only the host, the child and the worker's own code have it. */
  readonly nonce: string;
  /** A scenario to run, or null to describe the only module or to replay. */
  readonly plan: ScenarioPlan | null;
  /** A recording to replay. Its text follows line by line as JSON strings, with null at the end. */
  readonly replay?: ReplayRequest;
  /** The modules that come from files. */
  readonly modules: readonly ModuleFiles[];
  /** Its limits. */
  readonly limits: SandboxLimits;
  /** How many times its limit a step may take by the wall clock. See the watchdog. */
  readonly patience: number;
}

/** Why a module did not load, by its linked files. */
export interface LoadFailure {
  /** The file that did not load, as linked. */
  readonly file: string;
  /** The line in it, or null. */
  readonly line: number | null;
  /** The column in it, or null. */
  readonly column: number | null;
  /** What is wrong. */
  readonly message: string;
  /** Whether the file ran and threw. Otherwise it could not be linked or parsed. */
  readonly threw: boolean;
}

/** The answer of the child, on one line after the nonce. */
export type ChildAnswer =
  | { readonly kind: "result"; readonly result: RunResult; readonly console: readonly string[] }
  | { readonly kind: "info"; readonly info: ModuleInfo; readonly console: readonly string[] }
  | { readonly kind: "unloadable"; readonly failure: LoadFailure }
  | { readonly kind: "progress"; readonly doing: Doing }
  | { readonly kind: "taken" }
  | { readonly kind: "starved" }
  | {
    readonly kind: "replayed";
    readonly outcome: ReplayOutcome;
    readonly console: readonly string[];
  }
  | { readonly kind: "crashed"; readonly why: CrashKind; readonly text: string };

/** Ways in which a sandbox ends without a result. */
export type CrashKind =
  | "time"
  | "total"
  | "memory"
  | "silent"
  | "exited"
  | "broken"
  | "answer"
  | "unprotected";

/** The present work of the worker. It is told before the work begins, in case it never ends. */
export interface Doing {
  /** `load` while module files are evaluated, `step` while the scenario runs. */
  readonly stage: "start" | "load" | "step" | "done";
  /** The file, or the step in words. */
  readonly what: string;
  /** The number of the step. */
  readonly step: number;
  /** The module concerned, when that is known. */
  readonly module: string | null;
  /** Milliseconds that it may take. */
  readonly limitMs: number;
}
