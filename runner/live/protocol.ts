import type { ReplayOutcome, ReplayRequest } from "../replay/session.ts";

/** What the worker of a live run is to do. Plain data: it goes to another thread. */
export interface LiveJob {
  /** The command and its arguments. */
  readonly command: readonly string[];
  /** The modules, and what is wanted of the run. */
  readonly request: ReplayRequest;
  /** Whether the command gets a seccomp filter. */
  readonly filter: boolean;
  /** Whether tasks are charged with what they used. */
  readonly figures: boolean;
  /** Whether everything that is left ends with the command itself. */
  readonly untilRoot: boolean;
  /** Whether a fault of a module ends the command. */
  readonly killOnFault: boolean;
  /** Whether each process is told of when it ends. */
  readonly follow: boolean;
  /** The file that all events are written to, or null. */
  readonly record: string | null;
}

/** What the worker says. */
export type LiveMessage =
  /** The command runs. */
  | { readonly kind: "started"; readonly pid: number }
  /** A process has ended. */
  | { readonly kind: "line"; readonly text: string }
  /** The command itself has ended, and others of its processes still run. */
  | { readonly kind: "remaining"; readonly count: number }
  /** Everything has ended. `unrecorded` is why not all of it could be recorded, or null. */
  | {
    readonly kind: "ended";
    readonly status: number;
    readonly outcome: ReplayOutcome;
    readonly unrecorded: string | null;
  }
  /** The command did not start. */
  | { readonly kind: "refused"; readonly message: string; readonly exitStatus: number };
