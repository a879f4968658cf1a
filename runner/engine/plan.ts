/**
 * The input and the output of the engine, as plain JSON data: a checked scenario, and its result. Both go from process
 * to process, so they hold no function, no class, and no `undefined` in a list.
 *
 * @module
 */
import type { ErrnoName } from "../../kernel/errno.ts";
import type { LogRecord } from "../../kernel/printk.ts";
import type { Report } from "../../kernel/report.ts";
import type { TraceEvent } from "../../kernel/trace.ts";

/** Any JSON value. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/** A place in a scenario file. Lines and columns count from 1. */
export interface Position {
  /** The line. */
  readonly line: number;
  /** The column of its first character. */
  readonly column: number;
  /** How many characters of that line it covers. */
  readonly length: number;
}

/** The place of each part of a value, by JSON pointer: `""` is the whole, `/task` a field, `/0` an item. */
export type Positions = Readonly<Record<string, Position>>;

/** How the kernel of a scenario boots. */
export interface KernelPlan {
  /** The lowest number that is no pid. */
  readonly pidMax?: number;
  /** How many tasks there may be. */
  readonly threadsMax?: number;
  /** Whether init reaps its orphans by itself. */
  readonly initReaps?: boolean;
  /** Whether the kernel checks for misuse. */
  readonly debug?: boolean;
}

/** A task that is there before the first step. */
export interface TaskPlan {
  /** Its name in the scenario. */
  readonly name: string;
  /** The name of its parent. */
  readonly parent: string;
  /** What it runs. */
  readonly path: string;
  /** The pid it shall have. */
  readonly pid?: number;
  /** Its user. */
  readonly uid?: number;
  /** Its group. */
  readonly gid?: number;
  /** Where it was written. */
  readonly at: Position;
}

/** What a scripted hook does at a call. */
export interface ScriptAction {
  /** Its verdict: `ok`, `nosub`, `error`, or the name of an error number. */
  readonly verdict?: string;
  /** A line for the kernel log. `{task}` and `{pid}` stand for the task of the call. */
  readonly log?: string;
  /** The hook throws this text: a fault of the module. */
  readonly throw?: string;
  /** The hook returns this value. If it is no verdict, that is a fault of the module. */
  readonly return?: Json;
}

/** A scripted module: each hook has a list of actions for its calls. The last action repeats. */
export interface ScriptPlan {
  /** Actions by hook. */
  readonly hooks: Readonly<Record<string, readonly ScriptAction[]>>;
  /** Its licence. */
  readonly license: string;
  /** Higher is called first. */
  readonly priority: number;
  /** Whether it hears of every task. */
  readonly global: boolean;
  /** The data each task gets, and what a child inherits; null for none. */
  readonly data: { readonly create: Json; readonly inherit: "copy" | "share" | "none" } | null;
}

/** A module of a scenario. */
export interface ModulePlan {
  /** Its name in the scenario, and in the kernel. */
  readonly name: string;
  /**
   * Where it comes from. The runner hands the engine a map of `shipped` and `file` modules by {@linkcode
   * ModulePlan.name}. The engine makes a `script` itself.
   */
  readonly source:
    | { readonly kind: "shipped"; readonly module: string }
    // The path on this machine, and the one that messages have.
    | { readonly kind: "file"; readonly path: string; readonly written: string }
    | { readonly kind: "script"; readonly script: ScriptPlan };
  /** Values for its parameters. */
  readonly params: Readonly<Record<string, number | string | boolean>>;
  /** Whether it is loaded before the first step. */
  readonly preload: boolean;
  /** Where it was written. */
  readonly at: Position;
}

/** One step. */
export interface StepPlan {
  /** Its number in the scenario, from 1. */
  readonly number: number;
  /** What it does: a key of the verb table. */
  readonly verb: string;
  /** Its arguments, checked against the verb's shape. */
  readonly args: Readonly<Record<string, Json>>;
  /** The name that its result gets, or null. */
  readonly as: string | null;
  /** The error it must fail with, or null. */
  readonly fails: ErrnoName | null;
  /** The heading it stands under, or null. */
  readonly phase: string | null;
  /** Where it was written, with its arguments. */
  readonly at: Positions;
}

/** Steps of one simulated CPU. */
export interface LanePlan {
  /** Its name. */
  readonly name: string;
  /** Its steps, in order. */
  readonly steps: readonly StepPlan[];
}

/** One expectation. */
export interface ExpectationPlan {
  /** A key of the expectation table. */
  readonly kind: string;
  /** What is expected, checked against the shape of its kind. */
  readonly expected: Json;
  /** Where it was written. */
  readonly at: Positions;
}

/** Operations that may run at the same time, and the expectations for their schedules. */
export interface ConcurrentPlan {
  /** The lanes. */
  readonly lanes: readonly LanePlan[];
  /** How many preemptions a schedule may have. */
  readonly preemptions: number;
  /** How many schedules are tried at most. */
  readonly schedules: number;
  /** The only schedule to try, or null for all. */
  readonly only: string | null;
  /** What every schedule must end in. */
  readonly always: readonly ExpectationPlan[];
  /** What at least one schedule must end in. */
  readonly sometimes: readonly ExpectationPlan[];
  /** What no schedule may end in. */
  readonly never: readonly ExpectationPlan[];
  /** Where it was written. */
  readonly at: Position;
}

/** A file of a step. The runner reads it, since the engine reads no files. */
export interface Attachment {
  /** The path as the scenario has it. */
  readonly path: string;
  /** Its text, unpacked. */
  readonly text: string;
}

/** A scenario after all checks. It is complete, and plain data. */
export interface ScenarioPlan {
  /** The file, as messages name it. */
  readonly file: string;
  /** Which of the file's documents it is, from 0. */
  readonly document: number;
  /** How many documents the file has. */
  readonly documents: number;
  /** Its title. */
  readonly title: string;
  /** Where the title was written. */
  readonly at: Position;
  /** The seed of all randomness. */
  readonly seed: number;
  /** How the kernel boots. */
  readonly kernel: KernelPlan;
  /** Tasks that are there before the first step. */
  readonly tasks: readonly TaskPlan[];
  /** Its modules. */
  readonly modules: readonly ModulePlan[];
  /** Its steps. */
  readonly steps: readonly StepPlan[];
  /** The lanes that run after the steps, or null. */
  readonly concurrently: ConcurrentPlan | null;
  /** What must hold at the end. */
  readonly expect: readonly ExpectationPlan[];
  /** Files that steps need. */
  readonly attachments: readonly Attachment[];
  /** The trace event after which the run stops without checks. Null for the whole run. */
  readonly until: number | null;
}

/** A step, for the guard that puts a time limit around it. */
export interface StepLabel {
  /** The number of the step; 0 before the first, and after the last one for expectations. */
  readonly step: number;
  /** The work, in words: `fork`, `load job`, `expect data`. */
  readonly what: string;
  /** The module whose code the step calls first, where it is known in advance. */
  readonly module?: string;
  /** The hook that the step calls first, where it is known in advance. */
  readonly hook?: string;
  /** The factor of its time limit, 1 by default. A storm takes long. */
  readonly weight?: number;
}

/**
 * Executes one step. Everything that may run a module's code goes through it: steps, loads, expectations and schedules.
 * It calls `run` exactly once, and lets every error through. To stop a step for good it throws a {@linkcode
 * SoftLockup}. The world is not used after that.
 */
export type StepGuard = (label: StepLabel, run: () => void) => void;

/** Thrown by a {@linkcode StepGuard} when the time of a step is over. */
export class SoftLockup extends Error {
  /** The class name, for callers that cannot use `instanceof`. */
  override readonly name = "SoftLockup";
}

/** The progress of a run. It is readable at any moment, also after a step was stopped. */
export interface RunProgress {
  /** The step in progress. */
  readonly label: StepLabel | null;
  /** The module whose code runs, or null. */
  readonly module: string | null;
  /** The innermost hook or call in progress: `spin.fork`, `exit`. */
  readonly hook: string | null;
  /** The task concerned, as `comm[pid]`, or null. */
  readonly task: string | null;
  /** The number of the last trace event. */
  readonly event: number;
}

/** One line of a trace. */
export type TraceItem =
  | {
    readonly type: "begin";
    readonly step: number;
    readonly verb: string;
    readonly phase: string | null;
    /** The acting task, as `name[pid]`, or null. */
    readonly who: string | null;
    readonly cpu: string;
    /** The call in words: `fork(sh)`. */
    readonly call: string;
    readonly sequence: number;
  }
  | {
    readonly type: "end";
    readonly step: number;
    readonly who: string | null;
    readonly cpu: string;
    readonly call: string;
    /** The outcome in words: `make[4]`, `-1 EPERM (Operation not permitted)`. */
    readonly result: string;
    readonly errno: ErrnoName | null;
    readonly sequence: number;
  }
  | {
    readonly type: "event";
    readonly step: number;
    /** The task as `name[pid]`, or null for an event about no task. */
    readonly who: string | null;
    readonly event: TraceEvent;
  };

/** A task at the end of the run. */
export interface TreeNode {
  /** Its name in the scenario, or null. */
  readonly name: string | null;
  /** Its pid. */
  readonly pid: number;
  /** Its comm. */
  readonly comm: string;
  /** Its state, as the letter of ps. */
  readonly state: string;
  /** Its user. */
  readonly uid: number;
  /** Who is subscribed to it, in list order. */
  readonly subscribers: readonly string[];
  /** Its other threads, by pid. */
  readonly threads: readonly number[];
  /** Its wait status, when it has ended. */
  readonly exit: number | null;
  /** Its children, oldest first. */
  readonly children: readonly TreeNode[];
}

/** An expectation or a step that did not hold. */
export interface Failure {
  /** `expectation`, or `step` for a step that failed or succeeded unexpectedly. */
  readonly kind: "expectation" | "step" | "explore";
  /** What did not hold, in one line. */
  readonly title: string;
  /** Where it was written. */
  readonly at: Position;
  /** The text under the caret. */
  readonly label: string;
  /** More lines: the responsible module, and the event. */
  readonly notes: readonly string[];
  /** The number of the step, or null. */
  readonly step: number | null;
}

/** A step that was stopped when its time was over. Its world is not used any more. */
export interface LockupReport extends RunProgress {
  /** The finding in one line. */
  readonly title: string;
  /** The heading the step stands under, or null. */
  readonly phase: string | null;
  /** The schedule of the lanes up to the stop, or null. */
  readonly schedule: string | null;
}

/** What came of trying schedules. */
export interface ExploreResult {
  /** How many schedules ran to their end. */
  readonly schedules: number;
  /** How many were impossible, since a lock was held. */
  readonly infeasible: number;
  /** How many different traces there were. */
  readonly traces: number;
  /** Whether the bound ended it before every schedule was tried. */
  readonly truncated: boolean;
  /** For each expectation of always, sometimes and never: in how many schedules it held. */
  readonly held: {
    readonly always: readonly number[];
    readonly sometimes: readonly number[];
    readonly never: readonly number[];
  };
}

/** The result of a scenario. */
export interface RunResult {
  /** The file, as messages name it. */
  readonly file: string;
  /** Which of the file's documents it is, from 0. */
  readonly document: number;
  /** How many documents the file has. */
  readonly documents: number;
  /** Its title. */
  readonly title: string;
  /** The seed it ran with. */
  readonly seed: number;
  /**
   * `passed`: every expectation held. `failed`: an expectation or a step did not hold. `broken`: an unexpected kernel
   * bug, module fault, soft lockup or crash. `refused`: a module could not be loaded. `stopped`: ended early on
   * request.
   */
  readonly status: "passed" | "failed" | "broken" | "refused" | "stopped";
  /** What happened. */
  readonly trace: readonly TraceItem[];
  /** How many items of the trace were dropped because there were too many. */
  readonly traceDropped: number;
  /** The kernel log. */
  readonly log: readonly LogRecord[];
  /** The reports of the kernel. */
  readonly reports: readonly Report[];
  /** The indices of the reports without an expectation. */
  readonly unexpected: readonly number[];
  /** What did not hold. */
  readonly failures: readonly Failure[];
  /** The step that was stopped, or null. */
  readonly lockup: LockupReport | null;
  /** The tasks at the end: the children of pid 0. Empty after a lockup. */
  readonly tree: readonly TreeNode[];
  /** The kernel's taint letters at the end. */
  readonly taint: string;
  /** Loaded modules at the end. */
  readonly modules: readonly string[];
  /** The balance of each events structure at the end. */
  readonly balances: readonly {
    readonly name: string;
    readonly registered: boolean;
    readonly balance: Readonly<Record<string, number | boolean>>;
  }[];
  /** How many expectations were checked. */
  readonly expectations: number;
  /** How many steps ran. */
  readonly steps: number;
  /** The number of the last trace event. */
  readonly events: number;
  /** Final state of the generator and of the trace, as eight hexadecimal digits: two runs of a seed agree on it. */
  readonly unseed: string;
  /** What came of trying schedules, or null. */
  readonly explored: ExploreResult | null;
  /** The actual text of each `trace:` expectation, by its position `line:column`. */
  readonly actualTraces: Readonly<Record<string, readonly string[]>>;
}

/** The description of a module. */
export interface ModuleInfo {
  /** Its name. */
  readonly name: string;
  /** Its licence. */
  readonly license: string;
  /** What it does, or null. */
  readonly description: string | null;
  /** Who wrote it, or null. */
  readonly author: string | null;
  /** Its parameters. */
  readonly params: readonly {
    readonly name: string;
    readonly type: string;
    readonly default: number | string | boolean;
    readonly description: string;
    readonly range: string | null;
  }[];
  /** Modules that must be live before it. */
  readonly depends: readonly string[];
  /** The symbols that it uses. */
  readonly uses: readonly string[];
  /** The symbols that it offers, with the calls of each. */
  readonly exports: readonly { readonly symbol: string; readonly calls: readonly string[] }[];
  /** The events structures that it registers, with their hooks; null when it could not be loaded to see. */
  readonly events:
    | readonly {
      readonly name: string;
      readonly hooks: readonly string[];
      readonly global: boolean;
    }[]
    | null;
  /** Why it could not be loaded, or null. */
  readonly refused: string | null;
}
